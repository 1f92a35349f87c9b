"""Everything Prometheus and Alertmanager were seen to send goes through the doors.

Each test states a fact about these senders that was measured when the bodies were captured.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from interlock.server.doors.alert import fingerprint
from interlock.server.signals import Incoming
from tests.fakes import captures
from tests.fakes.asgi import Answer, post, request
from tests.fakes.core import MemoryCore
from tests.fakes.doors import Doors

pytestmark = pytest.mark.anyio

WEBHOOK, PUSH = "/api/v1/alertmanager", "/api/v2/alerts"


class Replay:
    """One scenario, posted at the times it was captured."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.core = MemoryCore()
        self.doors = Doors(self.core)
        self.answers: list[Answer] = []

    async def run(self) -> Replay:
        path = PUSH if self.scenario == captures.DIRECT else WEBHOOK
        for delivery in captures.deliveries(self.scenario):
            self.doors.clock.now = delivery.at_ms
            self.answers.append(await post(self.doors.app, path, delivery.body))
        return self

    @property
    def signals(self) -> list[Incoming]:
        return self.core.signals

    def said(self, *fields: str) -> list[tuple[Any, ...]]:
        return [tuple(one.signal[field] for field in fields) for one in self.signals]  # type: ignore[literal-required]


@pytest.mark.parametrize("scenario", [*captures.scenarios(), captures.DIRECT])
async def test_every_captured_body_is_answered_200_with_what_became_of_each_alert(
    scenario: str,
) -> None:
    replay = await Replay(scenario).run()

    for delivery, answer in zip(captures.deliveries(scenario), replay.answers, strict=True):
        sent = delivery.body if isinstance(delivery.body, list) else delivery.body["alerts"]
        left_out = delivery.body["truncatedAlerts"] if isinstance(delivery.body, dict) else 0
        counts = answer.json
        assert 200 == answer.status
        assert (0, 0, []) == (counts["quarantined"], counts["conflict"], counts["problems"])
        assert len(sent) + bool(left_out) == counts["accepted"] + counts["duplicate"]


@pytest.mark.parametrize("scenario", captures.scenarios())
async def test_every_captured_fingerprint_is_what_we_compute_from_the_labels(scenario: str) -> None:
    for delivery in captures.deliveries(scenario):
        for alert in delivery.body["alerts"]:
            assert alert["fingerprint"] == fingerprint(alert["labels"])


@pytest.mark.parametrize("scenario", [*captures.scenarios(), captures.DIRECT])
async def test_every_captured_label_arrives_unchanged(scenario: str) -> None:
    replay = await Replay(scenario).run()
    sent = set()
    for delivery in captures.deliveries(scenario):
        listed = delivery.body if isinstance(delivery.body, list) else delivery.body["alerts"]
        sent |= {orjson.dumps(one["labels"], option=orjson.OPT_SORT_KEYS) for one in listed}

    taken = set()
    for one in replay.signals:
        annotated = {"summary", "runbook_url", "description"}
        labels = {k: v for k, v in one.signal["labels"].items() if k not in annotated}
        if one.signal["name"] != "interlock.alerts_truncated":
            taken.add(orjson.dumps(labels, option=orjson.OPT_SORT_KEYS))

    assert sent == taken


async def test_a_repeat_is_a_heartbeat_once_a_minute() -> None:
    """Repeats have identical bodies: here 8 s apart, the third in the next minute."""
    replay = await Replay("single_firing_repeat_resolved").run()

    assert [("firing",), ("firing",), ("resolved",)] == replay.said("status")
    assert [1, 0, 1, 1] == [answer.json["accepted"] for answer in replay.answers]


async def test_a_mixed_group_is_taken_alert_by_alert() -> None:
    """With one resolved member the status of the group still says firing."""
    replay = await Replay("grouped_partial_resolve").run()

    mixed = [
        delivery.body
        for delivery in captures.deliveries("grouped_partial_resolve")
        if {"firing", "resolved"} == {alert["status"] for alert in delivery.body["alerts"]}
    ]
    assert mixed
    assert "firing" == mixed[0]["status"]
    assert "resolved" in {status for (status,) in replay.said("status")}


