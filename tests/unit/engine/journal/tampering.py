"""A filled store, statements that change it, and what verifying it finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.report import Report
from interlock.engine.journal.tree import Tree, leaf_hashes
from interlock.engine.journal.verify import verify
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    drafts,
    everything,
    message_key,
    new_store,
    other,
)

Change = Callable[[sqlite3.Connection], None]


def filled(folder: Path) -> Path:
    """Return a closed store of 250 entries, 249 of them messages, and one of everything else."""
    with new_store(folder) as store:
        store.append(drafts(0, 100), everything(0), now_ms=NOON, blobs=[b"rules"])
        store.append([other(100)], now_ms=NOON)
        store.append(drafts(101, 250), now_ms=NOON)
        return store.path


def check(path: Path, *, external: str | None = None, signer: Signer = SIGNER) -> Report:
    return verify(path, verifier=signer.verifier, external=external, dedup_of=message_key)


def faults(path: Path) -> list[str]:
    return [fault.where for fault in check(path).faults]


def root_of(path: Path, size: int) -> bytes:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT body FROM entry ORDER BY position").fetchall()
    return Tree(leaf_hashes(row[0] for row in rows)).root(size)
