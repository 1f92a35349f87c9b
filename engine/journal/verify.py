"""Proves or refutes a store, offline, trusting nothing in it.

One pass over the entries, in one committed state, beside a running writer if need be::

    dense seqs ─► columns = body ─► canonical bytes ─► tree ─► every checkpoint, and yours
                                        │
                                        └─► cursor, dedup, blobs, snapshots (``bookkeeping``)

It finds every change to an entry before the checkpoint that the caller holds, and every change
to the rest that does not equal what the entries say.  Whether the decisions among the entries
are what the fold decides is for the caller, who gets every row once it is checked::

    with Verification(path, verifier=key, external=note) as verification:
        for rows in verification.rows():
            ...fold them; verification.add(Fault(...)) for what differs...
        with verification.session() as session:
            ...compare the read models...
        report = verification.report()
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlmodel import Session

from interlock.engine.journal.bodies import canonical_object
from interlock.engine.journal.bookkeeping import Bookkeeping, DedupOf
from interlock.engine.journal.connections import translated
from interlock.engine.journal.keys import Verifier
from interlock.engine.journal.note import Checkpoint, open_checkpoint, read_checkpoint
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.report import MOST_FAULTS, Fault, Report
from interlock.engine.journal.tables import METADATA, position, seq_of
from interlock.engine.journal.tree import CompactRange, leaf_hashes
from interlock.engine.model import PARTITION
from interlock.errors import JournalCorrupt, JournalError

EXTERNAL = "your checkpoint"
"""Where a fault is that the caller's own checkpoint shows."""
_CHUNK = 100  # decoded rows stay in the processor's cache: twice as fast as a thousand


class VerifiedRow(NamedTuple):
    """An entry whose bytes are canonical and say what its columns say."""

    seq: int
    kind: str
    body: bytes
    value: Mapping[str, Any]


class _Head(NamedTuple):
    """A root that the first ``size`` entries must have, and who says so."""

    size: int
    root: bytes
    where: str


