"""A client talking to a real server in front of a core in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from interlock.client import Client, RetryPolicy, signal
from tests.fakes.core import MemoryCore
from tests.fakes.serving import serving

QUICK = RetryPolicy(initial_interval=0.001, maximum_interval=0.01, maximum_attempts=500)
ONCE = RetryPolicy(maximum_attempts=1)


@asynccontextmanager
async def talking(core: MemoryCore, *, policy: RetryPolicy = ONCE) -> AsyncIterator[Client]:
    async with serving(core) as target, Client(target, policy=policy) as client:
        yield client


def batch(start: int, size: int = 10) -> list[object]:
    return [
        signal("web.down", source="prober", id=str(number)) for number in range(start, start + size)
    ]


def ids(core: MemoryCore) -> list[str]:
    return [one.signal["id"] for one in core.signals]
