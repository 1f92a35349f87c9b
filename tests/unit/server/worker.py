"""One worker's side of a stream with ExecutorService."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from interlock.language.values import STRING, double, list_of
from interlock.server.executor_service import ExecutorService
from interlock.server.work import Assignment, Lease, LeaseKey, Typed, WorkTarget
from interlock.v1 import executor_pb2 as wire
from interlock.v1.executor_service_pb2 import AttemptReport, Hello, WorkRequest, WorkResponse
from tests.fakes.core import MemoryCore
from tests.fakes.worker import MemorySession

KEY = LeaseKey("int-1", 2, 7)
WIRE_KEY = wire.LeaseKey(intent_id="int-1", attempt=2, epoch=7)
HELLO = WorkRequest(
    hello=Hello(
        worker_id="w1",
        executor="shell",
        capacity=4,
        operations=[wire.Operation(name="restart", inputs={"unit": "string"})],
        probes=[wire.Operation(name="check", outputs={"code": "int"})],
    )
)
ASSIGNMENT = Assignment(
    lease=Lease(KEY, 9_000),
    incident="inc-1",
    action="web.restart",
    operation="restart",
    inputs={
        "unit": Typed("nginx", STRING),
        "ratio": Typed(125, double(3)),
        "flags": Typed(("-a", "-b"), list_of(STRING)),
    },
    target=WorkTarget("web-1", {"zone": Typed("eu1", STRING)}),
    idempotency_key="k" * 32,
    timeout_ms=1500,
)


class Worker:
    """The worker's side of one stream."""

    def __init__(self, core: MemoryCore, *, hello: WorkRequest = HELLO) -> None:
        self._core = core
        self._said: asyncio.Queue[WorkRequest | None] = asyncio.Queue()
        self.heard: asyncio.Queue[WorkResponse] = asyncio.Queue()
        self.running = asyncio.create_task(
            ExecutorService(core).work(self._arriving(), self.heard.put)
        )
        self.say(hello)

    async def _arriving(self) -> AsyncIterator[WorkRequest]:
        while (request := await self._said.get()) is not None:
            yield request

    def say(self, request: WorkRequest | None) -> None:
        self._said.put_nowait(request)

    async def hears(self) -> WorkResponse:
        async with asyncio.timeout(5):
            return await self.heard.get()

    async def welcomed(self) -> MemorySession:
        assert (await self.hears()).HasField("welcome")
        return self._core.sessions["w1"]

    async def ends(self) -> None:
        async with asyncio.timeout(5):
            await self.running


def report(**fields: object) -> WorkRequest:
    given = {"lease": WIRE_KEY, "outcome": wire.AttemptOutcome.ATTEMPT_OUTCOME_OK, **fields}
    return WorkRequest(result=AttemptReport(**given))  # type: ignore[arg-type]  # one field a case
