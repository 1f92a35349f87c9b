"""What a simulated service wrote, in a real store, so that it can be asked and verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.testing import MemoryStore
from interlock.testing.keeping import keep

__all__ = ["history", "keep"]


@contextmanager
def history(memory: MemoryStore, folder: Path) -> Iterator[History]:
    """Give the history of a simulated service."""
    path = folder / f"{len(list(folder.iterdir()))}.db"
    found = History(reading_engine(keep(memory, path)))
    try:
        yield found
    finally:
        found.close()
