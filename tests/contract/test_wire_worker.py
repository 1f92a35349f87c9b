"""A worker over a real connection does what the engine's dispatch asks of a remote executor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import ObservationEntry, Report, ResultEntry
from interlock.language.values import DURATION, INT, STRING, Field, double, list_of
from interlock.server.remote import RemoteWorkers
from interlock.server.work import WorkerHello
from interlock.v1 import executor_pb2 as wire
from interlock.v1.executor_service_pb2 import (
    AttemptReport,
    Heartbeat,
    Hello,
    ProbeReport,
    WorkRequest,
    WorkResponse,
)
from interlock.v1.executor_service_pb2_grpc import ExecutorServiceStub
from interlock.v1.value_pb2 import Value
from tests.fakes.core import MemoryCore
from tests.fakes.serving import connected

pytestmark = pytest.mark.anyio

RESTART = Manifest(
    inputs={
        "unit": Field(STRING),
        "ratio": Field(double(3)),
        "wait": Field(DURATION),
        "flags": Field(list_of(STRING)),
    },
    outputs={"took": Field(double(2))},
)
CHECK = Manifest(inputs={"url": Field(STRING)}, outputs={"code": Field(INT)})
ATTEMPT = Attempt(
    intent="act-1",
    attempt=1,
    epoch=1,
    incident="inc-1",
    action="web.restart",
    executor="shell",
    inputs={"unit": "nginx", "ratio": 125, "wait": 1500, "flags": ("-a",)},
    target={"id": "web-1", "zone": "eu1", "weight": 3, "spare": False, "roles": ("a", "b")},
    idempotency_key="k" * 32,
    timeout_ms=5_000,
)
HELLO = WorkRequest(
    hello=Hello(
        worker_id="w1",
        executor="shell",
        capacity=2,
        operations=[
            wire.Operation(
                name="restart",
                inputs={
                    "unit": "string",
                    "ratio": "double",
                    "wait": "duration",
                    "flags": "list<string>",
                },
                outputs={"took": "double"},
            )
        ],
        probes=[wire.Operation(name="check", inputs={"url": "string"}, outputs={"code": "int"})],
    )
)


class RemoteCore(MemoryCore):
    """A core whose workers are those of a real remote executor."""

    def __init__(self, workers: RemoteWorkers) -> None:
        super().__init__()
        self._workers = workers

    async def attach(self, hello: WorkerHello) -> Any:
        return self._workers.attach(hello)


class Scene:
    """Dispatch, a remote executor, and one worker's stream."""

    def __init__(self) -> None:
        self.reported: list[Report] = []
        self.remote = RemoteExecutor("shell", actions={"restart": RESTART}, probes={"check": CHECK})
        self.dispatcher = Dispatcher(
            {"shell": self.remote},
            report=self._report,
            frozen=lambda _: None,
            epoch=lambda: 1,
            limits=Limits(grace_ms=1_000),
        )
        self.call: Any = None

    async def _report(self, report: Report) -> int:
        self.reported.append(report)
        return 40 + len(self.reported)

    async def hears(self) -> WorkResponse:
        async with asyncio.timeout(5):
            return await self.call.read()

    async def says(self, request: WorkRequest) -> None:
        await self.call.write(request)


@asynccontextmanager
async def working() -> AsyncIterator[Scene]:
    scene = Scene()
    running = asyncio.create_task(scene.dispatcher.run())
    async with connected(RemoteCore(RemoteWorkers({"shell": scene.remote}))) as channel:
        await asyncio.sleep(0)
        scene.call = ExecutorServiceStub(channel).Work()
        await scene.says(HELLO)
        assert (await scene.hears()).HasField("welcome")
        yield scene
        scene.call.cancel()
    running.cancel()
    await asyncio.wait({running})


async def test_an_attempt_reaches_the_worker_typed_and_its_result_comes_back() -> None:
    async with working() as scene:
        scene.dispatcher.submit(ATTEMPT)
        told = (await scene.hears()).assignment
        key = wire.LeaseKey(intent_id="act-1", attempt=1, epoch=1)
        await scene.says(WorkRequest(heartbeat=Heartbeat(lease=key)))
        renewal = (await scene.hears()).renewal
        done = AttemptReport(
            lease=key,
            outcome=wire.AttemptOutcome.ATTEMPT_OUTCOME_OK,
            outputs={"took": Value(double_value=0.25)},
        )
        await scene.says(WorkRequest(result=done))
        receipt = (await scene.hears()).receipt

    assert ("nginx", 0.125, 1500, ["-a"]) == (
        told.inputs["unit"].string_value,
        told.inputs["ratio"].double_value,
        told.inputs["wait"].duration_value.ToMilliseconds(),
        [one.string_value for one in told.inputs["flags"].list_value.values],
    )
    assert "web-1" == told.target.id
    assert {"zone", "weight", "spare", "roles"} == set(told.target.attributes)
    assert 3 == told.target.attributes["weight"].int_value
    assert renewal.expires_at.ToMilliseconds() >= told.lease_expires_at.ToMilliseconds()
    assert (True, 41) == (receipt.accepted, receipt.position.seq)
    assert [ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"took": 25}))] == scene.reported


async def test_a_probe_is_asked_and_what_it_saw_comes_back() -> None:
    async with working() as scene:
        scene.dispatcher.submit(
            ProbeRequest(
                id="prb-1",
                probe="shell.check",
                executor="shell",
                inputs={"url": "http://web-1"},
                target=None,
                timeout_ms=5_000,
            )
        )
        told = (await scene.hears()).probe_assignment
        seen = ProbeReport(probe_id="prb-1", outputs={"code": Value(int_value=200)})
        await scene.says(WorkRequest(probe_result=seen))
        receipt = (await scene.hears()).receipt
        async with asyncio.timeout(5):
            while not scene.reported:  # noqa: ASYNC110  # until dispatch has told
                await asyncio.sleep(0.001)

    assert ("check", "http://web-1") == (told.operation, told.inputs["url"].string_value)
    assert receipt.accepted
    (entry,) = scene.reported
    assert isinstance(entry, ObservationEntry)


async def test_a_result_for_a_lease_nobody_gave_is_refused() -> None:
    async with working() as scene:
        report = AttemptReport(
            lease=wire.LeaseKey(intent_id="act-9", attempt=1, epoch=1),
            outcome=wire.AttemptOutcome.ATTEMPT_OUTCOME_OK,
        )
        await scene.says(WorkRequest(result=report))
        receipt = (await scene.hears()).receipt

    assert not receipt.accepted
    assert "never given" in receipt.reason


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"executor": "other"}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"worker_id": "w1"}, grpc.StatusCode.FAILED_PRECONDITION),
    ],
)
async def test_a_worker_that_cannot_be_connected_is_told_why(
    changes: dict[str, str], code: grpc.StatusCode
) -> None:
    async with working() as scene:
        core = RemoteCore(RemoteWorkers({"shell": scene.remote}))
        hello = Hello()
        hello.CopyFrom(HELLO.hello)
        for field, value in changes.items():
            setattr(hello, field, value)
        async with connected(core) as channel:
            call = ExecutorServiceStub(channel).Work()
            await call.write(WorkRequest(hello=hello))
            with pytest.raises(grpc.aio.AioRpcError) as failed:
                await call.read()

    assert code is failed.value.code()
