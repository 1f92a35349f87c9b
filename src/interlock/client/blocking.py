"""The client for plain functions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import grpc

from interlock.client.client import Client
from interlock.client.retry import RetryPolicy

T = TypeVar("T")


class BlockingClient:
    """Runs an async client on a loop of its own; a context manager for one thread.

    ::

        with BlockingClient("127.0.0.1:7443") as client:
            incident = client.run(lambda c: c.incidents.get("inc-…"))
            for incident in client.each(lambda c: c.incidents.list(open=True)):
                …
    """

    def __init__(
        self,
        target: str,
        *,
        timeout: float = 10.0,
        policy: RetryPolicy | None = None,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        """Prepare a client; arguments as for ``Client``."""
        self._asyncio = asyncio.Runner()

        async def prepare() -> Client:
            return Client(target, timeout=timeout, policy=policy, credentials=credentials)

        self._client = self._asyncio.run(prepare())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, call: Callable[[Client], Awaitable[T]]) -> T:
        """Make a call and return its answer; raises what the call raises."""

        async def awaited() -> T:
            return await call(self._client)

        return self._asyncio.run(awaited())

    def each(
        self,
        call: Callable[[Client], AsyncGenerator[T, None] | Awaitable[AsyncGenerator[T, None]]],
    ) -> Iterator[T]:
        """Yield what a list or a watch yields; raises what it raises."""

        async def begin() -> AsyncGenerator[T, None]:
            begun = call(self._client)
            return begun if isinstance(begun, AsyncGenerator) else await begun

        items = self._asyncio.run(begin())

        async def following() -> list[T]:
            return [item async for item in _first(items)]

        try:
            while item := self._asyncio.run(following()):
                yield item[0]
        finally:
            self._asyncio.run(items.aclose())

    def close(self) -> None:
        """Close the channel and the loop."""
        self._asyncio.run(self._client.close())
        self._asyncio.close()


async def _first(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the next item, if there is one."""
    try:
        yield await anext(items)
    except StopAsyncIteration:
        return
