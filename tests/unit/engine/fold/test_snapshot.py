"""Snapshots save time and decide nothing."""

from __future__ import annotations

from interlock import digest
from interlock.engine.fold import snapshot
from tests.unit.engine.fold.conftest import Web


def test_a_snapshot_comes_back_as_it_went_in(web: Web) -> None:
    web.deploy()
    web.errors(0.75)
    web.advance("1s")

    data = snapshot.take(web.state)

    assert snapshot.take(snapshot.restore(data, {web.bundle.digest: web.bundle})) == data


def test_a_snapshot_of_another_format_is_passed_over_and_the_journal_folded(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web._partition.save(web.now)
    seq, data = web.store.snapshot() or (-1, b"")
    older = {**digest.decode(data), "format": 0, "incidents": []}
    web.store._snapshot = (seq, digest.canonical(older))

    again = Web(store=web.store)

    assert [i.state for i in again.state.incidents.values()] == ["watching"]


def test_a_snapshot_of_this_format_is_used(web: Web) -> None:
    """Negative control: a snapshot that lost its incidents would be believed."""
    web.probe(up=False)
    web.advance("5s")
    web._partition.save(web.now)
    seq, data = web.store.snapshot() or (-1, b"")
    web.store._snapshot = (seq, digest.canonical({**digest.decode(data), "incidents": []}))

    assert Web(store=web.store).state.incidents == {}
