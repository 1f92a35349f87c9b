"""The only reader of time; everyone else takes time from a journal entry."""

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
