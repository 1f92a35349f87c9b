"""What a store signs, when, and what it keeps of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from interlock.engine.journal.note import open_checkpoint
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.store import Store
from tests.unit.engine.journal.samples import (
    NOON,
    ORIGIN,
    SIGNER,
    drafts,
    new_store,
    root_of,
)


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
