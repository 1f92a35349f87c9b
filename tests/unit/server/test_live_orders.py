"""Orders of people at a real node: once each, however often and however soon they are repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.node import Node
from interlock.errors import NotFound, NotPermitted, NotReady, RequestRejected
from interlock.server.live.orders import REMEMBERED, LiveOrders
from interlock.server.views import Command
from tests.unit.engine.given_node import Hands, running, until, wanted


def note(text: str = "looking", **more: str) -> Command:
    """Return a note on an incident, under one request id."""
    given = {"command": "annotate", "actor": "ana", "request_id": "r-1", "scope": "", **more}
    return Command(**{"text": text, "incident": "", **given})  # type: ignore[arg-type]


@asynccontextmanager
async def orders(folder: Path) -> AsyncIterator[tuple[LiveOrders, Node, str]]:
    """Give orders at a node with one incident."""
    async with running(folder, Hands()) as node:
        await node.runtime.submit([wanted("a")])
        await until(node, lambda s: bool(s.incidents))
        await until(node, lambda s: not s.intents)
        history = History(reading_engine(folder / "interlock.db"))
        (incident,) = await node.runtime.ask(lambda s: tuple(s.incidents))
        await committed(history, incident)
        yield LiveOrders(node, history), node, incident
        history.close()


async def committed(history: History, incident: str) -> None:
    """Wait until the store, too, holds how the incident ended: a fold is ahead of its commit."""
    async with asyncio.timeout(10):
        while (row := history.incident(incident)) is None or row["closed_at"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def commands(folder: Path) -> int:
    """Return how many commands the journal holds."""
    history = History(reading_engine(folder / "interlock.db"))
    found = sum(b'"kind":"command"' in body for _, body in history.entries(0, 1_000))
    history.close()
    return found


def test_a_request_repeated_while_the_first_is_on_its_way_is_journalled_once(
    tmp_path: Path,
) -> None:
    async def scenario() -> list[int]:
        async with orders(tmp_path) as (live, _, incident):
            asked = [live.command(note(incident=incident)) for _ in range(5)]
            positions = await asyncio.gather(*asked)
            positions.append(await live.command(note(incident=incident)))
            return [position.seq for position in positions]

    assert len(set(asyncio.run(scenario()))) == 1
    assert commands(tmp_path) == 1


def test_a_caller_that_gives_up_does_not_take_the_order_with_it(tmp_path: Path) -> None:
    """Its deadline passed; the order may stand, and the repeated request gets that very entry."""

    async def scenario() -> None:
        async with orders(tmp_path) as (live, _, incident):
            first = asyncio.ensure_future(live.command(note(incident=incident)))
            await asyncio.sleep(0)
            first.cancel()
            await live.command(note(incident=incident))

    asyncio.run(scenario())
    assert commands(tmp_path) == 1


def test_requests_of_others_and_without_an_id_are_orders_of_their_own(tmp_path: Path) -> None:
    """Negative control of the above."""

    async def scenario() -> None:
        async with orders(tmp_path) as (live, _, incident):
            await live.command(note(incident=incident))
            await live.command(note(incident=incident, actor="ben"))
            await live.command(note(incident=incident, request_id="r-2"))
            for _ in range(2):
                await live.command(note(incident=incident, request_id=""))

    asyncio.run(scenario())
    assert commands(tmp_path) == 5


def test_an_id_used_for_something_else_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with orders(tmp_path) as (live, _, incident):
            await live.command(note(incident=incident))
            with pytest.raises(RequestRejected, match="was another command before"):
                await live.command(note("another", incident=incident))

    asyncio.run(scenario())


def test_a_request_that_failed_may_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with orders(tmp_path) as (live, node, incident):

            def refuse(_: Mapping[str, Any]) -> asyncio.Future[int]:
                raise NotReady("not now")

            with monkeypatch.context() as patched:
                patched.setattr(node.runtime, "record", refuse)
                with pytest.raises(NotReady):
                    await live.command(note(incident=incident))
            await live.command(note(incident=incident))

    asyncio.run(scenario())
    assert commands(tmp_path) == 1


def test_only_so_many_requests_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.server.live.orders.REMEMBERED", 2)

    async def scenario() -> None:
        async with orders(tmp_path) as (live, _, incident):
            for number in range(3):
                await live.command(note(incident=incident, request_id=f"r-{number}"))
            assert len(live._requests) == 2

    asyncio.run(scenario())
    assert REMEMBERED > 2


def test_orders_that_cannot_be_are_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with orders(tmp_path) as (live, _, incident):
            with pytest.raises(NotFound):
                await live.command(note(incident="inc-0"))
            with pytest.raises(NotPermitted, match="is closed: resolved"):
                await live.command(note(incident=incident, command="abort"))
            with pytest.raises(RequestRejected, match="is no scope"):
                await live.command(note(command="freeze", scope="planet:earth"))
            with pytest.raises(NotPermitted, match="global is not frozen"):
                await live.command(note(command="thaw", scope="global"))

    asyncio.run(scenario())
    assert commands(tmp_path) == 0


def test_what_the_journal_says_is_frozen_can_be_thawed_whatever_became_of_the_order(
    tmp_path: Path,
) -> None:
    """The order's answer was an error, and yet it is on disk: the journal counts."""

    async def scenario() -> tuple[set[str], set[str]]:
        async with orders(tmp_path) as (live, node, _):
            await live.command(note(command="freeze", scope="global"))
            node.freezes.clear()
            await live.command(note(command="thaw", scope="global", request_id="r-2"))
            return set(node.freezes), await node.runtime.ask(lambda s: set(s.gate.freezes))

    assert asyncio.run(scenario()) == (set(), set())
