"""One process at work: what goes out, what is held back, what comes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from interlock import digest
from interlock.engine import node as module
from interlock.engine import runtime
from interlock.engine.crosscheck import Agreement, Disagreement, EngineFault
from interlock.engine.dispatch import Limits
from interlock.engine.executors.base import Attempt, AttemptResult
from interlock.engine.executors.reports import ObservationEntry, ResultEntry
from interlock.engine.journal.reader import Reader
from interlock.engine.mailbox import RESERVE
from interlock.engine.node import Node
from interlock.errors import NotReady, Overloaded
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    ledger_bundle,
    node_in,
    running,
    until,
    wanted,
)

ORDER = {"scope": "global", "actor": "ana", "reason": "a test"}


LANE = Limits().per_executor


class SlowHands(Hands):
    """An executor that answers when it is told to finish."""

    def __init__(self) -> None:
        super().__init__(self._slowly)
        self.finish = asyncio.Event()

    async def _slowly(self, _: Attempt) -> AttemptResult:
        await self.finish.wait()
        return AttemptResult("ok")


async def fill_the_lane(node: Node, hands: Hands, *queued: str) -> None:
    """Let as many attempts run as may at a time, and some more wait for their place."""
    await node.runtime.submit([wanted(f"{n}") for n in range(LANE)])
    await until(node, lambda _: len(hands.attempts) == LANE)
    await node.runtime.submit([wanted(item) for item in queued])
    await until(node, lambda _: node._dispatcher.in_hand == LANE + len(queued))


async def incident_of(node: Node, item: str) -> str:
    """Return the id of the incident about an item."""
    return await node.runtime.ask(
        lambda s: next(i.id for i in s.incidents.values() if i.key == item)
    )


async def hold(node: Node) -> threading.Event:
    """Let the core do nothing until the event is set."""
    begun, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(_: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        release.wait(20)

    asyncio.ensure_future(node.runtime.ask(wait)).add_done_callback(lambda _: None)
    await begun.wait()
    return release


def test_a_signal_becomes_an_effect_that_is_seen(tmp_path: Path) -> None:
    hands = Hands()

    async def scenario() -> None:
        async with running(tmp_path, hands) as node:
            await node.runtime.submit([wanted("a")])
            await until(node, is_quiet)

    asyncio.run(scenario())
    assert [a.inputs for a in hands.attempts] == [{"item": "a"}]


# --- freezes ----------------------------------------------------------------------------------


def test_what_waits_in_a_lane_is_not_sent_once_frozen_and_is_after_the_thaw(
    tmp_path: Path,
) -> None:
    hands = SlowHands()

    async def scenario() -> tuple[int, int]:
        async with running(tmp_path, hands) as node:
            await fill_the_lane(node, hands, "queued")
            await node.freeze(**ORDER)
            hands.finish.set()
            await until(node, lambda s: [i.phase for i in s.intents.values()] == ["held"])
            frozen = len(hands.attempts)
            await node.thaw(**ORDER)
            await until(node, is_quiet)
            return frozen, len(hands.attempts)

    assert asyncio.run(scenario()) == (LANE, LANE + 1)


def test_a_freeze_ordered_while_a_thaw_is_on_its_way_stands(tmp_path: Path) -> None:
    """Law: what dispatch refuses is what the journal says is frozen, whatever orders cross."""

    async def scenario() -> tuple[set[str], set[str]]:
        async with running(tmp_path, Hands()) as node:
            await node.freeze(**ORDER)
            release = await hold(node)
            crossing = asyncio.gather(node.thaw(**ORDER), node.freeze(**ORDER))
            await asyncio.sleep(0)
            release.set()
            await crossing
            return set(node.freezes), await node.runtime.ask(lambda s: set(s.gate.freezes))

    assert asyncio.run(scenario()) == ({"global"}, {"global"})


def test_a_freeze_that_could_not_be_journalled_does_not_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> tuple[dict[str, int], dict[str, int]]:
        async with running(tmp_path, Hands()) as node:
            await node.freeze(scope="target:ledger", actor="ana", reason="stands")

            def refuse(_: Mapping[str, Any]) -> asyncio.Future[int]:
                raise NotReady("not now")

            monkeypatch.setattr(node.runtime, "record", refuse)
            for scope in ("global", "target:ledger"):
                with pytest.raises(NotReady):
                    await node.freeze(scope=scope, actor="ana", reason="again")
            monkeypatch.undo()
            return set(node.freezes)

    assert asyncio.run(scenario()) == {"target:ledger"}


def test_there_is_room_for_a_freeze_however_many_signals_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the same queue takes no further signal."""
    monkeypatch.setattr(runtime, "QUEUE", 200)

    async def scenario() -> set[str]:
        async with running(tmp_path, Hands()) as node:
            release = await hold(node)
            flood = node.runtime.submit([wanted("a", number) for number in range(200)])
            with pytest.raises(Overloaded):
                node.runtime.submit([wanted("one more")])
            order = asyncio.ensure_future(node.freeze(**ORDER))
            await asyncio.sleep(0)
            release.set()
            await order
            await flood
            return await node.runtime.ask(lambda s: set(s.gate.freezes))

    assert asyncio.run(scenario()) == {"global"}


