"""A worker keeps its lease, does a key once, and refuses what is older."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.reports import LeaseLostEntry, ResultEntry
from interlock.worker import Assignment
from tests.contract.offering import drain, offering, play, serving
from tests.contract.remote_service import Service


def test_heartbeats_keep_a_long_attempt() -> None:
    async def act(service: Service) -> None:
        async def function(_: Assignment) -> dict[str, int]:
            await asyncio.sleep(1.5)
            return {"moved": 1}

        async with serving(offering(service, function)):
            service.send(drain())
            report = await service.reported()

        assert report.result.outcome == "ok"

    play(act, lease_ms=600)


def test_a_function_that_blocks_the_worker_loses_its_lease() -> None:
    """The negative control of the test above: without heartbeats the lease lapses."""

    async def act(service: Service) -> None:
        async def function(_: Assignment) -> None:
            await asyncio.sleep(60)

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        while not service.executor._desk.held:  # noqa: ASYNC110  # another task's state
            await asyncio.sleep(0.02)
        task.cancel()
        report = await service.reported()

        assert isinstance(report, LeaseLostEntry)

    play(act, lease_ms=600)


def test_one_key_is_done_once_over_attempts() -> None:
    async def act(service: Service) -> None:
        done: list[int] = []

        def function(work: Assignment) -> dict[str, int]:
            done.append(work.attempt)
            return {"moved": len(done)}

        async with serving(offering(service, function)):
            service.send(drain())
            first = await service.reported()
            service.executor._ledger._records.clear()  # the service forgets; the worker does not
            service.send(drain(attempt=2))
            second = await service.reported()

        assert first.result == second.result
        assert done == [1]

    play(act)


def test_one_key_is_done_once_over_restarts_of_the_worker(tmp_path: Path) -> None:
    async def act(service: Service) -> None:
        done: list[int] = []

        def function(work: Assignment) -> dict[str, int]:
            done.append(work.attempt)
            return {"moved": len(done)}

        for number in (1, 2):
            async with serving(offering(service, function, ledger=tmp_path / "ledger")):
                service.executor._ledger._records.clear()
                service.send(drain(attempt=number))
                report = await service.reported()
                assert report.result.outputs == {"moved": 1}

        assert done == [1]

    play(act)


def test_a_worker_refuses_an_older_epoch() -> None:
    async def act(service: Service) -> None:
        done: list[int] = []

        async with serving(offering(service, lambda work: {"moved": done.append(work.epoch) or 1})):
            service.epoch = 5
            service.send(drain(epoch=5))
            await service.reported()
            service.epoch = 4
            service.executor._fence._newest.clear()  # the service forgets; the worker does not
            service.send(drain(epoch=4, intent="act-2", idempotency_key="key-2"))
            report = await service.reported()

        assert ("refused", "stale_epoch") == (report.result.outcome, report.result.code)
        assert done == [5]

    play(act)


def test_a_worker_comes_back_when_its_stream_breaks_and_its_results_count() -> None:
    async def act(service: Service) -> None:
        going_on, begun = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> dict[str, int]:
            begun.set()
            await going_on.wait()
            return {"moved": 1}

        async with serving(offering(service, function)):
            service.send(drain())
            await asyncio.wait_for(begun.wait(), 10)
            for place in list(service.executor._desk._places.values()):
                service.executor._desk.close(place)  # the stream ends from the service's side
            going_on.set()
            report = await service.reported()

        assert report == ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"moved": 1}))

    play(act)


def test_an_attempt_whose_lease_is_gone_is_stopped() -> None:
    async def act(service: Service) -> None:
        begun, stopped = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> None:
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                stopped.set()

        async with serving(offering(service, function)):
            service.send(drain())
            await asyncio.wait_for(begun.wait(), 10)
            (task,) = service.executor._desk.held.values()
            service.executor._desk._lapsed(task)
            await asyncio.wait_for(stopped.wait(), 10)

        assert isinstance(await service.reported(), LeaseLostEntry)

    play(act)


def test_a_thread_whose_lease_is_gone_ends_and_its_late_result_is_recorded() -> None:
    async def act(service: Service) -> None:
        begun, going_on = threading.Event(), threading.Event()

        def function(_: Assignment) -> dict[str, int]:
            begun.set()
            going_on.wait(10)
            return {"moved": 1}

        async with serving(offering(service, function)):
            service.send(drain())
            await asyncio.to_thread(begun.wait, 10)
            (task,) = service.executor._desk.held.values()
            service.executor._desk._lapsed(task)
            lost = await service.reported()
            going_on.set()
            late = await service.reported()

        assert isinstance(lost, LeaseLostEntry)
        assert late == ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"moved": 1}))

    play(act)
