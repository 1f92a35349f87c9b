"""The webhook: each alert by its own status, and what a cut group left out."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.errors import RequestRejected, SignalRejected
from interlock.server.doors import alertmanager
from interlock.server.doors.alert import AlertReading, Delivery
from interlock.server.signals import Incoming
from tests.unit.server.doors.given import alert, webhook

NOW = 1_795_422_660_000


def read_all(body: object, *, now: int = NOW) -> list[Incoming]:
    read = alertmanager.reader(Delivery("am", now), AlertReading())
    return [read(item) for item in alertmanager.alerts(body)]


def test_each_alert_is_taken_by_its_own_status() -> None:
    body = webhook(alert(), alert(status="resolved", endsAt="2026-11-23T08:30:50Z"))

    assert ["firing", "resolved"] == [one.signal["status"] for one in read_all(body)]


def test_a_group_cut_short_says_how_many_it_left_out() -> None:
    *_, last = read_all(webhook(alert(), truncatedAlerts=4950))

    assert (alertmanager.TRUNCATED, "hook", "warning", "am") == (
        last.signal["name"],
        last.signal["subject"],
        last.signal["severity"],
        last.signal["source"],
    )
    assert {"left_out": 4950} == last.signal["values"]
    assert {"group": '{}:{alertname="WebDown"}', "receiver": "hook"} == last.signal["labels"]


def test_a_repeat_of_a_cut_group_is_a_heartbeat_and_a_retry_a_duplicate() -> None:
    body = webhook(truncatedAlerts=3)

    (first,), (retry,), (repeat,) = (
        read_all(body),
        read_all(body, now=NOW + 5_000),
        read_all(body, now=NOW + 60_000),
    )

    assert first == retry
    assert first.signal["id"] != repeat.signal["id"]


@pytest.mark.parametrize("count", [0, -1, None, "3", True, 2.5])
def test_a_whole_group_says_nothing_about_what_it_left_out(count: Any) -> None:
    assert [] == read_all(webhook(truncatedAlerts=count))


@pytest.mark.parametrize(
    "fields", [{"groupKey": 7}, {"receiver": None}, {"truncatedAlerts": 2**60}]
)
def test_a_cut_group_that_does_not_say_which_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(SignalRejected):
        read_all(webhook(**{"truncatedAlerts": 3, **fields}))


@pytest.mark.parametrize("body", [None, 7, "text", [], {}, {"alerts": None}, {"alerts": {}}])
def test_what_is_not_a_webhook_body_is_refused(body: object) -> None:
    with pytest.raises(RequestRejected, match="alerts"):
        alertmanager.alerts(body)