def test_even_orders_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "QUEUE", 200)

    async def scenario() -> None:
        async with running(tmp_path, Hands()) as node:
            release = await hold(node)
            body = {"kind": "quarantine", "door": "", "reason": "", "digest": "", "excerpt": ""}
            for _ in range(200 + RESERVE):
                node.runtime.record(body).cancel()
            with pytest.raises(Overloaded):
                node.runtime.record(body)
            release.set()

    asyncio.run(scenario())


# --- attempts nobody waits for ----------------------------------------------------------------


def test_what_waits_in_a_lane_is_not_sent_once_its_incident_is_aborted(tmp_path: Path) -> None:
    """Negative control: the one beside it, not aborted, is sent."""
    hands = SlowHands()

    async def scenario() -> None:
        async with running(tmp_path, hands) as node:
            await fill_the_lane(node, hands, "aborted", "other")
            await node.runtime.record(
                {
                    "kind": "command",
                    "command": "abort",
                    "actor": "ana",
                    "text": "",
                    "incident": await incident_of(node, "aborted"),
                }
            )
            await until(node, lambda _: len(node._wanted) == LANE + 1)
            hands.finish.set()
            await until(node, lambda s: not s.intents)

    asyncio.run(scenario())
    sent = [a.inputs["item"] for a in hands.attempts]
    assert "aborted" not in sent
    assert "other" in sent


def test_more_work_than_dispatch_takes_waits_and_goes_out_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands()

    async def scenario() -> None:
        async with running(tmp_path, hands) as node:
            monkeypatch.setattr(node._dispatcher, "_limits", Limits(per_executor=1, waiting=2))
            await node.runtime.submit([wanted(f"{n}") for n in range(9)])
            await until(node, is_quiet)

    asyncio.run(scenario())
    assert len(hands.attempts) == 9


@pytest.mark.parametrize("what", ["outputs", "sight"])
def test_what_no_entry_can_hold_is_left_out_and_said_so(tmp_path: Path, what: str) -> None:
    """Declared or not, an answer of a megabyte does not stop the journal."""

    async def scenario() -> dict[str, Any]:
        async with running(tmp_path, Hands()) as node:
            huge = "x" * 1_000_000
            attempt = ("act-0", 1, 1)
            report = (
                ResultEntry(*attempt, AttemptResult("ok", outputs={"text": huge}))
                if what == "outputs"
                else ObservationEntry("act-0/1", {"text": huge}, None)
            )
            seq = await node._journal(report)
            assert seq is not None
        with Reader(tmp_path / "interlock.db") as reader:
            (row,) = reader.read(seq, 1)
        return dict(digest.decode(row.body))

    body = asyncio.run(scenario())
    said = body["message"] if what == "outputs" else body["error"]
    assert "an entry holds at most 65535 bytes" in said
    assert body.get("outputs", {}) == {}
    assert body.get("data") is None


def test_what_waits_to_be_sent_when_a_node_stops_is_sent_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a lane or before one: it was never tried, so it is neither looked for nor lost."""
    slow, hands, bundle = SlowHands(), Hands(), ledger_bundle(within="300ms")
    queued = ["in-a-lane", "before-one"]

    async def scenario() -> None:
        async with running(tmp_path, slow, bundle=bundle) as node:
            monkeypatch.setattr(node._dispatcher, "_limits", Limits(waiting=LANE + 1))
            await node.runtime.submit([wanted(f"{n}") for n in range(LANE)])
            await until(node, lambda _: len(slow.attempts) == LANE)
            await node.runtime.submit([wanted(item) for item in queued])
            await until(node, lambda _: len(node._work) == 1)
        async with running(tmp_path, hands, bundle=bundle) as node:
            await until(node, is_quiet)

    asyncio.run(scenario())
    tried = {str(a.inputs["item"]): a.attempt for a in hands.attempts}
    assert {tried[item] for item in queued} == {1}
    assert [attempt for item, attempt in tried.items() if item not in queued] == [2] * LANE


def test_a_second_engine_that_never_answers_fills_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the fold gives up is not kept here either; see fold/test_disputes.py."""
    monkeypatch.setattr(module, "MOST_UNANSWERED", 3)

    async def scenario() -> int:
        async with running(tmp_path, Hands(), engines="both") as node:
            node._may_ask = False
            await node.runtime.submit([wanted(f"{n}") for n in range(9)])
            await until(node, lambda s: len(s.evaluations) == 9)
            await until(node, lambda _: len(node._evaluations) > 0)
            return len(node._evaluations)

    assert asyncio.run(scenario()) == 3