async def test_flapping_keeps_one_identity_under_changing_start_times() -> None:
    """A condition is resolved under another startsAt than it fired with."""
    replay = await Replay("flapping").run()

    prints = {one.signal["values"]["fingerprint"] for one in replay.signals}
    starts = {str(one.signal["values"]["starts_at"]) for one in replay.signals}
    assert 1 == len(prints)
    assert len(starts) > 1
    statuses = [status for (status,) in replay.said("status")]
    assert ["firing", "resolved"] * (len(statuses) // 2) == statuses


async def test_a_retry_after_a_500_that_was_taken_is_a_duplicate() -> None:
    """Alertmanager retries with identical bytes until the flush deadline."""
    replay = await Replay("recv_500_then_ok").run()

    firing = [one for one in replay.signals if one.signal["status"] == "firing"]
    assert 1 == len(firing)


async def test_a_slow_answer_leads_to_a_duplicate() -> None:
    """A request cancelled after 10 s is sent again although it was accepted."""
    replay = await Replay("slow_receiver_12s_group_interval_5s").run()

    assert sum(answer.json["duplicate"] for answer in replay.answers) >= 1


async def test_an_invented_resolution_is_only_a_signal() -> None:
    """A killed Prometheus looks like a recovery four minutes later."""
    replay = await Replay("prometheus_dies_false_resolved").run()

    assert ("resolved",) == replay.said("status")[-1]
    firing = [one for one in replay.signals if one.signal["status"] == "firing"]
    assert len(firing) >= 4, "one heartbeat for every minute it kept firing"


async def test_a_stale_resolution_is_older_than_the_firing_it_follows() -> None:
    """observed_at says so, whatever order they came in."""
    replay = await Replay("out_of_order_posts").run()

    firing, resolved = replay.said("status", "observed_at")
    assert ("firing", "resolved") == (firing[0], resolved[0])
    assert resolved[1] < firing[1]


async def test_two_alertmanagers_tell_one_condition() -> None:
    replay = await Replay("ha_pair_partitioned_duplicate").run()

    assert 1 == len({one.signal["values"]["fingerprint"] for one in replay.signals})


async def test_a_cut_group_says_what_it_left_out() -> None:
    replay = await Replay("storm_5000_one_group_max50").run()

    (cut,) = [one for one in replay.signals if one.signal["name"] == "interlock.alerts_truncated"]
    assert {"left_out": 4950} == cut.signal["values"]


async def test_a_storm_of_5000_alerts_in_one_body_is_accepted() -> None:
    core = MemoryCore()
    doors = Doors(core)

    first = await request(doors.app, "POST", WEBHOOK, chunks=[captures.storm()])
    retry = await request(doors.app, "POST", WEBHOOK, chunks=[captures.storm()])

    assert (200, 5000, 0) == (first.status, first.json["accepted"], first.json["quarantined"])
    assert (200, 5000) == (retry.status, retry.json["duplicate"])
    assert 5000 == len({one.signal["values"]["fingerprint"] for one in core.signals})


async def test_hostile_labels_are_data() -> None:
    (hostile,) = (await Replay("hostile_labels").run()).signals

    labels = hostile.signal["labels"]
    assert "web-1; rm -rf / #" == labels["instance"] == hostile.signal["subject"]
    assert "\x1b[2J\x1b[31mred" == labels["ansi"]
    assert "a\nb\r\nX-Evil: 1" == labels["nl"]
    assert "\u202ecod.exe\u2028" == labels["uni"]
    assert "web\u200b-1" == labels["zw"]
    assert 5000 == len(labels["long"])


async def test_prometheus_itself_moves_its_lease_and_repeats_its_resolution() -> None:
    """Each resend of a firing alert is a heartbeat; a resolution counts once."""
    replay = await Replay(captures.DIRECT).run()

    statuses = [status for (status,) in replay.said("status")]
    assert [*["firing"] * 2, "resolved", *["firing"] * 3, "resolved"] == statuses
    assert [0, 0, 0, 1, 1, 0, 0, 0, 0] == [one.json["duplicate"] for one in replay.answers]
    assert 1 == len({one.signal["values"]["fingerprint"] for one in replay.signals})
