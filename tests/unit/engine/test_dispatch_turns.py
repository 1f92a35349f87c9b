"""Dispatch gives everything its turn: bounds, lanes, and what never answers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.reports import (
    ObservationEntry,
    RecalledEntry,
    Report,
    ResultEntry,
)
from interlock.errors import Overloaded
from tests.unit.engine.dispatch_scene import Journal, RawExecutor, scene, takes
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor


def test_an_executor_that_does_not_answer_is_a_timeout() -> None:
    (report,) = scene(RawExecutor(takes(1e9)), attempt(timeout_ms=1_000))

    assert report.result.outcome == "timeout"


def test_an_answer_given_while_being_cancelled_still_counts() -> None:
    async def perform(_: Attempt) -> AttemptResult:
        try:
            await asyncio.sleep(1e9)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        return AttemptResult("error", "stopped_in_order")

    (report,) = scene(RawExecutor(perform), attempt())

    assert report.result.code == "stopped_in_order"


def test_an_executor_that_ignores_its_cancellation_is_left_behind() -> None:
    done: list[float] = []

    async def perform(_: Attempt) -> AttemptResult:
        for _second in range(100):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue
        done.append(asyncio.get_running_loop().time())
        return AttemptResult("ok")

    (report,) = scene(
        RawExecutor(perform), attempt(timeout_ms=1_000), limits=Limits(grace_ms=2_000), lasts_s=50
    )

    assert report.result.outcome == "timeout"


def test_a_call_left_behind_keeps_its_place_in_the_lane() -> None:
    async def perform(_: Attempt) -> AttemptResult:
        while True:
            try:
                await asyncio.sleep(40)
                return AttemptResult("ok")
            except asyncio.CancelledError:
                continue

    reported = scene(
        RawExecutor(perform),
        attempt(),
        attempt(intent="act-2", timeout_ms=20_000),
        limits=Limits(per_executor=1, grace_ms=1_000),
        lasts_s=30,
    )

    assert {"act-1": ResultEntry, "act-2": RecalledEntry} == {r.intent: type(r) for r in reported}


def test_one_executor_does_only_so_many_at_a_time() -> None:
    at_once = Meter()

    scene(
        RawExecutor(at_once.perform),
        *(attempt(intent=f"act-{n}", timeout_ms=60_000) for n in range(20)),
        limits=Limits(per_executor=3),
    )

    assert at_once.most == 3
    assert at_once.total == 20


def test_all_executors_together_do_only_so_many_at_a_time() -> None:
    at_once = Meter()

    scene(
        RawExecutor(at_once.perform),
        *(attempt(intent=f"act-{n}", timeout_ms=60_000) for n in range(5)),
        *(probe(id=f"probe-{n}", timeout_ms=60_000) for n in range(5)),
        limits=Limits(per_executor=3, total=4),
    )

    assert at_once.most == 4


def test_hung_attempts_do_not_keep_probes_from_their_turn() -> None:
    async def perform(work: Attempt | ProbeRequest) -> Any:
        if isinstance(work, Attempt):
            await asyncio.sleep(1e9)
        return {"count": 1}

    reported = scene(
        RawExecutor(perform),
        *(attempt(intent=f"act-{n}", timeout_ms=30_000) for n in range(8)),
        probe(),
    )

    assert isinstance(reported[0], ObservationEntry)


def test_an_attempt_that_gets_no_turn_in_its_time_is_recalled() -> None:
    reported = scene(
        RawExecutor(takes(10)),
        attempt(timeout_ms=20_000),
        attempt(intent="act-2", timeout_ms=5_000),
        limits=Limits(per_executor=1),
    )

    assert [RecalledEntry("act-2", 1, 1, "no free place in its lane within 5.0 s")] == reported[:1]


def test_more_work_than_the_bound_is_refused() -> None:
    dispatcher = Dispatcher(
        {}, report=Journal(), frozen=lambda _: None, epoch=lambda: 1, limits=Limits(waiting=2)
    )
    dispatcher.submit(attempt())
    dispatcher.submit(attempt())

    with pytest.raises(Overloaded, match="2 attempts"):
        dispatcher.submit(attempt())


def test_work_that_ended_makes_room() -> None:
    journal = Journal()
    dispatcher = Dispatcher(
        {}, report=journal, frozen=lambda _: None, epoch=lambda: 1, limits=Limits(waiting=1)
    )

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        for _ in range(3):
            dispatcher.submit(attempt())
            await asyncio.sleep(1)
        run.cancel()
        await asyncio.wait({run})

    virtual.run(main())

    assert len(journal.reported) == 3


def test_work_may_be_submitted_from_another_thread() -> None:
    reported: set[str] = set()
    all_reported = asyncio.Event()

    async def report(entry: Report) -> int:
        reported.add(entry.intent)
        if len(reported) == 100:
            all_reported.set()
        return 0

    dispatcher = Dispatcher(
        {"scripted": ScriptedExecutor()}, report=report, frozen=lambda _: None, epoch=lambda: 1
    )

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        threads = [threading.Thread(target=submit, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.wait_for(all_reported.wait(), timeout=10)
        for thread in threads:
            thread.join()
        run.cancel()
        await asyncio.wait({run})

    def submit(thread: int) -> None:
        for n in range(25):
            dispatcher.submit(attempt(intent=f"{thread}-{n}", idempotency_key=f"{thread}-{n}"))

    asyncio.run(main())

    assert len(reported) == 100


class Meter:
    """Counts how many calls overlap."""

    def __init__(self) -> None:
        self.now = self.most = self.total = 0

    async def perform(self, work: Attempt | ProbeRequest) -> Any:
        self.total += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(1)
        self.now -= 1
        return AttemptResult("ok") if isinstance(work, Attempt) else {"count": 1}
