"""The core in memory keeps what the engine keeps, so what is tested against it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from interlock.server.core import Core
from tests.contract.core_contract import CoreContract
from tests.fakes.core import MemoryCore


class TestMemoryCore(CoreContract):
    @asynccontextmanager
    async def running(self) -> AsyncIterator[Core]:
        yield MemoryCore()
