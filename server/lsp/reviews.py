"""When bundles are reviewed: a moment after the last change, one at a time, never half stale."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

K = TypeVar("K")

PATIENCE_S: Final = 0.15
"""How long nothing must be typed before files are looked at."""


class Reviews(Generic[K]):
    """Runs one review for each key at a time; what changes meanwhile is reviewed again."""

    def __init__(self, run: Callable[[K], Awaitable[None]], patience_s: float = PATIENCE_S) -> None:
        """Take what reviews a key; it must not raise."""
        self._run = run
        self._patience_s = patience_s
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._running: dict[K, asyncio.Task[None]] = {}
        self._again: set[K] = set()

    def ask(self, key: K) -> None:
        """Ask for a review of a key, after a moment without another such call."""
        if timer := self._timers.pop(key, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(self._patience_s, self._start, key)

    def is_stale(self, key: K) -> bool:
        """Return whether something changed since the running review of a key began."""
        return key in self._timers or key in self._again

    def stop(self) -> None:
        """Begin no more reviews, and drop those that run."""
        for timer in self._timers.values():
            timer.cancel()
        for task in self._running.values():
            task.cancel()
        self._timers.clear()

    def _start(self, key: K) -> None:
        self._timers.pop(key, None)
        if key in self._running:
            self._again.add(key)
            return
        task = asyncio.ensure_future(self._reviewed(key))
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    async def _reviewed(self, key: K) -> None:
        await self._run(key)
        while key in self._again:
            self._again.discard(key)
            await self._run(key)
