"""One process at work: what goes out, what is held back, what comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import structlog

from interlock import digest
from interlock.engine import node as module
from interlock.engine.dispatch import Limits
from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.reports import ObservationEntry, ResultEntry
from interlock.engine.journal.reader import Reader
from interlock.engine.node import Node
from interlock.errors import NotReady
from tests.unit.engine.busy_node import LANE, SlowHands, fill_the_lane
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    ledger_bundle,
    node_in,
    running,
    until,
    wanted,
)


async def incident_of(node: Node, item: str) -> str:
    """Return the id of the incident about an item."""
    return await node.runtime.ask(
        lambda s: next(i.id for i in s.incidents.values() if i.key == item)
    )


def test_a_signal_becomes_an_effect_that_is_seen(tmp_path: Path) -> None:
    hands = Hands()

    async def scenario() -> None:
        async with running(tmp_path, hands) as node:
            await node.runtime.submit([wanted("a")])
            await until(node, is_quiet)

    asyncio.run(scenario())
    assert [a.inputs for a in hands.attempts] == [{"item": "a"}]


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
