"""The write door of the journal: one transaction an append, acknowledged after fsync.

What ``append`` returns is durable: kill the process or cut the power after it, and a reopened
store has the entries, the read models and the cursor of that append, all of them.  Cut it
before, and the store has all of them or none.  After any error in writing the store refuses to
write until it is opened again: an fsync that failed is never tried again, because the kernel may
already have dropped what it could not write.

Not thread-safe: one thread writes.  ``Reader`` reads, from anywhere.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from interlock.digest import digest_bytes
from interlock.engine.journal import connections, schema
from interlock.engine.journal.derived import write_derived
from interlock.engine.journal.forms import Draft, Found
from interlock.engine.journal.keys import Signer
from interlock.engine.journal.lock import WriterLock
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.reserve import Reserve
from interlock.engine.journal.seal import Seals
from interlock.engine.journal.seen import SeenMessages
from interlock.engine.journal.statements import Insert
from interlock.engine.journal.tables import Blob, Entry, position, seq_of
from interlock.engine.journal.tree import CompactRange, leaf_hashes
from interlock.engine.model import MOST_BODY_BYTES, PARTITION
from interlock.engine.rows import NOTHING, Derived
from interlock.errors import InvariantBroken, JournalCorrupt, JournalError

RESERVE_BYTES = 16 << 20

_INSERT_ENTRY = Insert(Entry.__table__)
_INSERT_BLOB = Insert(Blob.__table__, on_conflict="DO NOTHING")


class Store:
    """One journal, open for writing.  Make it with ``open``; close it, or use ``with``."""

    def __init__(
        self, path: Path, database: sqlite3.Connection, signer: Signer | None, reserve: Reserve
    ) -> None:
        row = database.execute(
            "SELECT tree, decided_through, epoch FROM cursor WHERE partition = ?", (PARTITION,)
        ).fetchone()
        self.path = path
        self.reader = Reader(path)
        """Reads what was committed; for any thread."""
        self.origin = self.reader.origin()
        """The name of the log in its checkpoints."""
        self.decided_through: int = row[1]
        """The last seq the fold has decided; -1 before the first."""
        self.epoch: int = row[2]
        """Which opening for writing this is, from 1; no two share one."""
        self._database = database
        self._reserve = reserve
        self._undo = ExitStack()
        self._refusal: str | None = None
        self._tree = CompactRange.from_bytes(row[0])
        self._seals = Seals.of(database, signer=signer, origin=self.origin, tree=self._tree)
        self._seen = SeenMessages(database)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        signer: Signer | None = None,
        origin: str | None = None,
        reserve_bytes: int = RESERVE_BYTES,
        _synchronous: str = "FULL",
    ) -> Self:
        """Open a store for writing; make it, or bring its format up to date, first.

        The epoch has been counted up, durably, when this returns.

        Args:
            path: the database file; its directory must exist.
            signer: signs checkpoints; None: there are none, and nothing to prove with.
            origin: names the log in its checkpoints; fixed when the store is made; default: the
                signer's name.
            reserve_bytes: disk space to keep back for the day the disk is full.
            _synchronous: for the tests that show what FULL is for.

        Raises:
            JournalUnsafe: SQLite would not make an acknowledged entry durable.
            JournalCorrupt: the file is damaged or is no journal, or entries are missing.
            JournalError: it cannot be written, is being written by another, has a newer format,
                another origin or another key, or the disk is too full.
        """
        with ExitStack() as undo, connections.translated(f"cannot open {path} for writing"):
            undo.callback(WriterLock.take(path).release)
            database = connections.open_writer(path, synchronous=_synchronous)
            undo.callback(database.close)
            connections.settle(database)
            reserve = Reserve.take(path, reserve_bytes)  # now that the log has shrunk
            undo.callback(reserve.release)
            schema.bring_up_to_date(database)
            _begin_epoch(database, origin, default=signer.name if signer else "interlock")
            store = cls(path, database, signer, reserve)
            undo.callback(store.reader.close)
            _check_end(database, store.size)
            store._undo = undo.pop_all()
        return store

    @property
    def size(self) -> int:
        """How many entries there are: the seq of the next."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """The root hash of all entries."""
        return self._tree.root()

    @property
    def unsealed(self) -> int:
        """How many entries no checkpoint covers yet."""
        return self.size - self._seals.size

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Found]:
        """Return the seq and digest of those messages the journal holds already.

        Args:
            keys: 16 bytes each, as in ``Draft.dedup``.

        Raises:
            JournalError: the store refuses, or cannot be read.
        """
        self._refuse_when_broken()
        with connections.translated("cannot look messages up"):
            return self._seen.find(keys)

    def append(
        self,
        drafts: Sequence[Draft],
        derived: Derived = NOTHING,
        *,
        now_ms: int,
        blobs: Sequence[bytes] = (),
        seal: bool = False,
    ) -> range:
        """Append entries and what was derived, in one transaction; return their seqs.

        Blocking: returns after fsync.  Entries are in the order of ``drafts``, dense after those
        before.  A checkpoint is signed in the same transaction when one is due.

        Args:
            drafts: may be empty.
            derived: read models, cursor and snapshot to store with them.
            now_ms: the present, for when a checkpoint is due.
            blobs: file contents that the entries name by SHA-256.
            seal: sign a checkpoint whether due or not.

        Raises:
            InvariantBroken: a body is too long, or a message is in the journal already.
            JournalError: the transaction failed, or an earlier one did; nothing was appended, or
                nobody knows: open the store again.
        """
        self._refuse_when_broken()
        bodies = [draft.body for draft in drafts]
        if bodies and max(map(len, bodies)) > MOST_BODY_BYTES:
            raise InvariantBroken(f"a body is longer than {MOST_BODY_BYTES} bytes")
        first = self.size
        with self._transaction() as database:
            self._tree.extend(leaf_hashes(bodies))
            self._write_entries(first, drafts)
            _INSERT_BLOB.run(database, [(digest_bytes(content), content) for content in blobs])
            write_derived(database, derived)
            if derived.decided_through is not None:
                self.decided_through = derived.decided_through
            if seal or self._seals.are_due(self.size, now_ms):
                self._seals.write(database, self._tree, now_ms)
            database.execute(
                "UPDATE cursor SET tree = ?, decided_through = ? WHERE partition = ?",
                (self._tree.to_bytes(), self.decided_through, PARTITION),
            )
        return range(first, self.size)

    def seal(self, now_ms: int) -> bool:
        """Sign a checkpoint if one is due; return whether one was.

        Call it within a second of the last append, when no other follows.

        Raises:
            JournalError: as for ``append``.
        """
        due = self._seals.are_due(self.size, now_ms)
        if due:
            self.append((), now_ms=now_ms)
        return due

    def put_blob(self, content: bytes, *, now_ms: int) -> str:
        """Store a file's content; return its digest.  Idempotent.

        Raises:
            JournalError: as for ``append``.
        """
        self.append((), now_ms=now_ms, blobs=(content,))
        return digest_bytes(content)

    def close(self) -> None:
        """Seal what is unsealed and close.  Idempotent.

        A store that refuses to write is closed as it is: nothing more is synced or moved.

        Raises:
            JournalError: the last checkpoint could not be written; the store is closed anyway.
        """
        with self._undo:
            if self._refusal is None:
                self.append((), now_ms=0, seal=True)
            else:
                # Before the reader: the last connection to close would move and sync the log.
                self._database.close()
            self._refusal = "it is closed"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block writes; after any error refuse to write ever again."""
        self._refusal = "an append did not finish; open it again"
        with connections.translated("cannot append to the journal"):
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                self._refusal = f"an append failed ({error}); open it again"
                if connections.is_full(error):
                    self._reserve.release()
                raise
            finally:
                if self._database.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        self._database.rollback()
        self._refusal = None

    def _refuse_when_broken(self) -> None:
        if self._refusal is not None:
            raise JournalError(f"the store at {self.path} refuses to write: {self._refusal}")

    def _write_entries(self, first: int, drafts: Sequence[Draft]) -> None:
        start = position(PARTITION, first)
        rows = [(key, draft.kind, draft.body) for key, draft in enumerate(drafts, start)]
        _INSERT_ENTRY.run(self._database, rows)
        messages = [
            (seq, *draft.dedup)
            for seq, draft in enumerate(drafts, first)
            if draft.dedup is not None
        ]
        self._seen.add(messages)


def _begin_epoch(database: sqlite3.Connection, origin: str | None, *, default: str) -> None:
    """Count the epoch up, in a new store to 1, and settle what the log is called.

    Raises:
        JournalError: it is called otherwise.
    """
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        "INSERT INTO meta (name, value) VALUES ('origin', ?) ON CONFLICT DO NOTHING",
        (origin or default,),
    )
    database.execute(
        "INSERT INTO cursor (partition, tree, decided_through, epoch) VALUES (?, ?, -1, 1)"
        " ON CONFLICT DO UPDATE SET epoch = epoch + 1",
        (PARTITION, CompactRange().to_bytes()),
    )
    (found,) = database.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()
    if origin is not None and origin != found:
        raise JournalError(f"the log of this store is called {found}, not {origin}")
    database.execute("COMMIT")


def _check_end(database: sqlite3.Connection, size: int) -> None:
    """Check that the last entry is the last one the tree knows.

    Raises:
        JournalCorrupt: it is not; the next append would build on sand.
    """
    (last,) = database.execute("SELECT max(position) FROM entry").fetchone()
    found = 0 if last is None else seq_of(last) + 1
    if found != size:
        raise JournalCorrupt(f"the tree has {size} entries, the journal ends after {found}")
