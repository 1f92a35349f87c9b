"""When elements leave memory by themselves.

One heap entry for each thing that expires; a refresh only moves the thing's own ``expiry``, and
the entry follows when its old time comes up.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Protocol


class Expiring(Protocol):
    """Something that may leave by itself."""

    @property
    def expiry(self) -> int | None:
        """When it leaves, ms; None: never by itself."""
        ...


class Expiries:
    """The times at which things leave, soonest first."""

    def __init__(self, is_live: Callable[[Expiring], bool]) -> None:
        """Begin with nothing.

        Args:
            is_live: whether a thing is still there; what left earlier is forgotten.
        """
        self._is_live = is_live
        self._heap: list[tuple[int, int, Expiring]] = []
        self._ticket = count()

    def add(self, thing: Expiring) -> None:
        """Watch a thing from now on; a thing that never leaves by itself is not watched."""
        if thing.expiry is not None:
            heappush(self._heap, (thing.expiry, next(self._ticket), thing))

    def next(self) -> int | None:
        """Return when the next thing leaves, ms, or None."""
        while self._heap:
            when, _, thing = self._heap[0]
            if when == thing.expiry and self._is_live(thing):
                return when
            heappop(self._heap)
            if self._is_live(thing):
                self.add(thing)
        return None

    def due(self, now: int) -> list[Expiring]:
        """Return what leaves at ``now`` or before, and stop watching it."""
        found = []
        while (when := self.next()) is not None and when <= now:
            found.append(heappop(self._heap)[2])
        return found
