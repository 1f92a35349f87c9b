"""A fork through kill -9: every branch acts once, and the parent is joined after all of them.

On a real node killed at its K-th ``fdatasync``, and on a whole service killed while the programs
of both branches run.  Where the kill came between sending and the effect, nobody knows what became
of it, and people are asked.  Negative control: a store in which a parent moved early is caught.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.history import History, IncidentQuery
from interlock.engine.journal.connections import reading_engine
from interlock.engine.lineage import descent
from interlock.engine.replay import verify
from tests import bundles
from tests.failure.living import BUNDLE, Living, eventually, living, talk, wanted
from tests.failure.test_actions_survive_kills import effects, live
from tests.scale import count

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

BRANCHES = {"left", "right"}


def broken_laws(store: Path, items: Sequence[str]) -> list[str]:
    """Return what does not hold of forks that have been joined, and of what they did."""
    history = History(reading_engine(store))
    try:
        found = list(_broken(history))
    finally:
        history.close()
    if len(set(items)) != len(items):
        found.append("an effect was doubled")
    if not verify(store).is_sound:
        found.append("the history does not verify")
    return found


def _broken(history: History) -> Any:
    rows = history.incidents(IncidentQuery(), 1_000)
    for parent in (row for row in rows if descent(row["id"]) is None):
        branches = history.incidents(IncidentQuery(parent=parent["id"]), 100)
        actions = {one["id"]: history.actions_of(one["id"]) for one in branches}
        is_known = not _unknown(actions)
        names = [row["id"].rpartition(".")[2] for row in branches]
        outcome = "resolved" if is_known else "handed_over"
        if parent["outcome"] != outcome or sorted(names) != sorted(BRANCHES):
            yield "a parent was not joined, or a branch forked twice"
        moves = history.transitions_of(parent["id"])
        ended = "joined" if is_known else "failed"
        left = next((m["seq"] for m in moves if m["trigger"] == ended), -1)
        for branch in branches:
            ours = actions[branch["id"]]
            if len(ours) != 1 or (is_known and branch["outcome"] != "done"):
                yield "a branch did not end as done, by one action"
            last = [a["result_seq"] or left + 1 for a in ours]
            if max([history.transitions_of(branch["id"])[-1]["seq"], *last]) > left:
                yield "a parent moved before a branch of it had ended"


def _unknown(actions: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[object]:
    """Return what was sent when the node was killed, and was never seen to have had its effect.

    That it was done nobody knows, so it is no success, and it is not tried again: people are asked.
    """
    return [one for some in actions.values() for one in some if one["outcome"] == "unverified"]


def unknown(store: Path) -> list[object]:
    """Return the actions of a store of which nobody knows whether they had their effect."""
    history = History(reading_engine(store))
    try:
        rows = history.incidents(IncidentQuery(), 1_000)
        return _unknown({row["id"]: history.actions_of(row["id"]) for row in rows})
    finally:
        history.close()


@pytest.mark.parametrize("kill_at", [*range(2, count(sample=14, full=40), count(sample=3, full=1))])
def test_a_kill_at_any_fsync_forks_once_and_joins_last(tmp_path: Path, kill_at: int) -> None:
    live(tmp_path, kill_at=kill_at, bundle="forked")
    ended, _ = live(tmp_path, bundle="forked")

    assert ended

    items = [line["item"] for line in effects(tmp_path)]
    keys = [line["key"] for line in effects(tmp_path)]
    assert broken_laws(tmp_path / "interlock.db", items) == []
    lost = unknown(tmp_path / "interlock.db")
    assert len(lost) <= 1  # the node sends one at a time to the one target
    assert set(items) <= {"item-0-left", "item-0-right"}
    assert len(set(keys)) == len(items)
    if not lost:
        assert len(items) == 2


def test_a_parent_that_moved_early_is_caught(tmp_path: Path) -> None:
    """The negative control."""
    live(tmp_path, bundle="forked")
    store = tmp_path / "interlock.db"
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        database.execute("UPDATE transition SET seq = 3 WHERE trigger = 'joined'")

    assert "a parent moved before a branch of it had ended" in broken_laws(store, [])
    assert "the history does not verify" in broken_laws(store, [])


def forked() -> dict[str, str]:
    """Return the bundle of a living service with a machine that forks."""
    head, _, _ = BUNDLE.partition("initial: writing\n")
    _, _, states = bundles.forked_ledger()["ledger.yaml"].partition("initial: writing\n")
    return {"all.yaml": f"{head}initial: writing\n{states}"}


@pytest.fixture
def service(tmp_path: Path) -> Any:
    with living(tmp_path, bundle=forked()) as found:
        yield found


def test_a_service_killed_while_both_branches_act_goes_on_with_both(service: Living) -> None:
    """Both programs run when it dies; under the next life each leaves one mark, and no more."""
    service.slow(1.0)
    talk(service, lambda client: client.signals.ingest([wanted("one")]))
    eventually(lambda: running(service) == 2, "both branches act")
    service.end()
    service.slow(None)
    service.start()
    eventually(lambda: "resolved" in set(outcomes(service)), "the parent is joined")

    assert broken_laws(service.store, service.effects()) == []
    assert sorted(service.effects()) == ["one-left", "one-right"]


def running(service: Living) -> int:
    """Return how many actions are with their executor."""
    history = History(reading_engine(service.store))
    try:
        rows = history.incidents(IncidentQuery(), 100)
        actions = [action for row in rows for action in history.actions_of(row["id"])]
    finally:
        history.close()
    return sum(action["status"] == "dispatched" for action in actions)


def outcomes(service: Living) -> list[str | None]:
    history = History(reading_engine(service.store))
    try:
        return [row["outcome"] for row in history.incidents(IncidentQuery(), 100)]
    finally:
        history.close()
