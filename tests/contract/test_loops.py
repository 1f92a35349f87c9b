"""One test that leaves a call behind does not fail the next: ``tests.loops``."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from tests.loops import TestedLoop

NOBODY = "127.0.0.1:1"


def call(channel: grpc.aio.Channel, seconds: float) -> Any:
    """Begin a call that nobody answers; it ends at its deadline."""
    return channel.unary_unary("/interlock.v1.None/None")(b"", timeout=seconds, wait_for_ready=True)


def faults_after(first: asyncio.AbstractEventLoop) -> list[dict[str, Any]]:
    """Close a loop with a call under way; return what a later loop complains of."""

    async def begin() -> list[Any]:
        channel = grpc.aio.insecure_channel(NOBODY)
        left = [channel, call(channel, 0.3)]
        await asyncio.sleep(0)
        return left

    faults: list[dict[str, Any]] = []

    async def go_on() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        async with grpc.aio.insecure_channel(NOBODY) as channel:
            with pytest.raises(grpc.aio.AioRpcError):
                await call(channel, 0.6)

    left = first.run_until_complete(begin())
    for task in asyncio.all_tasks(first):
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # that is the case here
    first.close()
    asyncio.run(go_on())
    del left
    return faults


def test_what_grpc_hands_to_a_closed_loop_is_dropped() -> None:
    assert [] == faults_after(TestedLoop())


def test_with_a_loop_of_asyncio_it_fails_whoever_runs_next() -> None:
    """The negative control."""
    (fault,) = faults_after(asyncio.SelectorEventLoop())

    assert "Event loop is closed" in str(fault["exception"])


def test_anybody_else_is_told_that_the_loop_is_closed() -> None:
    loop = TestedLoop()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(lambda: None)


def test_every_test_runs_on_such_a_loop() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert isinstance(asyncio.run(loop()), TestedLoop)


@pytest.mark.anyio
async def test_so_does_every_test_that_is_async() -> None:
    assert isinstance(asyncio.get_running_loop(), TestedLoop)
