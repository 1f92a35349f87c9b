"""A worker of ``interlock.worker`` that offers one function over a real connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from interlock.engine.executors.base import Attempt
from interlock.worker import Worker
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