# --- opinions ---------------------------------------------------------------------------------


def test_agreements_that_come_while_one_is_written_become_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> list[tuple[int, int]]:
        async with running(tmp_path, Hands(), engines="both") as node:
            record, written = node.runtime.record, []

            def watch(body: Mapping[str, Any]) -> asyncio.Future[int]:
                written.append((body["through"], body["count"]))
                return record(body)

            monkeypatch.setattr(node.runtime, "record", watch)
            release = await hold(node)
            node._opinion(Agreement(3, 1))
            await asyncio.sleep(0)
            node._opinion(Agreement(5, 2))
            node._opinion(Agreement(9, 4))
            release.set()
            await until(node, lambda s: s.gate.agreed == 9)
            return written

    assert asyncio.run(scenario()) == [(3, 1), (9, 6)]


def test_agreement_never_overtakes_a_dispute_that_could_not_be_journalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agreement without the dispute before it would let out what nobody agreed to."""

    async def scenario() -> list[str]:
        async with running(tmp_path, Hands(), engines="both") as node:
            record, refusals, kinds = node.runtime.record, [NotReady("now"), Overloaded("now")], []

            def fail_first(body: Mapping[str, Any]) -> asyncio.Future[int]:
                if refusals:
                    raise refusals.pop()
                kinds.append(body["kind"])
                return record(body)

            monkeypatch.setattr(node.runtime, "record", fail_first)
            node._opinion(Disagreement(3, "pack", (), ()))
            node._opinion(EngineFault(3, "pack", "too large"))
            node._opinion(Agreement(3, 1))
            await until(node, lambda s: s.gate.agreed == 3)
            return kinds

    assert asyncio.run(scenario()) == ["disagreement", "fault", "agreement"]


def test_one_engine_keeps_nothing_for_the_other(tmp_path: Path) -> None:
    """Negative control: with both, each join is asked and agreed to."""

    async def scenario(engines: str) -> tuple[int, int]:
        async with running(tmp_path / engines, Hands(), engines=engines) as node:
            await node.runtime.submit([wanted(f"{n}") for n in range(20)])
            await until(node, is_quiet)
            agreed = await node.runtime.ask(lambda s: s.gate.agreed)
            return len(node._evaluations), agreed

    (tmp_path / "reference").mkdir()
    (tmp_path / "both").mkdir()
    assert asyncio.run(scenario("reference")) == (0, -1)
    left, agreed = asyncio.run(scenario("both"))
    assert left == 0
    assert agreed > 0


def test_joins_left_unanswered_are_asked_again_of_the_rules_they_were_found_by(
    tmp_path: Path,
) -> None:
    """Other rules decide since the restart; the incident that waits for agreement is of the old."""
    hands = Hands()

    async def scenario() -> int:
        async with running(tmp_path, hands, engines="both") as node:
            node._may_ask = False
            await node.runtime.submit([wanted("a")])
            await until(node, lambda s: [i.phase for i in s.intents.values()] == ["held"])
        other = ledger_bundle(where='item != "nobody"')
        async with running(tmp_path, hands, engines="both", bundle=other) as node:
            await until(node, is_quiet)
            return len(await node.runtime.ask(lambda s: s.gate.disputed))

    assert asyncio.run(scenario()) == 0
    assert [a.inputs["item"] for a in hands.attempts] == ["a"]


# --- life -------------------------------------------------------------------------------------


def test_a_node_without_its_second_engine_does_not_start_and_can_still_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available", lambda: "it is not installed")

    async def scenario() -> None:
        node = node_in(tmp_path, Hands(), engines="both")
        with pytest.raises(NotReady, match="choose engines=reference"):
            await node.start()
        await node.stop()

    asyncio.run(scenario())


def test_a_part_that_ends_on_its_own_is_noticed(tmp_path: Path) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    async def scenario() -> float | None:
        async with running(tmp_path, Hands()) as node:
            node._begin("opinions", broken())
            await until(node, lambda _: node._tasks[-1].done())
            return node.telemetry.registry.get_sample_value(
                "interlock_journal_failures_total", {"reason": "opinions"}
            )

    with structlog.testing.capture_logs() as logs:
        assert asyncio.run(scenario()) == 1
    assert [(log["event"], log["part"]) for log in logs if log["log_level"] == "critical"] == [
        ("part_stopped", "opinions")
    ]
