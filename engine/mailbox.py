"""What the event loop hands to the core thread, and how answers come back.

The queue is bounded by entries, not items; beyond the bound a submission is refused and
nothing of it is taken.  Signals may not fill it to the brim: a freeze, a command or the result
of an action finds room however many signals there are.  Each item carries the future of
whoever waits for it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.engine.fold.state import State
from interlock.engine.intake import Arrival, Sorted
from interlock.errors import Overloaded


@dataclass(slots=True)
class Signals:
    """Signals to journal; the future gives what became of each."""

    arrivals: Sequence[Arrival]
    future: asyncio.Future[list[Sorted]]

    @property
    def entries(self) -> int:
        """How many entries it may become."""
        return len(self.arrivals)


@dataclass(slots=True)
class Record:
    """An entry of another kind to journal, without ``at``; the future gives its position."""

    body: Mapping[str, Any]
    future: asyncio.Future[int]
    entries = 1


@dataclass(slots=True)
class Question:
    """Something to ask of the state between two groups; costs no entry."""

    ask: Callable[[State], Any]
    future: asyncio.Future[Any]
    entries = 0


Item = Signals | Record | Question

RESERVE = 1_000
"""Entries kept free for what is no signal."""


class Mailbox:
    """A bounded queue from one event loop to one thread.

    Args:
        capacity: most signals waiting.
        reserve: how many entries that are no signals may wait besides.
    """

    def __init__(self, capacity: int, reserve: int = RESERVE) -> None:
        self._capacity = capacity
        self._reserve = reserve
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Entries not yet collected."""
        return self._waiting

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._items.empty()

    def has_room(self, entries: int = 1) -> bool:
        """Return whether so many signals would be taken now."""
        return self._waiting + entries <= self._capacity

    def put(self, item: Item) -> None:
        """Take an item.

        Raises:
            Overloaded: the queue is full; nothing was taken.
        """
        most = self._capacity if isinstance(item, Signals) else self._capacity + self._reserve
        with self._lock:
            if item.entries and self._waiting + item.entries > most:
                raise Overloaded(f"{self._waiting} entries wait to be written; try again")
            self._waiting += item.entries
        self._items.put(item)

    def wake(self) -> None:
        """Let a ``collect`` that waits return."""
        self._items.put(None)

    def collect(self, most: int, patience_s: float) -> list[Item]:
        """Wait up to ``patience_s`` for a first item; return items of at least one and up to
        about ``most`` entries, in order.
        """
        items: list[Item] = []
        entries = 0
        try:
            item = (
                self._items.get(timeout=patience_s) if patience_s > 0 else self._items.get_nowait()
            )
            while True:
                if item is not None:
                    items.append(item)
                    entries += item.entries
                if entries >= most:
                    break
                item = self._items.get_nowait()
        except queue.Empty:
            pass
        with self._lock:
            self._waiting -= entries
        return items
