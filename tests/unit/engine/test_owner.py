"""The core thread: what it tells whom when something goes wrong, and how time passes in it."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog

from interlock.engine import owner, partition
from interlock.engine.journal.forms import Draft, Found
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.errors import InvariantBroken, JournalCorrupt, JournalError, NotReady
from tests.unit.engine.given_node import (
    Hands,
    SetClock,
    is_quiet,
    node_in,
    running,
    until,
    wanted,
)


def bugs(logs: Sequence[MutableMapping[str, Any]]) -> list[tuple[str, type]]:
    """Return what was logged as our own fault: the event, and what is shown with its traceback."""
    critical = [log for log in logs if log["log_level"] == "critical"]
    return [(log["event"], type(log["exc_info"])) for log in critical]


def test_a_journal_nobody_can_make_sense_of_is_no_start_and_no_hanging_either(
    tmp_path: Path,
) -> None:
    with Store.open(tmp_path / "interlock.db", reserve_bytes=0) as store:
        store.append([Draft("signal", b'{"at":1,"kind":"signal"}')], now_ms=1)

    async def scenario() -> None:
        node = node_in(tmp_path, Hands())
        with pytest.raises(JournalCorrupt, match="entry 0 makes no sense"):
            await node.start()
        await node.stop()

    asyncio.run(scenario())


def test_a_bug_met_while_starting_is_told_and_the_store_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(partition.Partition, "recover", broken)
            node = node_in(tmp_path, Hands())
            with (
                structlog.testing.capture_logs() as logs,
                pytest.raises(InvariantBroken, match="ZeroDivisionError"),
            ):
                await node.start()
            await node.stop()
            assert bugs(logs) == [("start_failed", ZeroDivisionError)]
        async with running(tmp_path, Hands()):
            pass

    asyncio.run(scenario())


def test_whoever_waits_hears_when_the_journal_cannot_be_read_and_it_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, failures = Store.known, [JournalError("a bad sector")]

    def known(store: Store, keys: Sequence[bytes]) -> dict[bytes, Found]:
        if failures:
            raise failures.pop()
        return find(store, keys)

    async def scenario() -> str:
        async with running(tmp_path, Hands()) as node:
            epoch = node.runtime.epoch
            monkeypatch.setattr(Store, "known", known)
            with pytest.raises(JournalError, match="a bad sector"):
                await asyncio.wait_for(node.runtime.submit([wanted("a")]), 20)
            while node.runtime.epoch == epoch or not node.runtime.ready:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # a thread's return has no event
            (fate,) = await node.runtime.submit([wanted("a")])
            return fate.word

    assert asyncio.run(scenario()) == "accepted"


async def said(node: Node) -> str:
    """Return what is said to a signal now: its fate, or the error."""
    try:
        (fate,) = await node.runtime.submit([wanted("a")])
    except (JournalError, NotReady) as refused:
        return type(refused).__name__
    return fate.word


def test_while_the_journal_cannot_be_opened_everything_is_refused_and_then_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: before and after, the same is taken."""
    opened, find, failures = Store.open, Store.known, ["read", "open", "open"]

    def fail(when: str) -> None:
        if failures and failures[0] == when:
            raise JournalError(f"cannot {failures.pop(0)}")

    def open_store(*arguments: Any, **more: Any) -> Store:
        fail("open")
        return opened(*arguments, **more)

    def known(store: Store, keys: Sequence[bytes]) -> dict[bytes, Found]:
        fail("read")
        return find(store, keys)

    async def scenario() -> list[str]:
        async with running(tmp_path, Hands()) as node:
            monkeypatch.setattr(Store, "open", open_store)
            monkeypatch.setattr(Store, "known", known)
            monkeypatch.setattr(owner, "REOPEN_S", 0.01)
            heard = [await said(node)]
            while heard[-1] != "accepted":
                await asyncio.sleep(0.005)
                heard.append(await said(node))
            assert 2 == node.telemetry.registry.get_sample_value(
                "interlock_journal_failures_total", {"reason": "recover"}
            )
            return heard

    heard = asyncio.run(scenario())
    assert heard[0] == "JournalError"
    assert set(heard) <= {"JournalError", "NotReady", "accepted"}


