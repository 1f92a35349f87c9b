"""The migrations make the tables; a format nobody knows is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from interlock.engine.journal import schema
from interlock.engine.journal.connections import engine_of
from interlock.engine.journal.tables import METADATA
from interlock.errors import JournalCorrupt, JournalError


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        yield memory


def described(database: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Return what SQLite itself says of every table and index."""
    tables = database.execute("SELECT name, wr, strict FROM pragma_table_list").fetchall()
    columns = database.execute(
        "SELECT t.name, c.name, c.type, c.'notnull', c.pk"
        " FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c"
    ).fetchall()
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    return {row for row in tables + columns + indexes if "alembic_version" not in row[0]}


def test_the_migrations_make_the_tables_of_the_models(database: sqlite3.Connection) -> None:
    schema.bring_up_to_date(database)

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as other:
        METADATA.create_all(engine_of(other))
        assert described(database) == described(other)


def test_alembic_finds_nothing_to_migrate(database: sqlite3.Connection) -> None:
    schema.bring_up_to_date(database)

    with engine_of(database).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_formats_are_the_revisions_in_order() -> None:
    script = ScriptDirectory.from_config(schema.alembic_config())
    revisions = [step.revision for step in script.walk_revisions()]

    assert tuple(reversed(revisions)) == schema.FORMATS


def test_a_new_database_gets_the_current_format(database: sqlite3.Connection) -> None:
    assert schema.format_of(database) is None

    schema.bring_up_to_date(database)

    assert schema.format_of(database) == schema.CURRENT
    schema.require_current(database)


def test_bringing_up_to_date_twice_changes_nothing(database: sqlite3.Connection) -> None:
    schema.bring_up_to_date(database)
    before = list(database.iterdump())

    schema.bring_up_to_date(database)

    assert list(database.iterdump()) == before


def test_a_newer_format_is_refused_with_what_to_do(database: sqlite3.Connection) -> None:
    schema.bring_up_to_date(database)
    database.execute("UPDATE alembic_version SET version_num = 'r9999'")

    with pytest.raises(JournalError, match=r"format r9999.*knows r0001, r0002, r0003.*a newer one"):
        schema.bring_up_to_date(database)


def test_a_database_of_something_else_is_no_journal(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE customers (name TEXT)")

    with pytest.raises(JournalCorrupt, match=r"not a journal.*customers"):
        schema.bring_up_to_date(database)


@pytest.mark.parametrize("rows", [[], ["r0001", "r0001"]])
def test_a_database_of_no_one_format_is_refused(
    database: sqlite3.Connection, rows: list[str]
) -> None:
    database.execute("CREATE TABLE alembic_version (version_num TEXT)")
    database.executemany("INSERT INTO alembic_version VALUES (?)", [(row,) for row in rows])

    with pytest.raises(JournalError, match="this version of Interlock knows"):
        schema.format_of(database)


def test_a_reader_refuses_a_store_that_is_not_made_yet(database: sqlite3.Connection) -> None:
    with pytest.raises(JournalError, match=r"none yet.*interlock serve"):
        schema.require_current(database)


def test_a_step_that_fails_leaves_the_database_as_it_was(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    database.execute("CREATE TABLE checkpoint (in_the_way INTEGER)")
    before = list(database.iterdump())

    with pytest.raises(sqlite3.OperationalError):
        _upgrade(database)
    assert list(database.iterdump()) == before


def _upgrade(database: sqlite3.Connection) -> None:
    with engine_of(database).connect() as connection:
        try:
            command.upgrade(schema.alembic_config(connection), schema.CURRENT)
        except Exception as error:
            raise getattr(error, "orig", error) from error


def test_a_database_that_cannot_be_migrated_is_an_error_of_ours(
    database: sqlite3.Connection,
) -> None:
    database.execute("PRAGMA query_only = ON")

    with pytest.raises(JournalError, match=r"cannot bring the store to format r0003.*readonly"):
        schema.bring_up_to_date(database)


def test_an_older_store_keeps_its_incidents_and_none_of_them_asks(
    database: sqlite3.Connection,
) -> None:
    with engine_of(database).connect() as connection:
        command.upgrade(schema.alembic_config(connection), "r0001")
    row = ("inc-1", "shop", "m", "ab", "watching", None, "high", 1, 2, None, 3, None, 0)
    database.execute(f"INSERT INTO incident VALUES ({', '.join('?' * len(row))})", row)

    schema.bring_up_to_date(database)

    assert database.execute("SELECT * FROM incident").fetchall() == [(*row, None, "", "")]


def test_an_older_format_is_never_made_of_a_newer_one(database: sqlite3.Connection) -> None:
    schema.bring_up_to_date(database)

    with (
        engine_of(database).connect() as connection,
        pytest.raises(JournalError, match="never taken back"),
    ):
        command.downgrade(schema.alembic_config(connection), "base")


def test_the_steps_are_found_beside_the_code() -> None:
    folder = Path(schema.__file__).parent / "migrations" / "versions"

    assert {path.name[:5] for path in folder.glob("r*.py")} == set(schema.FORMATS)
