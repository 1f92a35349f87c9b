"""What the store on disk promises besides: one transaction, one writer, no writing after errors."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from interlock.engine.journal.forms import Draft
from interlock.engine.journal.store import MOST_BODY_BYTES, Store
from interlock.engine.journal.tables import Action, Annotation, Incident, Transition
from interlock.engine.rows import NOTHING, Derived
from interlock.errors import InvariantBroken, JournalError
from tests.unit.engine.journal.samples import (
    NOON,
    action,
    draft,
    drafts,
    everything,
    incident,
    new_store,
    other,
    root_of,
    transition,
)

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


def test_only_two_snapshots_are_kept(store: Store) -> None:
    for seq in range(4):
        store.append(drafts(seq, seq + 1), Derived(snapshot=(seq, b"s")), now_ms=NOON)

    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT seq FROM snapshot ORDER BY seq").fetchall() == [(2,), (3,)]


def test_a_blob_stored_twice_is_there_once(store: Store) -> None:
    first = store.put_blob(b"rules", now_ms=NOON)

    assert store.put_blob(b"rules", now_ms=NOON) == first
    assert store.append([], NOTHING, now_ms=NOON) == range(0)