def test_a_journal_that_stays_away_does_not_keep_the_service_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise JournalError("the disk is gone")

    async def scenario() -> None:
        node = node_in(tmp_path, Hands())
        await node.start()
        monkeypatch.setattr(owner, "REOPEN_S", 0.01)
        monkeypatch.setattr(Store, "append", broken)
        monkeypatch.setattr(Store, "open", broken)
        with pytest.raises(JournalError):
            await node.runtime.submit([wanted("a")])
        await asyncio.wait_for(node.stop(), 20)

    asyncio.run(scenario())


def test_a_wrong_question_is_its_askers_error_alone(tmp_path: Path) -> None:
    async def scenario() -> int:
        async with running(tmp_path, Hands()) as node:
            with pytest.raises(ZeroDivisionError):
                await node.runtime.ask(lambda _: 1 // 0)
            await node.runtime.submit([wanted("a")])
            return await node.runtime.ask(lambda state: state.seq)

    assert asyncio.run(scenario()) > 0


def test_a_bug_in_the_core_stops_it_and_everyone_hears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        async with running(tmp_path, Hands()) as node:
            monkeypatch.setattr(partition, "fold", broken)
            with structlog.testing.capture_logs() as logs:
                first = node.runtime.submit([wanted("a")])
                await first  # it is on disk; what follows from it is not known yet
                while node.runtime.ready:  # noqa: ASYNC110  # a thread's end has no event
                    await asyncio.sleep(0.01)
                await node.runtime.ask(lambda _: None)
            assert bugs(logs) == [("core_stopped", ZeroDivisionError)]
            with pytest.raises(NotReady):
                node.runtime.submit([wanted("b")])
            assert await node.runtime.ask(lambda state: state.seq) == -1
        monkeypatch.undo()
        hands = Hands()
        async with running(tmp_path, hands) as node:
            await until(node, is_quiet)
        assert [a.inputs["item"] for a in hands.attempts] == ["a"]

    asyncio.run(scenario())


# --- time -------------------------------------------------------------------------------------


def times(folder: Path) -> list[int]:
    """Return when the entries of a store were received, in order."""
    with Store.open(folder / "interlock.db", reserve_bytes=0) as store:
        rows = store.reader.read(0, 10_000)
    return [int(row.body.split(b'"at":', 1)[1].split(b",", 1)[0]) for row in rows]


@pytest.mark.parametrize("step_ms", [-86_400_000, -1_000, 0, 1_000])
def test_every_timer_comes_once_whatever_the_wall_clock_is_set_to(
    tmp_path: Path, step_ms: int
) -> None:
    """Two looks verify an effect; between them the wall clock is set by a day, back or forth."""
    clock, hands = SetClock(), Hands()

    async def scenario() -> tuple[bool, int]:
        async with running(tmp_path, hands, clock=clock) as node:
            await node.runtime.submit([wanted("a")])
            await until(node, lambda s: any(i.good == 1 for i in s.intents.values()))
            clock.wall_ms += step_ms
            for _ in range(200):
                clock.advance(10)
                if await node.runtime.ask(is_quiet):
                    break
                await asyncio.sleep(0.01)
            return await node.runtime.ask(lambda s: (is_quiet(s), len(s.timers.dump())))

    assert asyncio.run(scenario()) == (True, 0)
    assert len(hands.attempts) == 1
    stamped = times(tmp_path)
    assert stamped == sorted(stamped)


def test_a_restart_in_the_past_goes_on_after_the_last_entry(tmp_path: Path) -> None:
    async def scenario(clock: SetClock) -> int:
        async with running(tmp_path, Hands(), clock=clock) as node:
            return await node.runtime.ask(lambda state: state.at)

    late = asyncio.run(scenario(SetClock(2_000_000_000_000)))
    again = asyncio.run(scenario(SetClock(1_000_000_000_000)))

    assert (late, again) == (2_000_000_000_000, 2_000_000_000_000)
    stamped = times(tmp_path)
    assert stamped == sorted(stamped)
