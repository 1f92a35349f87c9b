"""Brings a database to the format this version knows, and refuses what it does not know.

The format is an Alembic revision, kept in the database.  Steps run inside one transaction, so
a store is always of one format, whatever happens on the way.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from interlock.engine.journal.connections import engine_of, translated
from interlock.errors import JournalCorrupt, JournalError

if TYPE_CHECKING:  # loading Alembic takes longer than opening a store that needs no step
    from alembic.config import Config

FORMATS = ("r0001", "r0002", "r0003")
"""Every format there has been, oldest first; the last one is current."""
CURRENT = FORMATS[-1]


def bring_up_to_date(database: sqlite3.Connection) -> None:
    """Make the tables in a new database, or take an older one to the current format.

    Raises:
        JournalError: a newer version wrote it, or a step failed.
        JournalCorrupt: it is a database, but no journal.
    """
    if format_of(database) == CURRENT:
        return
    # Loaded late: see above.
    from alembic import command  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        with engine_of(database).connect() as connection:
            command.upgrade(alembic_config(connection), CURRENT)
    except DBAPIError as error:
        raise JournalError(f"cannot bring the store to format {CURRENT}: {error.orig}") from error


def require_current(database: sqlite3.Connection) -> None:
    """Check that a reader understands the database.

    Raises:
        JournalError: its format is newer, or older and not yet brought up to date.
        JournalCorrupt: it is a database, but no journal.
    """
    found = format_of(database)
    if found != CURRENT:
        raise JournalError(
            f"the store has format {found or 'none yet'}, this version reads {CURRENT};"
            " open it once for writing, with interlock serve"
        )


def format_of(database: sqlite3.Connection) -> str | None:
    """Return the format of a database, or None if it is empty.

    Raises:
        JournalError: the format is not one of ``FORMATS``.
        JournalCorrupt: it is a database, but no journal.
    """
    with translated("cannot read the format of the store"):
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
        if not names:
            return None
        if "alembic_version" not in names:
            raise JournalCorrupt(
                f"not a journal: it has no format, but tables such as {min(names)}"
            )
        rows = database.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(rows) != 1 or rows[0][0] not in FORMATS:
        found = ", ".join(str(row[0]) for row in rows) or "none"
        raise JournalError(
            f"the store has format {found}, this version of Interlock knows {', '.join(FORMATS)};"
            " use the version that wrote it, or a newer one"
        )
    return str(rows[0][0])


def alembic_config(connection: object = None) -> Config:
    """Return Alembic's settings; there is no ini file."""
    from alembic.config import Config  # noqa: PLC0415  # loaded late: see above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
