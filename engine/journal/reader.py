"""Reads the journal: committed entries, blobs, snapshot, checkpoint; never writes.

Usable from any thread, beside the writer and in other processes: each call reads one committed
state on a connection of its own.  Read models are queried through ``session`` with SQLModel.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlmodel import Session, SQLModel, func, select

from interlock.digest import digest_bytes
from interlock.engine.journal import schema
from interlock.engine.journal.connections import reading_engine, translated
from interlock.engine.journal.forms import Row
from interlock.engine.journal.tables import position, seq_of
from interlock.engine.journal.tree import CompactRange
from interlock.engine.model import PARTITION
from interlock.errors import JournalCorrupt, JournalError, NotFound


@dataclass(frozen=True, slots=True)
class CursorState:
    """How far the journal has come.

    Attributes:
        size: how many entries there are; the next seq.
        root: the root hash of them all.
        decided_through: the last seq the fold has decided; -1 before the first.
        epoch: how many processes have opened the store for writing.
    """

    size: int
    root: bytes
    decided_through: int
    epoch: int


class Reader:
    """Reads one store."""

    def __init__(self, path: Path) -> None:
        """Open an existing store for reading.

        Raises:
            NotFound: there is no such file.
            JournalCorrupt: it is damaged, or is no journal.
            JournalError: its format is not the current one, or it cannot be opened.
        """
        if not path.is_file():
            raise NotFound(f"there is no store at {path}")
        self.path = path
        self.engine = reading_engine(path)
        """For queries of one's own; read-only connections, a pool for all threads."""
        try:
            with self._database("cannot open the store") as database:
                schema.require_current(database)
        except JournalError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections that are not in use.  Idempotent."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a SQLModel session that sees one committed state to its end.

        Raises:
            JournalCorrupt: the file is damaged.
            JournalError: a query failed otherwise.
        """
        with translated("cannot read the store"), Session(self.engine) as session:
            yield session

    def count(self, table: type[SQLModel]) -> int:
        """Return how many rows a table has."""
        with self.session() as session:
            return session.exec(select(func.count()).select_from(table)).one()

    def cursor(self) -> CursorState:
        """Return how far the journal has come.

        Raises:
            JournalCorrupt: the bookkeeping cannot be read.
        """
        with self._database("cannot read the cursor") as database:
            row = database.execute(
                "SELECT tree, decided_through, epoch FROM cursor WHERE partition = ?",
                (PARTITION,),
            ).fetchone()
        if row is None:
            raise JournalCorrupt(f"the store has no cursor of partition {PARTITION}")
        tree = CompactRange.from_bytes(row[0])
        return CursorState(tree.size, tree.root(), decided_through=row[1], epoch=row[2])

    def read(self, start: int, limit: int) -> list[Row]:
        """Return up to ``limit`` entries from seq ``start`` on, in order; fewer at the end."""
        with self._database("cannot read entries") as database:
            rows = database.execute(
                "SELECT position, kind, body FROM entry WHERE position >= ?"
                " ORDER BY position LIMIT ?",
                (position(PARTITION, start), limit),
            ).fetchall()
        return [Row(seq_of(key), kind, body) for key, kind, body in rows]

    def read_kind(
        self, kind: str, *, start: int = 0, limit: int = 100, newest_first: bool = False
    ) -> list[Row]:
        """Return up to ``limit`` entries of a kind from seq ``start`` on.

        Args:
            kind: any but ``signal`` is found by index.
            start: the lowest seq.
            limit: how many at most.
            newest_first: the latest entries, falling, instead of the earliest, rising.
        """
        # The second test of kind is what lets SQLite use the partial index.
        rare = "" if kind == "signal" else "AND kind <> 'signal'"
        order = "DESC" if newest_first else "ASC"
        with self._database("cannot read entries") as database:
            rows = database.execute(
                f"SELECT position, kind, body FROM entry WHERE kind = ? {rare}"  # noqa: S608  # two words of ours
                f" AND position >= ? ORDER BY position {order} LIMIT ?",
                (str(kind), position(PARTITION, start), limit),
            ).fetchall()
        return [Row(seq_of(key), kind, body) for key, kind, body in rows]

    def blob(self, digest: str) -> bytes:
        """Return the content of a blob.

        Raises:
            NotFound: there is none of this digest.
            JournalCorrupt: it is not what was written.
        """
        with self._database("cannot read a blob") as database:
            row = database.execute(
                "SELECT content FROM blob WHERE digest = ?", (digest,)
            ).fetchone()
        if row is None:
            raise NotFound(f"the journal holds no blob {digest}")
        content: bytes = row[0]
        if digest_bytes(content) != digest:
            raise JournalCorrupt(f"blob {digest} has digest {digest_bytes(content)}", digest=digest)
        return content

    def snapshot(self) -> tuple[int, bytes] | None:
        """Return the latest sound snapshot: the seq it is after, and the state; or None.

        A snapshot only saves time; one that has rotten is passed over for the one before it.
        """
        with self._database("cannot read the snapshot") as database:
            rows = database.execute(
                "SELECT seq, state, digest FROM snapshot ORDER BY seq DESC"
            ).fetchall()
        return next(
            ((seq, state) for seq, state, found in rows if digest_bytes(state) == found), None
        )

    def checkpoint(self) -> str | None:
        """Return the latest signed checkpoint as text, or None before the first."""
        with self._database("cannot read the checkpoint") as database:
            row = database.execute(
                "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"
            ).fetchone()
        return None if row is None else str(row[0])

    def origin(self) -> str:
        """Return the name of the log in its checkpoints.

        Raises:
            JournalCorrupt: the store does not say.
        """
        with self._database("cannot read the origin") as database:
            row = database.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()
        if row is None:
            raise JournalCorrupt("the store does not name its origin")
        return str(row[0])

    @contextmanager
    def _database(self, doing: str) -> Iterator[sqlite3.Connection]:
        """Borrow a driver connection: the plain reads need none of SQLAlchemy."""
        with translated(doing):
            borrowed = self.engine.raw_connection()
            try:
                database = borrowed.driver_connection
                assert isinstance(database, sqlite3.Connection)
                yield database
            finally:
                borrowed.close()
