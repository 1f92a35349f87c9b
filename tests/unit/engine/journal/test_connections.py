"""A writer is durable or is refused; a reader cannot write; errors are of our family."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from interlock.engine.journal import connections
from interlock.errors import JournalCorrupt, JournalError, JournalUnsafe


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some db?#%.db"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connections.open_writer(path)) as database:
        database.execute("CREATE TABLE t (n INTEGER)")
        yield database


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("trusted_schema", 0),
    ],
)
def test_a_writer_is_set_up_to_be_durable(
    writer: sqlite3.Connection, setting: str, value: object
) -> None:
    assert connections.pragma(writer, setting) == value


@pytest.mark.parametrize("mode", ["NORMAL", "OFF"])
def test_a_writer_that_would_lose_entries_is_refused(writer: sqlite3.Connection, mode: str) -> None:
    writer.execute(f"PRAGMA synchronous = {mode}")

    with pytest.raises(JournalUnsafe, match=r"synchronous must be 2.*power cut"):
        connections.check_durability(writer)


def test_a_writer_without_a_write_ahead_log_is_refused(writer: sqlite3.Connection) -> None:
    writer.execute("PRAGMA journal_mode = DELETE")

    with pytest.raises(JournalUnsafe, match="journal_mode must be wal, found delete"):
        connections.check_durability(writer)


def test_a_place_where_no_log_can_be_kept_is_refused() -> None:
    with pytest.raises(JournalUnsafe, match="journal_mode must be wal, found memory"):
        connections.open_writer(Path(":memory:"))


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "OLDEST_SQLITE", (99, 0, 0))

    with pytest.raises(JournalUnsafe, match=r"SQLite 99\.0\.0 or newer"):
        connections.open_writer(path)


def test_settling_empties_the_log(writer: sqlite3.Connection, path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 0

    connections.settle(writer)

    assert log.stat().st_size == 0


def test_settling_under_a_reader_says_so(writer: sqlite3.Connection, path: Path) -> None:
    writer.execute("PRAGMA busy_timeout = 0")
    with connections.reading_engine(path).connect() as reader:
        reader.exec_driver_sql("SELECT * FROM t").all()
        writer.execute("INSERT INTO t VALUES (1)")

        with pytest.raises(JournalError, match="a reader holds"):
            connections.settle(writer)
        reader.engine.dispose()


def test_a_reader_sees_what_was_committed(writer: sqlite3.Connection, path: Path) -> None:
    writer.execute("INSERT INTO t VALUES (1)")

    engine = connections.reading_engine(path)
    with engine.connect() as reader:
        assert reader.exec_driver_sql("SELECT n FROM t").scalar_one() == 1
    engine.dispose()


@pytest.mark.usefixtures("writer")
@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (1)", "DROP TABLE t", "VACUUM"])
def test_a_reader_cannot_write(path: Path, sql: str) -> None:
    engine = connections.reading_engine(path)
    with engine.connect() as reader, pytest.raises(OperationalError, match=r"readonly|transaction"):
        reader.exec_driver_sql(sql)
    engine.dispose()


def test_a_reader_keeps_one_state_to_its_end(writer: sqlite3.Connection, path: Path) -> None:
    engine = connections.reading_engine(path)
    with engine.connect() as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM t").scalar_one()
        writer.execute("INSERT INTO t VALUES (1)")
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == before
    engine.dispose()


def test_a_driver_error_becomes_ours_with_its_name(writer: sqlite3.Connection) -> None:
    with (
        pytest.raises(JournalError, match=r"cannot look: no such table: x \(SQLITE_ERROR\)"),
        connections.translated("cannot look"),
    ):
        writer.execute("SELECT * FROM x")


def test_damage_is_told_apart_from_other_errors(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"SQLite format 3\0" + b"x" * 5_000)

    with (
        closing(sqlite3.connect(tmp_path / "x")) as database,
        pytest.raises(JournalCorrupt, match="cannot read"),
        connections.translated("cannot read"),
    ):
        database.execute("SELECT * FROM sqlite_schema")


def test_a_name_the_driver_trips_over_is_damage() -> None:
    with pytest.raises(JournalCorrupt, match="cannot read"), connections.translated("cannot read"):
        b"\xff".decode()


def test_a_full_disk_is_told_apart_from_other_errors(writer: sqlite3.Connection) -> None:
    pages = connections.pragma(writer, "page_count")
    writer.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(sqlite3.OperationalError) as full:
        writer.execute("INSERT INTO t SELECT 1 FROM pragma_function_list, pragma_function_list")
    with pytest.raises(sqlite3.OperationalError) as wrong:
        writer.execute("SELECT * FROM x")

    assert (connections.is_full(full.value), connections.is_full(wrong.value)) == (True, False)
