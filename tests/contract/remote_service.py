"""A remote executor behind dispatch and a real gRPC server, for workers to connect to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, Manifest, ProbeRequest
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import Report
from interlock.language.values import DURATION, INT, STRING, TIMESTAMP, Field, double, list_of
from interlock.server.remote import RemoteSession, RemoteWorkers
from interlock.server.work import WorkerHello
from tests.fakes.core import MemoryCore
from tests.fakes.serving import serving

DRAIN = Manifest(inputs={"node": Field(STRING)}, outputs={"moved": Field(INT)})
ECHO_FIELDS = {
    "text": Field(STRING),
    "ratio": Field(double()),
    "wait": Field(DURATION),
    "since": Field(TIMESTAMP),
    "names": Field(list_of(STRING)),
}
ECHO = Manifest(inputs=ECHO_FIELDS, outputs=ECHO_FIELDS)
NODE = Manifest(inputs={"node": Field(STRING)}, outputs={"moved": Field(INT)})


class RemoteCore(MemoryCore):
    """A core in memory whose workers are the executor's."""

    def __init__(self, executor: RemoteExecutor) -> None:
        super().__init__()
        self._workers = RemoteWorkers({executor.name: executor})

    async def attach(self, hello: WorkerHello) -> RemoteSession:  # type: ignore[override]
        return self._workers.attach(hello)


class Service:
    """What a test does with it: send work, wait for reports, restart it.

    Attributes:
        address: where workers connect.
        epoch: the owner's; attempts of another are recalled.
    """

    def __init__(self, lease_ms: int) -> None:
        self.executor = RemoteExecutor(
            "gpu",
            actions={"drain": DRAIN, "echo": ECHO},
            probes={"node": NODE},
            lease_ms=lease_ms,
        )
        self.address = ""
        self.epoch = 1
        self._reports: asyncio.Queue[Report] = asyncio.Queue()
        self._count = 0
        self.dispatcher = Dispatcher(
            {"gpu": self.executor},
            report=self._report,
            frozen=lambda _: None,
            epoch=lambda: self.epoch,
            limits=Limits(grace_ms=2_000),
        )

    async def _report(self, report: Report) -> int:
        self._count += 1
        self._reports.put_nowait(report)
        return self._count

    def send(self, work: Attempt | ProbeRequest) -> None:
        """Submit work."""
        self.dispatcher.submit(work)

    async def reported(self, within_s: float = 20.0) -> Report:
        """Return the next report."""
        return await asyncio.wait_for(self._reports.get(), within_s)


@asynccontextmanager
async def remote_service(lease_ms: int = 3_000) -> AsyncIterator[Service]:
    """Run one."""
    service = Service(lease_ms)
    dispatching = asyncio.create_task(service.dispatcher.run())
    await asyncio.sleep(0)
    try:
        async with serving(RemoteCore(service.executor)) as service.address:
            yield service
    finally:
        dispatching.cancel()
        await asyncio.wait({dispatching})
