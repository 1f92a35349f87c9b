"""POST /api/v2/alerts: what Prometheus sends to an Alertmanager, taken directly.

It spares the waits of grouping and tells a lease that ran out from a resolution: a firing
alert carries ``endsAt`` four resends ahead and moves it with each; a resolved one carries
an ``endsAt`` that has passed and is repeated for 15 minutes.  Prometheus does not retry; its
next resend says the same.

Source: github.com/prometheus/prometheus, notifier and rules/alerting.go; bodies captured
from version 2.42 in ``tests/data/alertmanager/prometheus_v2_direct.json``.
"""

from __future__ import annotations

from collections.abc import Callable

from interlock.errors import RequestRejected
from interlock.server.doors.alert import AlertReading, Delivery, read_alert
from interlock.server.signals import Incoming

DOOR = "prometheus"
"""What the journal calls this door, and the source where the sender names none."""


def alerts(body: object) -> list[object]:
    """Return the alerts of a body.

    Raises:
        RequestRejected: it is not a list.
    """
    if not isinstance(body, list):
        raise RequestRejected("body: expected a list of alerts", field="body")
    return body


def reader(delivery: Delivery, reading: AlertReading) -> Callable[[object], Incoming]:
    """Return what makes a signal of each alert."""

    def read(item: object) -> Incoming:
        return read_alert(item, delivery, reading, status_from="ends_at")

    return read
