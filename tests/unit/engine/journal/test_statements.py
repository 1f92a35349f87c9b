"""Rows go in whole and in order, however many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from interlock.engine.journal.connections import engine_of
from interlock.engine.journal.statements import Insert
from interlock.engine.journal.tables import METADATA, Cursor, Meta, StoredCheckpoint

INSERT = Insert(StoredCheckpoint.__table__)


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        METADATA.create_all(engine_of(memory))
        yield memory


@pytest.mark.parametrize("count", [0, 1, 2, 3, 255, 256, 257, 1_000])
def test_any_number_of_rows_goes_in(database: sqlite3.Connection, count: int) -> None:
    rows = [(n, f"note {n}") for n in range(count)]

    INSERT.run(database, rows)

    assert database.execute("SELECT * FROM checkpoint ORDER BY size").fetchall() == rows


def test_a_second_row_of_a_key_is_an_error(database: sqlite3.Connection) -> None:
    INSERT.run(database, [(1, "a")])

    with pytest.raises(sqlite3.IntegrityError):
        INSERT.run(database, [(1, "b")])


def test_replacing_keeps_the_newest_row_of_a_key(database: sqlite3.Connection) -> None:
    replace = Insert.replacing(Cursor.__table__)

    replace.run(database, [(0, b"a", 1, 1), (0, b"b", 2, 3)])

    assert database.execute("SELECT * FROM cursor").fetchall() == [(0, b"b", 2, 3)]


def test_a_conflict_may_be_passed_over(database: sqlite3.Connection) -> None:
    keep = Insert(Meta.__table__, on_conflict="DO NOTHING")

    keep.run(database, [("origin", "a"), ("origin", "b")])

    assert database.execute("SELECT * FROM meta").fetchall() == [("origin", "a")]


def test_a_value_of_another_type_is_refused(database: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot store BLOB value in TEXT column"):
        INSERT.run(database, [(1, b"bytes")])
