"""A running node and its second engine: agreements, disputes, questions asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import node as module
from interlock.engine.crosscheck import Agreement, Disagreement, EngineFault
from interlock.errors import NotReady, Overloaded
from tests.unit.engine.busy_node import hold
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    ledger_bundle,
    running,
    until,
    wanted,
)


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