class Verification:
    """One verification of one store."""

    def __init__(
        self,
        path: Path,
        *,
        verifier: Verifier | None = None,
        external: str | None = None,
        dedup_of: DedupOf | None = None,
    ) -> None:
        """Open the store for reading.

        Args:
            path: the database file.
            verifier: the public key the caller trusts; None: signatures are not checked.
            external: the signed checkpoint that the caller kept outside of the store.
            dedup_of: returns the dedup key and digest of a message's body, None for others.

        Raises:
            NotFound: there is no such file.
            JournalCorrupt: it is no journal, or too damaged to open.
            JournalError: its format is not the current one, or it cannot be opened.
        """
        self._reader = Reader(path)
        self._connection = self._reader.engine.connect()
        self._verifier = verifier
        self._external = external
        self._dedup_of = dedup_of
        self._tree = CompactRange()
        self._heads: list[_Head] = []
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._sealed = self._witnessed = 0

    def __enter__(self) -> Self:
        self._connection.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._reader.close()

    @property
    def reader(self) -> Reader:
        """Reads the store that is being verified."""
        return self._reader

    def add(self, fault: Fault) -> None:
        """Note a fault; the caller adds its own."""
        self._fault_count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(fault)

    def session(self) -> Session:
        """Return a session that sees the very state that is being verified."""
        return Session(self._connection)

    def report(self) -> Report:
        """Return what was found, once ``rows`` is exhausted."""
        return Report(
            entries=self._tree.size,
            root=self._tree.root(),
            sealed=self._sealed,
            witnessed=self._witnessed,
            signatures_checked=self._verifier is not None,
            dedup_checked=self._dedup_of is not None,
            faults=tuple(self._faults),
            fault_count=self._fault_count,
        )

    def rows(self) -> Iterator[list[VerifiedRow]]:
        """Check everything; give the sound entries, in order, some at a time."""
        database = self._connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)
        database.text_factory = _lenient
        try:
            with translated("cannot read the store"):
                self._check_file(database)
                self._collect_heads(database)
                bookkeeping = Bookkeeping(database, self._dedup_of, self.add)
                for rows in self._chunks(database):
                    bookkeeping.follow((row.seq, row.value) for row in rows)
                    yield rows
                self._check_heads_beyond()
                bookkeeping.finish(self._tree)
        except JournalError as error:
            self.add(Fault("file", self._tree.size, "a database that can be read", str(error)))

    def _chunks(self, database: sqlite3.Connection) -> Iterator[list[VerifiedRow]]:
        cursor = database.execute("SELECT position, kind, body FROM entry ORDER BY position")
        expected = position(PARTITION, 0)
        while rows := cursor.fetchmany(_CHUNK):
            sound = []
            for key, kind, body in rows:
                if key != expected:
                    self.add(Fault("entry", seq_of(expected), f"key {expected}", f"key {key}"))
                    expected = key
                row = self._check_row(seq_of(key), kind, body)
                if row is not None:
                    sound.append(row)
                expected += 1
            self._grow(leaf_hashes(_as_bytes(body) for _, _, body in rows))
            yield sound

    def _check_row(self, seq: int, kind: object, body: object) -> VerifiedRow | None:
        """Return the row if its body is canonical and says what its columns say."""
        value = canonical_object(body) if isinstance(body, bytes) else None
        if value is None or type(body) is not bytes:
            self.add(Fault("entry", seq, "the canonical bytes of an object", f"{body!r:.200}"))
            return None
        if value.get("kind") != kind or type(kind) is not str or type(value.get("at")) is not int:
            at, said = value.get("at"), value.get("kind")
            self.add(Fault("entry", seq, f"kind {kind!r}, a time", f"kind {said!r}, at {at!r}"))
            return None
        return VerifiedRow(seq, kind, body, value)

    def _grow(self, leaves: list[bytes]) -> None:
        """Extend the tree, and hold every head on the way against its root."""
        done = 0
        while self._heads and self._heads[-1].size <= self._tree.size + len(leaves) - done:
            head = self._heads.pop()
            count = head.size - self._tree.size
            self._tree.extend(leaves[done : done + count])
            done += count
            self._check_head(head)
        self._tree.extend(leaves[done:])

    def _check_head(self, head: _Head) -> None:
        root = self._tree.root()
        if root != head.root:
            self.add(Fault(head.where, head.size, f"root {head.root.hex()}", root.hex()))
        elif head.where == EXTERNAL:
            self._witnessed = head.size
        else:
            self._sealed = head.size

    def _check_heads_beyond(self) -> None:
        self._grow([])  # a head of no entries
        for head in reversed(self._heads):
            found = f"{self._tree.size}: the rest was cut off"
            self.add(Fault(head.where, head.size, f"{head.size} entries", found))

    def _check_file(self, database: sqlite3.Connection) -> None:
        for (text,) in database.execute("PRAGMA integrity_check"):
            if text != "ok":
                self.add(Fault("file", None, "a consistent database", str(text)))
        rows = database.execute("SELECT type, name FROM sqlite_schema").fetchall()
        unknown = sorted(f"{kind} {name}" for kind, name in rows if name not in _known_names())
        if unknown:
            self.add(Fault("file", None, "the tables of a journal", ", ".join(unknown)))

    def _collect_heads(self, database: sqlite3.Connection) -> None:
        """Read every checkpoint, the smallest last; a wrong signature is a fault, not a head."""
        row = database.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()
        origin = None if row is None else row[0]
        stored = database.execute("SELECT size, note FROM checkpoint").fetchall()
        notes = [("checkpoint", size, note) for size, note in stored]
        if self._external is not None:
            notes.append((EXTERNAL, None, self._external))
        for where, size, note in notes:
            try:
                checkpoint = self._open(str(note))
            except JournalCorrupt as error:
                self.add(Fault(where, size, "a checkpoint of the log's key", f"none: {error}"))
                continue
            if checkpoint.origin != origin or size not in {None, checkpoint.size}:
                said = f"{checkpoint.size} entries of {checkpoint.origin}"
                self.add(Fault(where, size, f"a checkpoint of {origin}", said))
            self._heads.append(_Head(checkpoint.size, checkpoint.root, where))
        self._heads.sort(reverse=True)

    def _open(self, note: str) -> Checkpoint:
        if self._verifier is None:
            return read_checkpoint(note)
        return open_checkpoint(note, self._verifier)


def verify(
    path: Path,
    *,
    verifier: Verifier | None = None,
    external: str | None = None,
    dedup_of: DedupOf | None = None,
) -> Report:
    """Return what verifying a store finds, without folding it; arguments as ``Verification``.

    Raises:
        NotFound: there is no such file.
        JournalCorrupt: it is no journal, or too damaged to open.
        JournalError: its format is not the current one, or it cannot be opened.
    """
    with Verification(
        path, verifier=verifier, external=external, dedup_of=dedup_of
    ) as verification:
        for _ in verification.rows():
            pass
        return verification.report()


@cache
def _known_names() -> frozenset[str]:
    """Return every name the schema of a journal may hold."""
    tables = METADATA.sorted_tables
    own = {name for table in tables for name in (table.name, *(i.name for i in table.indexes))}
    automatic = {f"sqlite_autoindex_{table}_1" for table in (*own, "alembic_version")}
    return frozenset({str(name) for name in own} | automatic | {"alembic_version"})


def _lenient(text: bytes) -> str:
    """Decode a text column of a file that may be damaged, so that the fault can be shown."""
    return text.decode(errors="backslashreplace")


def _as_bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else repr(body).encode()
