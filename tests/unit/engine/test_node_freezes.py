"""At a running node a freeze comes through, stands, and holds what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import runtime
from interlock.engine.mailbox import RESERVE
from interlock.errors import NotReady, Overloaded
from tests.unit.engine.busy_node import LANE, SlowHands, fill_the_lane, hold
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    running,
    until,
    wanted,
)

ORDER = {"scope": "global", "actor": "ana", "reason": "a test"}


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
