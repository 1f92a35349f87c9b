"""POST /api/v1/alertmanager: Alertmanager's webhook, version 4.

Each alert is taken by its own ``status``: in a group with one resolved member the group's
still says firing.  Identity, episode and heartbeat are explained in ``alert``.  A group cut
short by ``max_alerts`` adds a signal ``interlock.alerts_truncated``, because what was left
out is unknown, not healthy.

Source: github.com/prometheus/alertmanager, template/template.go (Data), and bodies captured
from version 0.25 in ``tests/data/alertmanager``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from interlock.errors import RequestRejected
from interlock.server.admission import FieldRejected
from interlock.server.convert import read_integer
from interlock.server.doors.alert import AlertReading, Delivery, name_message, read_alert
from interlock.server.signals import Incoming

DOOR = "alertmanager"
"""What the journal calls this door, and the source where the sender names none."""

TRUNCATED = "interlock.alerts_truncated"
"""Name of the signal that says how many alerts a group left out."""


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Stands in the list of alerts for those that are not there."""

    group: object
    receiver: object
    count: int


def alerts(body: object) -> list[object]:
    """Return the alerts of a webhook body, and what stands for those it left out.

    Raises:
        RequestRejected: it is not a webhook body.
    """
    if not isinstance(body, dict) or not isinstance(listed := body.get("alerts"), list):
        message = "body: expected an object with a list `alerts` (webhook version 4)"
        raise RequestRejected(message, field="body")
    count = body.get("truncatedAlerts", 0)
    if type(count) is int and count > 0:
        return [*listed, _LeftOut(body.get("groupKey"), body.get("receiver"), count)]
    return listed


def reader(delivery: Delivery, reading: AlertReading) -> Callable[[object], Incoming]:
    """Return what makes a signal of each item of ``alerts``."""

    def read(item: object) -> Incoming:
        if isinstance(item, _LeftOut):
            return _truncated(item, delivery, reading)
        return read_alert(item, delivery, reading, status_from="field")

    return read


def _truncated(left_out: _LeftOut, delivery: Delivery, reading: AlertReading) -> Incoming:
    group, receiver = left_out.group, left_out.receiver
    if not isinstance(group, str) or not isinstance(receiver, str):
        raise FieldRejected("groupKey", "a string, and one in receiver", group)
    return name_message(
        {
            "id": "",
            "source": delivery.source,
            "name": TRUNCATED,
            "subject": receiver,
            "severity": "warning",
            "status": "firing",
            "labels": {"group": group, "receiver": receiver},
            "values": {"left_out": read_integer(left_out.count, "left_out")},
            "observed_at": None,
            "trace": "",
        },
        delivery,
        reading,
    )
