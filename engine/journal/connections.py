"""Connections to the journal's SQLite file: one that writes, many that read.

Only the writer's connection can write or checkpoint; every other is opened read-only.  So the
WAL-reset race of SQLite before 3.51.3 (two connections writing or checkpointing at one moment
could corrupt the file) cannot happen here.

Source: sqlite.org/wal.html, sqlite.org/pragma.html.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, event
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import Pool, QueuePool, StaticPool

from interlock.errors import JournalCorrupt, JournalError, JournalUnsafe

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables came with 3.37."""

_SAFE = {"journal_mode": "wal", "synchronous": 2}
_CACHE_KIB = 65_536
_CHECKPOINT_PAGES = 1_000
_BUSY_MS = 5_000
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def open_writer(path: Path, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """Return the connection that writes, once its durability has been read back.

    Args:
        path: the database; made when it is not there.
        synchronous: only tests that prove what FULL is for ask for less.

    Raises:
        JournalUnsafe: SQLite is too old or will not give the durability asked for.
        JournalError: the file cannot be opened for writing.
        JournalCorrupt: it is not a database.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise JournalUnsafe(
            f"SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer is needed,"
            f" found {sqlite3.sqlite_version}"
        )
    with translated(f"cannot open {path} for writing"), ExitStack() as undo:
        database = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        undo.callback(database.close)
        _set_up_writer(database, synchronous)
        if synchronous == "FULL":
            check_durability(database)
        undo.pop_all()
    return database


def check_durability(database: sqlite3.Connection) -> None:
    """Read the settings back that make an acknowledged entry durable.

    Raises:
        JournalUnsafe: a setting is not what it must be; asking SQLite is not getting it.
    """
    for name, expected in _SAFE.items():
        found = pragma(database, name)
        if found != expected:
            raise JournalUnsafe(
                f"PRAGMA {name} must be {expected}, found {found}: acknowledged entries"
                " could be lost at a power cut",
                setting=name,
            )


def pragma(database: sqlite3.Connection, name: str) -> int | str | None:
    """Return the value of a setting, or of its first column."""
    row = database.execute(f"PRAGMA {name}").fetchone()
    return None if row is None else row[0]


def settle(database: sqlite3.Connection) -> None:
    """Move what the write-ahead log holds into the database, and make it durable there.

    After a failed fsync the kernel may hold pages it will never write; frames recovered from
    them would vanish under later ones.  Copied and synced here, they cannot.

    Raises:
        JournalError: a reader held the log for too long.
    """
    busy, logged, moved = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy and logged != moved:
        raise JournalError(f"a reader holds the write-ahead log: {moved} of {logged} pages moved")


def engine_of(database: sqlite3.Connection) -> Engine:
    """Return an SQLAlchemy engine whose only connection is this one."""
    return _engine(lambda: database, StaticPool)


def reading_engine(path: Path) -> Engine:
    """Return an engine of read-only connections, usable from any thread."""
    return _engine(lambda: _open_reader(path), QueuePool)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise what the driver or SQLAlchemy raises as an error of our family.

    Args:
        doing: what failed, for the message: ``cannot read entries``.

    Raises:
        JournalCorrupt: the file is damaged, or is no database.
        JournalError: anything else the driver reported.
    """
    try:
        yield
    except UnicodeDecodeError as error:  # the driver trips over a name in a damaged schema
        raise JournalCorrupt(f"{doing}: {error}") from error
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        message = f"{doing}: {cause} ({name})"
        if _primary_code(cause) in _DAMAGE:
            raise JournalCorrupt(message, sqlite=name) from error
        cure = "; free some space" if is_full(cause) else ""
        raise JournalError(message + cure, sqlite=name) from error


def is_full(error: BaseException | None) -> bool:
    """Return whether the error says that the disk is full."""
    return _primary_code(error) == sqlite3.SQLITE_FULL


def _primary_code(error: BaseException | None) -> int:
    """Return SQLite's error code without its extended part; 0 if the driver itself objected."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _set_up_writer(database: sqlite3.Connection, synchronous: str) -> None:
    database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    database.execute("PRAGMA trusted_schema = OFF")  # what a stranger put into the file stays data
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {synchronous}")
    database.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone stops at the drive's cache
    database.execute("PRAGMA checkpoint_fullfsync = ON")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    database.execute("PRAGMA temp_store = MEMORY")
    # Small and often: 4 MB moved at a time keeps the slowest commit near 25 ms; 16 MB gave 60.
    database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _open_reader(path: Path) -> sqlite3.Connection:
    # A store on a read-only medium has no room for the log's index; nobody writes it either.
    log = path.with_name(path.name + "-wal")
    frozen = not os.access(path.parent, os.W_OK) and not log.exists()
    mode = "ro&immutable=1" if frozen else "ro"
    database = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    return database


def _engine(creator: Callable[[], sqlite3.Connection], pool: type[Pool]) -> Engine:
    engine = _create_engine("sqlite://", creator=creator, poolclass=pool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The driver's own idea of transactions would leave reads and DDL outside of them.
        connection.exec_driver_sql("BEGIN")

    return engine
