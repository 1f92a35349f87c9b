"""People and programs who watch incidents change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

from interlock.engine.rows import IncidentRow, TransitionRow
from interlock.engine.views import Changes
from interlock.errors import Overloaded

BEHIND = 1_000
"""Changes a watcher may be behind before it is told to come again."""


class Changed(NamedTuple):
    """An incident's row after a change, with the transition it made if it made one."""

    incident: IncidentRow
    transition: TransitionRow | None


class Watchers:
    """Hands every change to everyone who watches; a slow one is cut off, never waited for."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Changed | None]] = set()

    def tell(self, changes: Changes) -> None:
        """Hand on what one commit changed."""
        if not self._queues or not changes.incidents:
            return
        for changed in _in_order(changes):
            for queue in tuple(self._queues):
                if queue.full():
                    self._queues.discard(queue)
                else:
                    queue.put_nowait(changed)

    async def watch(self) -> AsyncIterator[Changed]:
        """Iterate over every change from now on, in order.

        Raises:
            Overloaded: the watcher fell behind.
        """
        queue: asyncio.Queue[Changed | None] = asyncio.Queue(BEHIND)
        self._queues.add(queue)
        try:
            while queue in self._queues or not queue.empty():
                changed = await queue.get()
                if changed is None:
                    return
                yield changed
        finally:
            self._queues.discard(queue)
        raise Overloaded(f"the watcher fell {BEHIND} changes behind; read the list, watch again")

    def close(self) -> None:
        """End every watch."""
        for queue in self._queues:
            if not queue.full():
                queue.put_nowait(None)
        self._queues.clear()


def _in_order(changes: Changes) -> list[Changed]:
    moved = [Changed(changes.incidents[t.incident], t) for t in changes.transitions]
    with_moves = {t.incident for t in changes.transitions}
    still = [Changed(r, None) for i, r in changes.incidents.items() if i not in with_moves]
    return [*moved, *still]
