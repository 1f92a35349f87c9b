"""What the store on disk promises besides: one transaction, one writer, no writing after errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.note import open_checkpoint
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.store import MOST_BODY_BYTES, Draft, Store
from interlock.engine.journal.tables import Action, Annotation, Incident, Transition
from interlock.engine.journal.tree import Tree, leaf_hashes
from interlock.engine.rows import NOTHING, Derived
from interlock.errors import InvariantBroken, JournalCorrupt, JournalError
from tests.unit.engine.journal.samples import (
    NOON,
    ORIGIN,
    SIGNER,
    action,
    draft,
    drafts,
    everything,
    incident,
    new_store,
    other,
    transition,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


def change(path: Path, sql: str) -> None:
    """Change a closed store behind its back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(sql)


def root_of(store: Store) -> bytes:
    return Tree(leaf_hashes(row.body for row in store.reader.read(0, 1_000_000))).root()


# --- opening --------------------------------------------------------------------------------------


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


# --- appending ------------------------------------------------------------------------------------


def test_the_root_is_that_of_the_stored_bodies(store: Store) -> None:
    store.append(drafts(0, 7), now_ms=NOON)
    store.append([other(7), draft(8)], now_ms=NOON)

    assert store.root == root_of(store)


def test_read_models_are_stored_with_the_entry(store: Store) -> None:
    store.append(drafts(0, 1), everything(0), now_ms=NOON)

    with store.reader.session() as session:
        found = [
            session.exec(select(table)).one()
            for table in (Incident, Transition, Action, Annotation)
        ]
    assert [found[0].id, found[1].n, found[2].intent, found[3].text] == [
        "inc-1",
        0,
        "act-0",
        "seen",
    ]


def test_incidents_and_actions_have_their_newest_row(store: Store) -> None:
    old = Derived(incidents=[incident()], actions=[action()])
    new = Derived(incidents=[incident(state="done")], actions=[action(status="ended")])
    store.append([], old, now_ms=NOON)
    store.append([], new, now_ms=NOON)

    with store.reader.session() as session:
        assert session.exec(select(Incident.state)).all() == ["done"]
        assert session.exec(select(Action.status)).all() == ["ended"]


def test_a_transition_is_written_once(store: Store) -> None:
    store.append([], Derived(transitions=[transition(0)]), now_ms=NOON)

    with pytest.raises(JournalError, match="UNIQUE"):
        store.append([], Derived(transitions=[transition(0)]), now_ms=NOON)


def test_an_append_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.append(drafts(0, 2), everything(0), now_ms=NOON)
    failing = everything(1)
    with pytest.raises(JournalError):
        store.append(drafts(2, 4), Derived(failing.incidents, [transition(0)]), now_ms=NOON)
    store.close()

    with new_store(tmp_path) as store, store.reader.session() as session:
        assert (store.size, store.decided_through) == (2, 0)
        assert session.exec(select(Incident.note_count)).all() == [0]
        assert store.known([draft(2).dedup[0]]) == {}


