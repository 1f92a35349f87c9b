"""A node whose executor is busy, so that more work has to wait."""

from __future__ import annotations

import asyncio
import threading

from interlock.engine.dispatch import Limits
from interlock.engine.executors.base import Attempt, AttemptResult
from interlock.engine.node import Node
from tests.unit.engine.given_node import (
    Hands,
    until,
    wanted,
)

LANE = Limits().per_executor


class SlowHands(Hands):
    """An executor that answers when it is told to finish."""

    def __init__(self) -> None:
        super().__init__(self._slowly)
        self.finish = asyncio.Event()

    async def _slowly(self, _: Attempt) -> AttemptResult:
        await self.finish.wait()
        return AttemptResult("ok")


async def fill_the_lane(node: Node, hands: Hands, *queued: str) -> None:
    """Let as many attempts run as may at a time, and some more wait for their place."""
    await node.runtime.submit([wanted(f"{n}") for n in range(LANE)])
    await until(node, lambda _: len(hands.attempts) == LANE)
    await node.runtime.submit([wanted(item) for item in queued])
    await until(node, lambda _: node._dispatcher.in_hand == LANE + len(queued))


async def hold(node: Node) -> threading.Event:
    """Let the core do nothing until the event is set."""
    begun, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(_: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        release.wait(20)

    asyncio.ensure_future(node.runtime.ask(wait)).add_done_callback(lambda _: None)
    await begun.wait()
    return release
