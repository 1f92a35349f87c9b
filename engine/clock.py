"""The only reader of time; everyone else takes time from a journal entry.

``JournalTime`` makes of the machine's clocks what entries are stamped with: a time that never
goes back and never stands, whatever is done to the wall clock.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where the runtime reads the time it stamps on entries."""

    def now_ms(self) -> int:
        """Return wall-clock time in ms since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds of a clock that never steps; only differences mean something."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """Return wall-clock time in ms since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds of the machine's monotonic clock."""
        return time.monotonic()


class JournalTime:
    """The wall clock's time, except after that was set back.

    Then time goes on at half its speed until the wall clock has caught up: no two entries
    change places, and a timer comes late, by as long again at most, but comes.

    Args:
        clock: what is read; from one thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = 0
        self._ticks = clock.monotonic()

    def now_ms(self) -> int:
        """Return the time for an entry, ms since the epoch; never before the last one."""
        wall, ticks = self._clock.now_ms(), self._clock.monotonic()
        passed_us = round((ticks - self._ticks) * 1e6)  # a float of seconds is a hair off
        slow = self._at + passed_us // 2_000
        if wall < slow:
            return slow
        self._at, self._ticks = wall, ticks
        return wall

    def go_on_from(self, at: int) -> None:
        """Let no time before ``at`` be given: that of the last entry of a recovered journal."""
        if self.now_ms() < at:
            self._at, self._ticks = at, self._clock.monotonic()
