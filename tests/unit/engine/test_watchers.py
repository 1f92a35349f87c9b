"""Those who watch see every change in order, or are told that they missed some."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from interlock.engine.rows import TransitionRow
from interlock.engine.views import Changes
from interlock.engine.watchers import BEHIND, Changed, Watchers
from interlock.errors import Overloaded
from tests.unit.engine.fold.conftest import Web


def changes(*, moves: int = 1) -> Changes:
    """Return what a commit changed: an incident that moved so often."""
    web = Web()
    web.probe(up=False)
    (row,) = web.incidents
    found = Changes()
    found.incidents[row.id] = row
    found.transitions = [
        TransitionRow(row.id, n, 4, 0, row.machine, "a", "go", "b", "", "") for n in range(moves)
    ]
    return found


async def take(watch: AsyncIterator[Changed], number: int) -> list[Changed]:
    return [await anext(watch) for _ in range(number)]


async def watching(watchers: Watchers) -> tuple[AsyncIterator[Changed], asyncio.Task[Changed]]:
    """Return a watch that listens, and the first change it will see."""
    watch = watchers.watch()
    first = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    return watch, first


def test_everyone_sees_every_change_with_its_moves_in_order() -> None:
    async def scenario() -> list[int | None]:
        watchers = Watchers()
        (one, first), (_, other) = await watching(watchers), await watching(watchers)
        watchers.tell(changes(moves=3))
        seen = [await first, *await take(one, 2)]
        assert (await other).transition == seen[0].transition
        return [change.transition.n if change.transition else None for change in seen]

    assert asyncio.run(scenario()) == [0, 1, 2]


def test_a_change_without_a_move_is_seen_too() -> None:
    async def scenario() -> Changed:
        watchers = Watchers()
        _, first = await watching(watchers)
        watchers.tell(changes(moves=0))
        return await first

    seen = asyncio.run(scenario())
    assert (seen.incident.key, seen.transition) == ("shop", None)


def test_what_changed_no_incident_tells_nobody_anything() -> None:
    async def scenario() -> bool:
        watchers = Watchers()
        _, first = await watching(watchers)
        watchers.tell(Changes())
        await asyncio.sleep(0)
        done = first.done()
        watchers.close()
        with pytest.raises(StopAsyncIteration):
            await first
        return done

    assert not asyncio.run(scenario())


def test_nobody_is_waited_for_and_a_slow_one_is_told() -> None:
    async def scenario() -> int:
        watchers = Watchers()
        slow, first = await watching(watchers)
        watchers.tell(changes(moves=1))
        await first
        watchers.tell(changes(moves=BEHIND + 5))
        seen = len(await take(slow, BEHIND))
        with pytest.raises(Overloaded, match=f"fell {BEHIND} changes behind"):
            await anext(slow)
        watchers.tell(changes())
        return seen

    assert asyncio.run(scenario()) == BEHIND


def test_closing_ends_every_watch_after_what_it_has_not_seen_yet() -> None:
    async def scenario() -> int:
        watchers = Watchers()
        watch, first = await watching(watchers)
        watchers.tell(changes(moves=2))
        await first
        watchers.close()
        return len([change async for change in watch])

    assert asyncio.run(scenario()) == 1


def test_closing_does_not_wait_for_one_that_is_full() -> None:
    async def scenario() -> int:
        watchers = Watchers()
        watch, first = await watching(watchers)
        watchers.tell(changes(moves=1))
        await first
        watchers.tell(changes(moves=BEHIND))
        watchers.close()
        with pytest.raises(Overloaded):
            return len([change async for change in watch])
        return BEHIND

    assert asyncio.run(scenario()) == BEHIND


def test_a_watch_that_is_given_up_is_forgotten() -> None:
    async def scenario() -> int:
        watchers = Watchers()
        watch, first = await watching(watchers)
        watchers.tell(changes())
        await first
        await watch.aclose()  # type: ignore[attr-defined]
        return len(watchers._queues)

    assert asyncio.run(scenario()) == 0
