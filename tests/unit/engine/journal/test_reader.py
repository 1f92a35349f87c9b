"""A reader reads what was committed, from any thread, and says what it cannot read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock.digest import digest_bytes
from interlock.engine.journal.reader import CursorState, Reader
from interlock.engine.journal.store import Store
from interlock.engine.journal.tables import Incident, Transition
from interlock.engine.rows import Derived
from interlock.errors import JournalCorrupt, JournalError, NotFound
from tests.unit.engine.journal.samples import (
    NOON,
    ORIGIN,
    drafts,
    everything,
    new_store,
    other,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    with Reader(store.path) as opened:
        yield opened


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(sql)


def test_the_cursor_is_that_of_the_writer(store: Store, reader: Reader) -> None:
    store.append(drafts(0, 3), everything(1), now_ms=NOON)

    assert reader.cursor() == CursorState(3, store.root, decided_through=1, epoch=1)


def test_rows_are_counted(store: Store, reader: Reader) -> None:
    store.append(drafts(0, 3), everything(1), now_ms=NOON)

    assert (reader.count(Incident), reader.count(Transition)) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "options", "seqs"),
    [
        ("timer", {}, [1, 3, 5]),
        ("timer", {"limit": 2}, [1, 3]),
        ("timer", {"start": 2}, [3, 5]),
        ("timer", {"newest_first": True, "limit": 1}, [5]),
        ("signal", {"start": 1}, [2, 4]),
        ("bundle", {}, []),
    ],
)
def test_entries_of_a_kind_are_read(
    store: Store, reader: Reader, kind: str, options: dict[str, int], seqs: list[int]
) -> None:
    for n in (0, 2, 4):
        store.append([*drafts(n, n + 1), other(n + 1)], now_ms=NOON)

    assert [row.seq for row in reader.read_kind(kind, **options)] == seqs


def test_a_rare_kind_is_found_by_index(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as database:
        plan = database.execute(
            "EXPLAIN QUERY PLAN SELECT position, kind, body FROM entry"
            " WHERE kind = ? AND kind <> 'signal' AND position >= ? ORDER BY position LIMIT ?",
            ("bundle", 0, 1),
        ).fetchall()

    assert "USING INDEX entry_by_kind (kind=? AND position>?)" in plan[0][-1]


def test_a_page_of_entries_is_found_by_key(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as database:
        plan = database.execute(
            "EXPLAIN QUERY PLAN SELECT position FROM entry WHERE position >= 5 ORDER BY position"
        ).fetchall()

    assert "USING INTEGER PRIMARY KEY" in plan[0][-1]


def test_every_thread_may_read(store: Store, reader: Reader) -> None:
    store.append(drafts(0, 50), now_ms=NOON)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(reader.read(0, 100)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [50] * 8


def test_the_origin_is_read(reader: Reader) -> None:
    assert reader.origin() == ORIGIN


def test_a_missing_file_is_not_found_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no store at .*x\.db"):
        Reader(tmp_path / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_store_yet(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()

    with pytest.raises(JournalError, match="none yet"):
        Reader(tmp_path / "x.db")


def test_a_rotten_blob_is_not_given_out(store: Store) -> None:
    digest = store.put_blob(b"rules", now_ms=NOON)
    change(store.path, "UPDATE blob SET content = x'00'")

    with pytest.raises(JournalCorrupt, match=digest):
        store.reader.blob(digest)


def test_a_rotten_snapshot_is_passed_over(store: Store) -> None:
    store.append(drafts(0, 2), Derived(snapshot=(0, b"old")), now_ms=NOON)
    store.append([], Derived(snapshot=(1, b"new")), now_ms=NOON)
    change(store.path, "UPDATE snapshot SET state = x'00' WHERE seq = 1")

    assert store.reader.snapshot() == (0, b"old")


@pytest.mark.parametrize(
    ("table", "read"),
    [("cursor", Reader.cursor), ("meta", Reader.origin)],
    ids=["cursor", "origin"],
)
def test_missing_bookkeeping_is_damage(store: Store, table: str, read: object) -> None:
    change(store.path, f"DELETE FROM {table}")

    with pytest.raises(JournalCorrupt):
        read(store.reader)


def test_a_failing_query_is_an_error_of_ours(reader: Reader) -> None:
    with pytest.raises(JournalError, match="cannot read the store"), reader.session() as session:
        session.connection().exec_driver_sql("SELECT * FROM nowhere")


def test_a_blob_is_what_was_put(store: Store) -> None:
    assert store.put_blob(b"rules", now_ms=NOON) == digest_bytes(b"rules")
    assert store.reader.blob(digest_bytes(b"rules")) == b"rules"
