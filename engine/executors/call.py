"""One call to an executor, which may hang, lie, crash or ignore that it was cancelled.

Guarantee: ``within`` returns by its deadline and grace whatever the executor does.  A call
that even ignores its cancellation is left behind, and keeps its place in the lane (through
``on_end``) until it ends, so such calls cannot pile up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Call(Generic[T]):
    """One call under way.

    Args:
        work: calls the executor; called at once.
        on_end: called once, when what ``work`` returned has really ended.
    """

    def __init__(self, work: Callable[[], Awaitable[T]], on_end: Callable[[], None]) -> None:
        # Not a TaskGroup: that would wait without bound for a coroutine that will not end.
        self._task = asyncio.ensure_future(_awaited(work))
        self._on_end = on_end
        self._task.add_done_callback(self._ended)

    async def within(self, timeout_s: float, grace_s: float) -> T:
        """Return what the executor answers.

        Args:
            timeout_s: seconds until it is cancelled.
            grace_s: seconds it then has to end in order; an answer in them still counts.

        Raises:
            TimeoutError: it did not answer.
            Exception: whatever the executor raises.
        """
        try:
            await asyncio.wait({self._task}, timeout=timeout_s)
        finally:
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task}, timeout=grace_s)
        if not self._task.done() or self._task.cancelled():
            raise TimeoutError
        return self._task.result()

    def _ended(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            task.exception()  # seen, even when nobody waits any more
        self._on_end()


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    """Call inside the task, so that a plugin that raises before it awaits is a failed call."""
    return await work()
