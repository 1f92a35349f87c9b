"""What a simulated service wrote, in a real store, so that it can be asked and verified."""

from __future__ import annotations

from pathlib import Path

from interlock.engine.journal.forms import Draft
from interlock.engine.journal.store import Store
from interlock.engine.rows import Derived
from interlock.testing.memory import MemoryStore


def keep(memory: MemoryStore, path: Path) -> Path:
    """Write everything a memory store holds into a new store; return its file.

    Raises:
        JournalError: there is a store already, or it cannot be written.
    """
    dedup = memory.dedup()
    with Store.open(path, reserve_bytes=0) as store:
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
