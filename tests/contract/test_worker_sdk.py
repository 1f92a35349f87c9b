"""``interlock.worker`` over a real connection, held to what remote executors promise."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.reports import ObservationEntry, ResultEntry
from interlock.errors import RequestRejected
from interlock.worker import (
    Assignment,
    ExecutionError,
    ExecutionRefused,
    ExecutionTimeout,
    Question,
    Worker,
)
from tests.contract.offering import ECHO_TYPES, drain, look, offering, play, serving
from tests.contract.remote_service import Service


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


@pytest.mark.parametrize(
    ("raised", "said", "logged"),
    [
        (ExecutionError("no such node"), "no such node", []),
        (ZeroDivisionError("bug"), "ZeroDivisionError: bug", [("node", True)]),
    ],
    ids=["on purpose", "a fault of its own"],
)
def test_a_probe_that_raises_saw_nothing(
    raised: Exception, said: str, logged: list[tuple[str, bool]]
) -> None:
    """What it did not raise on purpose is logged, too, with where it was raised."""

    async def act(service: Service) -> None:
        def function(_: Question) -> None:
            raise raised

        async with serving(offering(service, function)):
            service.send(look())
            report = await service.reported()

        assert report == ObservationEntry("probe-1", None, said)

    with capture_logs() as logs:
        play(act)
    faults = [one for one in logs if one["event"] == "worker_fault"]
    assert [(one["operation"], one["exc_info"]) for one in faults] == logged


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


def test_an_operation_the_worker_does_not_offer_is_not_sent_to_it() -> None:
    async def act(service: Service) -> None:
        async with serving(offering(service, lambda _: {"moved": 1})):
            inputs = {"text": "", "ratio": 0, "wait": 0, "since": 0, "names": ()}
            service.send(drain(action="gpu.echo", inputs=inputs, timeout_ms=500))
            report = await service.reported()

        assert ("refused", "no_worker") == (report.result.outcome, report.result.code)

    play(act)
