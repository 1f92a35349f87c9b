"""What a simulated service wrote, in a real store, so that it can be asked and verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.store import Draft, Store
from interlock.engine.rows import Derived
from interlock.testing import MemoryStore


def keep(memory: MemoryStore, path: Path) -> Path:
    """Write everything a memory store holds into a new store; return its file."""
    with Store.open(path, reserve_bytes=0) as store:
        dedup = {seq: (key, mark) for key, (seq, mark) in memory._dedup.items()}
        store.append(
            [Draft(row.kind, row.body, dedup.get(row.seq)) for row in memory.entries],
            Derived(
                incidents=tuple(memory.incidents.values()),
                transitions=tuple(memory.transitions),
                actions=tuple(memory.actions.values()),
                annotations=tuple(memory.annotations),
                decided_through=memory.decided_through,
            ),
            now_ms=0,
            blobs=tuple(memory.blobs.values()),
        )
    return path


@contextmanager
def history(memory: MemoryStore, folder: Path) -> Iterator[History]:
    """Give the history of a simulated service."""
    path = folder / f"{len(list(folder.iterdir()))}.db"
    found = History(reading_engine(keep(memory, path)))
    try:
        yield found
    finally:
        found.close()
