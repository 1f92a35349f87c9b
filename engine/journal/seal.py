"""When a checkpoint is due, and writing it: what makes the journal evidence.

A checkpoint is signed in the transaction of the entries it covers, so none ever speaks of
entries that are not there.  Within a thousand entries a later one replaces an earlier one, which
it covers; so there are few to verify, however slowly the journal grows.
"""

from __future__ import annotations

import sqlite3

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.note import open_checkpoint, sign_checkpoint
from interlock.engine.journal.statements import Insert
from interlock.engine.journal.tables import StoredCheckpoint
from interlock.engine.journal.tree import CompactRange
from interlock.errors import JournalCorrupt, JournalError

SEAL_EVERY = 1_000
"""Entries after which a checkpoint is due."""
SEAL_WITHIN_MS = 1_000
"""Time after which a checkpoint is due, while an entry waits for one."""

_INSERT = Insert(StoredCheckpoint.__table__)


class Seals:
    """Signs the checkpoints of one store; without a signer, signs none."""

    def __init__(self, signer: Signer | None, origin: str, *, size: int = 0) -> None:
        self._signer = signer
        self._origin = origin
        self._at_ms: int | None = None
        self.size = size
        """How many entries the latest checkpoint covers."""

    @classmethod
    def of(
        cls, database: sqlite3.Connection, *, signer: Signer | None, origin: str, tree: CompactRange
    ) -> Seals:
        """Return the seals of a store, once its latest checkpoint fits its entries and its key.

        Raises:
            JournalCorrupt: the checkpoint covers more entries than there are, or other ones.
            JournalError: another key signed it.
        """
        row = database.execute(
            "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return cls(signer, origin)
        if signer is not None:
            try:
                checkpoint = open_checkpoint(row[1], signer.verifier)
            except JournalCorrupt as error:
                raise JournalError(
                    f"the latest checkpoint is not of the key given: {error};"
                    " open the store with the key it was made with"
                ) from error
            if checkpoint.size == tree.size and checkpoint.root != tree.root():
                raise JournalCorrupt(
                    f"the checkpoint of {tree.size} entries has root {checkpoint.root.hex()},"
                    f" the store has {tree.root().hex()}"
                )
        if row[0] > tree.size:
            raise JournalCorrupt(
                f"a checkpoint covers {row[0]} entries, the store has {tree.size}: it was cut off"
            )
        return cls(signer, origin, size=row[0])

    def are_due(self, size: int, now_ms: int) -> bool:
        """Return whether a journal of ``size`` entries wants a checkpoint now."""
        waiting = size - self.size
        if self._signer is None or not waiting:
            return False
        if waiting >= SEAL_EVERY or self._at_ms is None:
            return True
        return not 0 <= now_ms - self._at_ms < SEAL_WITHIN_MS  # a clock set back: due

    def write(self, database: sqlite3.Connection, tree: CompactRange, now_ms: int) -> None:
        """Sign and store a checkpoint of all entries, inside their transaction."""
        if self._signer is None or tree.size == self.size:
            return
        if self.size // SEAL_EVERY == tree.size // SEAL_EVERY:
            database.execute("DELETE FROM checkpoint WHERE size = ?", (self.size,))
        note = sign_checkpoint(self._signer, self._origin, tree.size, tree.root())
        _INSERT.run(database, [(tree.size, note)])
        self.size = tree.size
        self._at_ms = now_ms
