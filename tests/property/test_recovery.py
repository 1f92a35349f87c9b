"""Laws of recovery, over random histories cut off anywhere.

Crash: a journal that ends after any append, taken up again and continued with the same entries,
becomes the same journal and the same read models, byte for byte, whether what followed from its
last entries had been decided, was pending or had been saved.  Doubt: a decision that is missing or
says anything else is never built on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interlock import digest
from interlock.engine.fold import snapshot
from interlock.engine.intake import Proposal
from interlock.engine.journal.forms import Draft
from interlock.engine.library import Library
from interlock.engine.model import Kind
from interlock.engine.partition import Partition
from interlock.engine.rows import Derived
from interlock.errors import JournalCorrupt
from interlock.testing import Harness, MemoryStore
from tests.property.test_fold_laws import HISTORIES, play
from tests.scale import count
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.test_incidents import SITE

LAWS = settings(max_examples=count(sample=40, full=2_000))


class Append(NamedTuple):
    """One transaction."""

    drafts: Sequence[Draft]
    derived: Derived
    blobs: Sequence[bytes]


class Recording(MemoryStore):
    """Remembers every transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.appends: list[Append] = []

    def append(
        self, drafts: Sequence[Draft], derived: Derived, *, now_ms: int, blobs: Sequence[bytes] = ()
    ) -> Sequence[int]:
        self.appends.append(Append(tuple(drafts), derived, tuple(blobs)))
        return super().append(drafts, derived, now_ms=now_ms, blobs=blobs)


def played(steps: list[tuple[Any, ...]]) -> tuple[Web, list[Append]]:
    """Return a service after a history, and its transactions."""
    store = Recording()
    web = Web(store=store)
    play(web, steps)
    return web, store.appends


def up_to(appends: Sequence[Append]) -> MemoryStore:
    """Return a store that was cut off after these transactions."""
    store = MemoryStore()
    for one in appends:
        store.append(one.drafts, one.derived, now_ms=0, blobs=one.blobs)
    return store


def taken_up(store: MemoryStore, web: Web) -> Partition:
    library = Library(store.blob)
    library.add(web.bundle)
    partition = Partition(store, library)
    partition.recover()
    return partition


def proposals(append: Append) -> list[Proposal]:
    """Return the input entries of a transaction."""
    return [
        Proposal(digest.decode(draft.body), draft.body, draft.dedup)
        for draft in append.drafts
        if draft.kind != Kind.DECISION
    ]


def models(store: MemoryStore) -> tuple[object, ...]:
    return store.incidents, store.actions, store.transitions, store.annotations


@LAWS
@given(HISTORIES, st.data())
def test_a_journal_cut_off_anywhere_and_continued_becomes_the_same(
    steps: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    web, appends = played(steps)
    cut = data.draw(st.integers(0, len(appends)), label="transactions that were committed")
    store = up_to(appends[:cut])
    partition = taken_up(store, web)
    if data.draw(st.booleans(), label="a snapshot is saved first") and not partition.has_decisions:
        partition.save(0)
        partition = taken_up(store, web)
    for append in appends[cut:]:
        partition.append(proposals(append), 0, blobs=append.blobs)
        partition.decide()

    assert store.entries == web.store.entries
    assert models(store) == models(web.store)
    assert store.decided_through >= web.store.decided_through
    assert snapshot.take(partition.state) == snapshot.take(web.state)


@LAWS
@given(HISTORIES, st.data())
def test_a_decision_that_is_missing_or_says_something_else_is_not_built_on(
    steps: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    """Negative control: untouched, the same journal is taken up."""
    web, appends = played(steps)
    store = up_to(appends)
    taken_up(store, web)
    decisions = [row.seq for row in store.entries if row.kind == Kind.DECISION]
    assume(decisions)
    seq = data.draw(st.sampled_from(decisions), label="decision")
    row = store.entries[seq]
    if data.draw(st.booleans(), label="missing"):
        store.entries[seq] = row._replace(body=b'{"at":0,"kind":"timer"}', kind="timer")
    else:
        body = {**digest.decode(row.body), "at": 0}
        store.entries[seq] = row._replace(body=digest.canonical(body))

    with pytest.raises(JournalCorrupt):
        taken_up(store, web)


def test_an_entry_that_is_missing_is_named() -> None:
    web, appends = played([("probe", "shop", False)])
    store = up_to(appends)
    del store.entries[4]

    with pytest.raises(JournalCorrupt, match="entry 4 is missing"):
        taken_up(store, web)


def test_a_decision_about_an_entry_that_had_no_effect_is_not_built_on() -> None:
    """The fold gives none for it, so somebody else has written it."""
    web, appends = played([("probe", "shop", True)])
    store = up_to(appends)
    signal = next(row for row in store.entries if row.kind == "signal")
    body = {"at": 0, "bundle": web.bundle.digest, "kind": "decision", "of": signal.seq}
    store.append([Draft("decision", digest.canonical(body))], Derived(), now_ms=0)

    with pytest.raises(JournalCorrupt, match="is not what folding entry"):
        taken_up(store, web)


def test_a_snapshot_of_another_format_is_passed_over() -> None:
    web, appends = played([("probe", "shop", False), ("advance", 3_000)])
    store = up_to(appends)
    store.append([], Derived(snapshot=(web.state.seq, b'{"format":0}')), now_ms=0)

    assert snapshot.take(taken_up(store, web).state) == snapshot.take(web.state)


def test_a_decision_in_parts_is_compared_part_by_part() -> None:
    """One signal that opens hundreds of incidents is decided in more than one entry."""
    store = Recording()
    harness = Harness({"all.yaml": SITE}, store=store)
    for number in range(300):
        harness.signal("svc.down", service=f"s{number}")
    harness.signal("power.on", site="here")
    parts = [row for row in store.entries if b'"part":' in row.body]
    again = Harness({"all.yaml": SITE}, store=up_to(store.appends))
    kept = up_to(store.appends)
    kept.entries[parts[-1].seq] = parts[-1]._replace(body=parts[0].body)

    assert len(parts) > 1
    assert len(again.incidents) == 300
    with pytest.raises(JournalCorrupt, match="is not what folding"):
        Harness({"all.yaml": SITE}, store=kept)
