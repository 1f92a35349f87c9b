"""A store is opened by one writer, goes on where it was, and refuses what it cannot trust."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.store import Store
from interlock.engine.rows import Derived
from interlock.errors import JournalCorrupt, JournalError
from tests.unit.engine.journal.samples import (
    NOON,
    ORIGIN,
    draft,
    drafts,
    new_store,
)


def change(path: Path, sql: str) -> None:
    """Change a closed store behind its back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(sql)


def test_a_reopened_store_goes_on_where_it_was(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 5), Derived(decided_through=3), now_ms=NOON)
        root = store.root

    with new_store(tmp_path) as store:
        assert (store.size, store.root, store.decided_through) == (5, root, 3)
        assert len(store.known([draft(n).dedup[0] for n in range(9)])) == 5
        assert list(store.append(drafts(5, 6), now_ms=NOON)) == [5]


def test_each_opening_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        with new_store(tmp_path) as store:
            epochs.append(store.epoch)

    assert epochs == [1, 2, 3]


def test_a_store_has_one_writer(tmp_path: Path, store: Store) -> None:
    with pytest.raises(JournalError, match="one store has one writer"):
        new_store(tmp_path)


def test_a_refused_opening_leaves_the_lock_to_others(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with pytest.raises(JournalError, match="called"):
        Store.open(tmp_path / "interlock.db", origin="another.example", reserve_bytes=0)

    new_store(tmp_path).close()


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 5), now_ms=NOON)

    assert [path.name for path in tmp_path.iterdir()] == ["interlock.db"]


def test_the_log_is_called_after_its_signer(store: Store) -> None:
    assert store.origin == ORIGIN


def test_a_store_of_another_key_is_refused(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1), now_ms=NOON)

    with pytest.raises(JournalError, match="the key it was made with"):
        new_store(tmp_path, signer=Signer.generate(ORIGIN))


def test_a_sealed_store_may_go_on_without_its_key(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1), now_ms=NOON)

    with new_store(tmp_path, signer=None) as store:
        store.append(drafts(1, 2), now_ms=NOON)
        assert store.unsealed == 1


def test_a_store_without_a_key_signs_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path, signer=None) as store:
        store.append(drafts(0, 2_000), now_ms=NOON, seal=True)

        assert (store.reader.checkpoint(), store.unsealed) == (None, 2_000)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "interlock.db").write_text("hello" * 1_000)

    with pytest.raises(JournalCorrupt, match="not a database"):
        new_store(tmp_path)


@pytest.mark.parametrize("path", ["nowhere/interlock.db", "."])
def test_a_path_that_cannot_be_a_store_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(JournalError):
        Store.open(tmp_path / path, reserve_bytes=0)


def test_a_journal_whose_last_entries_were_cut_off_is_not_continued(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 5), now_ms=NOON)
    change(store.path, "DELETE FROM entry WHERE position >= 3")

    with pytest.raises(JournalCorrupt, match="the tree has 5 entries, the journal ends after 3"):
        new_store(tmp_path)


def test_a_journal_that_was_set_back_behind_its_checkpoint_is_not_continued(
    tmp_path: Path,
) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 5), now_ms=NOON)
    change(store.path, "DELETE FROM entry")
    change(store.path, "UPDATE cursor SET tree = zeroblob(8)")

    with pytest.raises(JournalCorrupt, match="covers 5 entries, the store has 0"):
        new_store(tmp_path)


def test_a_tree_that_is_not_the_sealed_one_is_not_continued(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1), now_ms=NOON)
    change(store.path, "UPDATE cursor SET tree = x'0000000000000001" + "00" * 32 + "'")

    with pytest.raises(JournalCorrupt, match="root"):
        new_store(tmp_path)
