"""The meeting of event loop and core thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from interlock import digest
from interlock.engine import runtime as module
from interlock.engine.intake import Arrival
from interlock.engine.journal.store import Store
from interlock.engine.model import MOST_SIGNAL_BYTES
from interlock.engine.partition import Released
from interlock.engine.runtime import QUEUE, Runtime
from interlock.errors import InterlockError, NotReady, Overloaded, RequestRejected
from tests import bundles


def arrival(number: int) -> Arrival:
    signal = {
        "id": f"{number}",
        "source": "test",
        "name": "nobody.asks",
        "subject": "",
        "severity": "",
        "status": "firing",
        "labels": {},
        "values": {},
        "observed_at": None,
        "trace": "",
    }
    return Arrival(signal, digest.canonical(signal))


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Runtime]:
    released: list[Released] = []
    runtime = Runtime(
        lambda: Store.open(folder / "interlock.db", reserve_bytes=0),
        bundles.web_bundle(),
        released.append,
        engines="reference",
    )
    await runtime.start()
    try:
        yield runtime
    finally:
        await runtime.stop()


def test_two_submissions_of_one_signal_at_a_time_count_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            (first,), (second,) = await asyncio.gather(
                runtime.submit([arrival(1)]), runtime.submit([arrival(1)])
            )
        assert [first.word, second.word] == ["accepted", "duplicate"]
        assert first.seq == second.seq

    asyncio.run(scenario())


def test_more_than_the_queue_holds_is_refused_whole(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            with pytest.raises(Overloaded):
                runtime.submit([arrival(n) for n in range(QUEUE + 1)])

    asyncio.run(scenario())


def test_nothing_is_taken_once_it_has_stopped(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            pass
        with pytest.raises(NotReady):
            runtime.submit([arrival(1)])

    asyncio.run(scenario())


def test_a_second_owner_of_the_same_store_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path):
            with pytest.raises(InterlockError, match="writ"):
                async with running(tmp_path):
                    pass

    asyncio.run(scenario())


def test_an_entry_longer_than_the_journal_takes_is_refused_at_the_door(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            body = {"kind": "quarantine", "door": "x", "reason": "", "digest": "", "excerpt": ""}
            with pytest.raises(RequestRejected, match="65535"):
                runtime.record({**body, "excerpt": "x" * 70_000})
            await runtime.record({**body, "excerpt": "x" * 60_000})

    asyncio.run(scenario())


def test_the_longest_signal_fits_into_an_entry(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            signal = dict(arrival(1).signal)
            room = MOST_SIGNAL_BYTES - len(digest.canonical(signal)) - len('"a":""')
            signal["labels"] = {"a": "x" * room}
            longest = Arrival(signal, digest.canonical(signal))
            (fate,) = await runtime.submit([longest])
        assert len(longest.encoded) == MOST_SIGNAL_BYTES
        assert fate.word == "accepted"

    asyncio.run(scenario())


def test_whoever_waits_for_room_is_told_when_there_may_be_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE", 3)

    async def scenario() -> None:
        async with running(tmp_path) as runtime:
            begun, release = asyncio.Event(), threading.Event()
            loop = asyncio.get_running_loop()

            def wait(_: object) -> None:
                loop.call_soon_threadsafe(begun.set)
                release.wait(20)

            held = asyncio.ensure_future(runtime.ask(wait))
            await begun.wait()
            first = runtime.submit([arrival(n) for n in range(3)])
            room = asyncio.ensure_future(runtime.room(2))
            await asyncio.sleep(0)
            assert not room.done()
            release.set()
            await asyncio.gather(held, first, room)
            await runtime.room(3)

    asyncio.run(scenario())


def test_an_answer_nobody_waits_for_any_more_is_dropped(tmp_path: Path) -> None:
    async def scenario() -> int:
        async with running(tmp_path) as runtime:
            runtime.submit([arrival(1)]).cancel()
            (fate,) = await runtime.submit([arrival(1)])
            assert fate.word == "duplicate"
            return await runtime.ask(lambda state: state.seq)

    assert asyncio.run(scenario()) > 0


def test_nothing_is_taken_before_it_was_started(tmp_path: Path) -> None:
    runtime = Runtime(
        lambda: Store.open(tmp_path / "interlock.db", reserve_bytes=0),
        bundles.web_bundle(),
        lambda _: None,
    )

    async def scenario() -> None:
        with pytest.raises(NotReady, match="has not been started"):
            runtime.submit([arrival(1)])
        await runtime.stop()

    asyncio.run(scenario())
    assert not runtime.ready
    assert runtime.epoch == 0
