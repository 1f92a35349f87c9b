"""What every store promises a partition: the one on disk, and the one tests keep in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.digest import digest_bytes
from interlock.engine.journal.forms import Row
from interlock.engine.journal.store import Store
from interlock.engine.rows import NOTHING, Derived
from interlock.errors import NotFound
from interlock.testing.memory import MemoryStore
from tests.unit.engine.journal.samples import NOON, draft, drafts, everything, new_store, other

AnyStore = Store | MemoryStore


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with new_store(tmp_path) as opened:
        yield opened


def test_a_new_store_is_empty_and_has_decided_nothing(store: AnyStore) -> None:
    assert list(store.reader.read(0, 10)) == []
    assert store.decided_through == -1
    assert store.reader.snapshot() is None


def test_entries_get_dense_seqs_in_order(store: AnyStore) -> None:
    first = store.append(drafts(0, 3), NOTHING, now_ms=NOON)
    second = store.append([other(3), draft(4)], NOTHING, now_ms=NOON)

    assert (list(first), list(second)) == ([0, 1, 2], [3, 4])


def test_entries_read_back_as_they_were_written(store: AnyStore) -> None:
    written = [draft(0), other(1), draft(2)]
    store.append(written, NOTHING, now_ms=NOON)

    expected = [Row(seq, item.kind, item.body) for seq, item in enumerate(written)]
    assert list(store.reader.read(0, 10)) == expected


@pytest.mark.parametrize(
    ("start", "limit", "seqs"), [(0, 2, [0, 1]), (3, 10, [3, 4]), (5, 10, []), (1, 0, [])]
)
def test_a_page_of_entries_starts_and_ends_where_asked(
    store: AnyStore, start: int, limit: int, seqs: list[int]
) -> None:
    store.append(drafts(0, 5), NOTHING, now_ms=NOON)

    assert [row.seq for row in store.reader.read(start, limit)] == seqs


def test_a_message_is_known_once_it_was_appended(store: AnyStore) -> None:
    key, digest = draft(1).dedup or (b"", b"")
    assert dict(store.known([key])) == {}

    store.append(drafts(0, 3), NOTHING, now_ms=NOON)

    assert dict(store.known([key])) == {key: (1, digest)}


def test_an_entry_that_is_no_message_is_never_known(store: AnyStore) -> None:
    store.append([other(0)], NOTHING, now_ms=NOON)

    key, _ = draft(0).dedup or (b"", b"")
    assert dict(store.known([key])) == {}


def test_an_append_of_nothing_but_derived_rows_takes_no_seq(store: AnyStore) -> None:
    store.append(drafts(0, 1), NOTHING, now_ms=NOON)

    assert list(store.append([], everything(0), now_ms=NOON)) == []
    assert list(store.append(drafts(1, 2), NOTHING, now_ms=NOON)) == [1]


def test_the_cursor_moves_with_what_was_derived_and_stays_without(store: AnyStore) -> None:
    store.append(drafts(0, 3), Derived(decided_through=2), now_ms=NOON)
    store.append(drafts(3, 4), NOTHING, now_ms=NOON)

    assert store.decided_through == 2


def test_the_latest_snapshot_is_read(store: AnyStore) -> None:
    store.append(drafts(0, 3), Derived(snapshot=(0, b"old")), now_ms=NOON)
    store.append([], Derived(snapshot=(2, b"new")), now_ms=NOON)

    assert store.reader.snapshot() == (2, b"new")


def test_a_blob_is_read_by_its_digest(store: AnyStore) -> None:
    store.append([], NOTHING, now_ms=NOON, blobs=[b"rules", b"machines", b"rules"])

    assert store.reader.blob(digest_bytes(b"rules")) == b"rules"


def test_a_blob_that_was_never_stored_is_not_found(store: AnyStore) -> None:
    with pytest.raises(NotFound, match="blob"):
        store.reader.blob("0" * 64)