def test_after_an_error_the_store_refuses_until_it_is_opened_again(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with pytest.raises(JournalError):
        store.append([], Derived(transitions=[transition(0), transition(0)]), now_ms=NOON)

    with pytest.raises(JournalError, match=r"refuses to write.*open it again"):
        store.append(drafts(0, 1), now_ms=NOON)
    with pytest.raises(JournalError, match="refuses"):
        store.known([])
    store.close()
    with new_store(tmp_path) as store:
        assert list(store.append(drafts(0, 1), now_ms=NOON)) == [0]


def test_after_an_error_the_store_can_still_be_read(store: Store) -> None:
    store.append(drafts(0, 2), now_ms=NOON)
    with pytest.raises(JournalError):
        store.append([], Derived(transitions=[transition(0), transition(0)]), now_ms=NOON)

    assert len(store.reader.read(0, 10)) == 2


def test_a_repeated_message_is_our_own_bug_and_stops_the_store(store: Store) -> None:
    store.append(drafts(0, 1), now_ms=NOON)

    with pytest.raises(InvariantBroken, match="already"):
        store.append(drafts(0, 1), now_ms=NOON)
    with pytest.raises(JournalError, match="did not finish"):
        store.append(drafts(1, 2), now_ms=NOON)


def test_a_body_may_be_as_long_as_a_bundle_of_tiles_carries(store: Store) -> None:
    assert list(store.append([Draft("timer", b"x" * MOST_BODY_BYTES)], now_ms=NOON)) == [0]


def test_a_longer_body_is_refused_and_the_store_goes_on(store: Store) -> None:
    with pytest.raises(InvariantBroken, match="65535"):
        store.append([Draft("timer", b"x" * (MOST_BODY_BYTES + 1))], now_ms=NOON)

    assert list(store.append(drafts(0, 1), now_ms=NOON)) == [0]


def test_a_closed_store_refuses_and_closes_again(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(JournalError, match="it is closed"):
        store.append(drafts(0, 1), now_ms=NOON)


# --- sealing --------------------------------------------------------------------------------------


def sealed(store: Store) -> int:
    note = store.reader.checkpoint()
    return 0 if note is None else open_checkpoint(note, SIGNER.verifier).size


def test_the_first_append_is_sealed_at_once(store: Store) -> None:
    store.append(drafts(0, 1), now_ms=NOON)

    assert (sealed(store), store.unsealed) == (1, 0)


def test_within_a_second_and_a_thousand_entries_no_other_checkpoint_is_due(store: Store) -> None:
    store.append(drafts(0, 1), now_ms=NOON)
    store.append(drafts(1, 1_000), now_ms=NOON + 999)

    assert (sealed(store), store.unsealed) == (1, 999)


@pytest.mark.parametrize(
    ("count", "now_ms"),
    [
        pytest.param(1_000, NOON, id="a thousand entries"),
        pytest.param(1, NOON + 1_000, id="a second"),
        pytest.param(1, NOON - 1, id="a clock set back"),
    ],
)
def test_a_checkpoint_is_due_after(store: Store, count: int, now_ms: int) -> None:
    store.append(drafts(0, 1), now_ms=NOON)

    store.append(drafts(1, 1 + count), now_ms=now_ms)

    assert sealed(store) == 1 + count


def test_a_checkpoint_can_be_asked_for(store: Store) -> None:
    store.append(drafts(0, 1), now_ms=NOON)

    store.append(drafts(1, 3), now_ms=NOON, seal=True)

    assert sealed(store) == 3


def test_what_waits_is_sealed_when_a_second_has_passed(store: Store) -> None:
    store.append(drafts(0, 1), now_ms=NOON)
    store.append(drafts(1, 2), now_ms=NOON)

    assert [store.seal(NOON + 1), store.seal(NOON + 1_000), store.seal(NOON + 9_000)] == [
        False,
        True,
        False,
    ]
    assert sealed(store) == 2


def test_closing_seals_the_rest(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1), now_ms=NOON)
        store.append(drafts(1, 2), now_ms=NOON)

    with Reader(store.path) as reader:
        assert open_checkpoint(reader.checkpoint() or "", SIGNER.verifier).size == 2


def test_a_checkpoint_has_the_root_of_its_entries(store: Store) -> None:
    store.append(drafts(0, 5), now_ms=NOON)

    checkpoint = open_checkpoint(store.reader.checkpoint() or "", SIGNER.verifier)

    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, 5, root_of(store))


def test_of_each_thousand_entries_one_checkpoint_stays(store: Store) -> None:
    for start in range(0, 3_500, 100):
        store.append(drafts(start, start + 100), now_ms=NOON, seal=True)

    with closing(sqlite3.connect(store.path)) as database:
        sizes = [size for (size,) in database.execute("SELECT size FROM checkpoint ORDER BY size")]
    assert sizes == [900, 1_900, 2_900, 3_500]


def test_only_two_snapshots_are_kept(store: Store) -> None:
    for seq in range(4):
        store.append(drafts(seq, seq + 1), Derived(snapshot=(seq, b"s")), now_ms=NOON)

    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT seq FROM snapshot ORDER BY seq").fetchall() == [(2,), (3,)]


def test_a_blob_stored_twice_is_there_once(store: Store) -> None:
    first = store.put_blob(b"rules", now_ms=NOON)

    assert store.put_blob(b"rules", now_ms=NOON) == first
    assert store.append([], NOTHING, now_ms=NOON) == range(0)
