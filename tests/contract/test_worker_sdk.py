"""``interlock.worker`` over a real connection, held to what remote executors promise."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.executors.base import Attempt, AttemptResult
from interlock.engine.executors.reports import LeaseLostEntry, ObservationEntry, ResultEntry
from interlock.errors import RequestRejected
from interlock.worker import (
    Assignment,
    ExecutionError,
    ExecutionRefused,
    ExecutionTimeout,
    Question,
    Worker,
)
from tests.contract.remote_service import Service, remote_service
from tests.unit.engine.executors.given import attempt, probe

Act = Callable[[Service], Awaitable[None]]

ECHO_TYPES = {
    "text": "string",
    "ratio": "double",
    "wait": "duration",
    "since": "timestamp",
    "names": "list<string>",
}


def drain(**changes: Any) -> Attempt:
    given = {
        "action": "gpu.drain",
        "executor": "gpu",
        "inputs": {"node": "n1"},
        "timeout_ms": 10_000,
    }
    return attempt(**{**given, **changes})


def look(**changes: Any) -> Any:
    given = {"probe": "gpu.node", "executor": "gpu", "inputs": {"node": "n1"}, "timeout_ms": 10_000}
    return probe(**{**given, **changes})


def play(act: Act, *, lease_ms: int = 3_000) -> None:
    async def main() -> None:
        async with remote_service(lease_ms) as service:
            await act(service)

    asyncio.run(main())


def offering(service: Service, function: Any, **options: Any) -> Worker:
    """Return a worker that does ``drain`` and ``node`` with one function."""
    worker = Worker(service.address, executor="gpu", name="w1", **options)
    types = {"inputs": {"node": "string"}, "outputs": {"moved": "int"}}
    worker.action("drain", **types)(function)
    worker.probe("node", **types)(function)
    return worker


@asynccontextmanager
async def serving(worker: Worker) -> Any:
    task = asyncio.create_task(worker.serve())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 20)


def test_an_attempt_is_done_and_its_result_reported() -> None:
    async def act(service: Service) -> None:
        done: list[Assignment] = []

        async def function(work: Assignment) -> dict[str, int]:
            done.append(work)
            return {"moved": 3}

        async with serving(offering(service, function)):
            service.send(drain(target={"id": "web-1", "zone": "eu1", "spare": True}))
            report = await service.reported()

        assert report == ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"moved": 3}))
        (work,) = done
        assert work.target is not None
        assert work.target.attributes == {"zone": "eu1", "spare": True}
        assert (work.incident, work.idempotency_key) == ("inc-1", "key-1")
        assert work.timeout == timedelta(seconds=10)

    play(act)


def test_a_plain_function_may_do_the_work() -> None:
    async def act(service: Service) -> None:
        async with serving(offering(service, lambda _: {"moved": 1})):
            service.send(drain())
            report = await service.reported()

        assert report.result.outputs == {"moved": 1}

    play(act)


def test_values_arrive_exact_and_come_back_exact() -> None:
    async def act(service: Service) -> None:
        seen: list[Any] = []
        worker = Worker(service.address, executor="gpu", name="w1")

        @worker.action("echo", inputs=ECHO_TYPES, outputs=ECHO_TYPES)
        async def echo(work: Assignment) -> Any:
            seen.append(work.inputs)
            return work.inputs

        inputs = {
            "text": "é\n",
            "ratio": 50_000,
            "wait": 1_500,
            "since": 1_700_000_000_123,
            "names": ("a", "b"),
        }
        async with serving(worker):
            service.send(drain(action="gpu.echo", inputs=inputs))
            report = await service.reported()

        assert report.result == AttemptResult("ok", outputs=inputs)
        assert seen == [
            {
                "text": "é\n",
                "ratio": Decimal("0.05"),
                "wait": timedelta(milliseconds=1_500),
                "since": datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC),
                "names": ("a", "b"),
            }
        ]

    play(act)


@pytest.mark.parametrize(
    ("raised", "outcome", "code", "message"),
    [
        (ExecutionError("busy now", reason="BUSY"), "error", "BUSY", "busy now"),
        (ExecutionError("no"), "error", "execution_error", "no"),
        (ExecutionRefused("not mine"), "refused", "execution_refused", "not mine"),
        (ExecutionTimeout("who knows"), "timeout", "execution_timeout", "who knows"),
        (ZeroDivisionError("bug"), "error", "worker_fault", "ZeroDivisionError: bug"),
        (TimeoutError("its own"), "error", "worker_fault", "TimeoutError: its own"),
    ],
)
def test_what_a_function_raises_becomes_a_result(
    raised: Exception, outcome: str, code: str, message: str
) -> None:
    async def act(service: Service) -> None:
        async def function(_: Assignment) -> None:
            raise raised

        async with serving(offering(service, function)):
            service.send(drain())
            report = await service.reported()

        assert report.result == AttemptResult(outcome, code, message)  # type: ignore[arg-type]

    play(act)


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        {},
        {"moved": "many"},
        {"moved": 1.5},
        {"moved": float("nan")},
        {"moved": datetime(2026, 1, 1)},  # noqa: DTZ001  # the fault under test
        {"moved": object()},
        "text",
    ],
)
def test_outputs_that_are_not_as_declared_are_an_error(outputs: Any) -> None:
    async def act(service: Service) -> None:
        async with serving(offering(service, lambda _: outputs)):
            service.send(drain())
            report = await service.reported()

        assert ("error", "bad_output") == (report.result.outcome, report.result.code)

    play(act)


def test_a_function_past_its_timeout_leaves_its_effect_unknown() -> None:
    async def act(service: Service) -> None:
        async def function(_: Assignment) -> None:
            await asyncio.sleep(60)

        async with serving(offering(service, function)):
            service.send(drain(timeout_ms=300))
            report = await service.reported()

        assert ("timeout", "deadline") == (report.result.outcome, report.result.code)

    play(act)


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


def test_a_probe_is_answered() -> None:
    async def act(service: Service) -> None:
        def function(question: Question) -> dict[str, int]:
            assert question.inputs == {"node": "n1"}
            return {"moved": 7}

        async with serving(offering(service, function)):
            service.send(look())
            report = await service.reported()

        assert report == ObservationEntry("probe-1", {"moved": 7}, None)

    play(act)


def test_a_probe_that_raises_saw_nothing() -> None:
    async def act(service: Service) -> None:
        def function(_: Question) -> None:
            raise ExecutionError("no such node")

        async with serving(offering(service, function)):
            service.send(look())
            report = await service.reported()

        assert report == ObservationEntry("probe-1", None, "no such node")

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


def test_a_worker_waits_for_a_service_that_is_not_there_yet() -> None:
    async def main() -> None:
        worker = Worker("127.0.0.1:1", executor="gpu", name="w1")
        worker.action("drain")(lambda _: {})
        task = asyncio.create_task(worker.serve())
        await asyncio.wait({task}, timeout=0.5)
        assert not task.done()
        worker.stop()
        await asyncio.wait_for(task, 10)

    asyncio.run(main())


def test_a_worker_that_declares_otherwise_than_the_operator_gives_up() -> None:
    async def act(service: Service) -> None:
        worker = Worker(service.address, executor="gpu", name="w1")
        worker.action("drain", inputs={"node": "int"})(lambda _: {})
        with pytest.raises(RequestRejected, match=r"drain\.inputs"):
            await asyncio.wait_for(worker.serve(), 10)

    play(act)


def test_a_worker_told_to_stop_ends_what_it_does_first() -> None:
    async def act(service: Service) -> None:
        going_on, begun = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> dict[str, int]:
            begun.set()
            await going_on.wait()
            return {"moved": 1}

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        await asyncio.wait({task}, timeout=0.2)
        assert not task.done()
        going_on.set()
        await asyncio.wait_for(task, 10)

        report = await service.reported()
        assert report.result.outcome == "ok"

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


def test_a_worker_told_to_stop_takes_nothing_more() -> None:
    async def act(service: Service) -> None:
        going_on, begun = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> dict[str, int]:
            begun.set()
            await going_on.wait()
            return {"moved": 1}

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        service.send(drain(intent="act-2", idempotency_key="key-2"))
        refused = await service.reported()
        going_on.set()
        await asyncio.wait_for(task, 10)

        assert ("act-2", "refused", "stopping") == (
            refused.intent,
            refused.result.outcome,
            refused.result.code,
        )

    play(act)


def test_a_worker_told_to_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.worker.worker.GRACE_S", 0.2)

    async def act(service: Service) -> None:
        begun = asyncio.Event()

        async def function(_: Assignment) -> None:
            begun.set()
            await asyncio.sleep(60)

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        await asyncio.wait_for(task, 10)

        assert isinstance(await service.reported(), LeaseLostEntry)

    play(act)


def test_an_operation_the_worker_does_not_offer_is_not_sent_to_it() -> None:
    async def act(service: Service) -> None:
        async with serving(offering(service, lambda _: {"moved": 1})):
            inputs = {"text": "", "ratio": 0, "wait": 0, "since": 0, "names": ()}
            service.send(drain(action="gpu.echo", inputs=inputs, timeout_ms=500))
            report = await service.reported()

        assert ("refused", "no_worker") == (report.result.outcome, report.result.code)

    play(act)
