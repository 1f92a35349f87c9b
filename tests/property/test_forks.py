"""Laws of fork and join, over random histories of two sites whose machines fork.

Join: no parent moves while a branch of it is open or has an action under way, and it is joined
exactly when every branch ended as done.  Once: no intent, idempotency key or attempt comes twice.
Order: what branches come to decides, not which of them comes to it first.
Undo: what is taken back was done, is taken back once, and newest first.
Replay and snapshot: as for every history.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.fold import fork, snapshot
from interlock.engine.lineage import descent
from interlock.machines.forked import SUCCEEDED
from interlock.testing import Answer
from tests.scale import count
from tests.unit.engine.fold.site import ON_CALL, Site

LAWS = settings(max_examples=count(sample=40, full=2_000))

PLACES = {"one": ("db-1", "web-1"), "two": ("db-2", "web-1")}
STEPS = st.one_of(
    st.tuples(st.just("down"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("up"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("well"), st.sampled_from(["db-1", "db-2"])),
    st.tuples(st.just("lost"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("answer"), st.integers(0, 9), st.sampled_from(["approve", "reject"])),
    st.tuples(st.just("abort"), st.integers(0, 9)),
    st.tuples(st.just("advance"), st.sampled_from([1, 1_000, 4_000, 20_000, 400_000])),
    st.tuples(
        st.just("start"),
        st.sampled_from(["ok", "error", "timeout", "refused", "hangs", "lost"]),
        st.sampled_from([500, 9_000]),
    ),
    st.tuples(st.just("freeze"), st.sampled_from(["global", "machine:bring-back"])),
    st.tuples(st.just("thaw"), st.sampled_from(["global", "machine:bring-back"])),
)
HISTORIES = st.lists(STEPS, max_size=25).map(lambda steps: [("down", "one"), *steps])


def play(site: Site, steps: list[tuple[Any, ...]]) -> None:
    """Let everything of a history happen."""
    happen: dict[str, Callable[..., None]] = {
        "down": lambda name: site.down(name, *PLACES[name]),
        "up": lambda name: up(site, name),
        "well": site.well,
        "lost": lambda name: site.signal("site.lost", site=name) and None,
        "answer": lambda number, choice: answer(site, number, choice),
        "abort": lambda number: each(site, number, lambda one: site.command("abort", one)),
        "advance": site.advance,
        "start": lambda outcome, takes: start(site, outcome, takes),
        "freeze": site.freeze,
        "thaw": site.thaw,
    }
    for name, *details in steps:
        happen[name](*details)


def up(site: Site, name: str) -> None:
    db, web = PLACES[name]
    site.signal("site.down", status="resolved", site=name, db=db, web=web)


def each(site: Site, number: int, do: Callable[[str], None]) -> None:
    for incident in site.incidents[number : number + 1]:
        do(incident.id)


def answer(site: Site, number: int, choice: str) -> None:
    each(site, number, lambda one: site.answer(one, choice, roles=ON_CALL))


def start(site: Site, outcome: str, takes: int) -> None:
    outputs = {"pid": 1} if outcome == "ok" else {}
    site.script("part.start", Answer(outcome, outputs=outputs, takes_ms=takes))


class WatchfulSite(Site):
    """Follows the decisions, and holds each against the laws of the join."""

    def __init__(self) -> None:
        self.open: dict[str, str | None] = {}
        self.acting: dict[str, str] = {}
        self.read = 0
        super().__init__()

    def check(self) -> None:
        """Read what was decided since; actions begin and end by intents and ``ended``."""
        decisions = list(self.decisions()[self.read :])
        self.read += len(decisions)
        for decision in decisions:
            for note in decision.get("opened", ()):
                self.open[note["incident"]] = None
            for note in decision.get("intents", ()):
                self.acting[note["id"]] = note["incident"]
            for note in decision.get("closed", ()):
                self.open[note["incident"]] = note["outcome"]
            for note in decision.get("ended", ()):
                self.acting.pop(note["intent"])
            for move in decision.get("moves", ()):
                if move["source"] == "fixing":
                    self._check_left(move)

    def decisions(self) -> list[dict[str, Any]]:
        entries = [json.loads(line)["entry"] for line in self.export().splitlines()]
        return [entry for entry in entries if entry["kind"] == "decision"]

    def _check_left(self, move: dict[str, Any]) -> None:
        forked = move["n"] - 1
        branches = {
            name: outcome
            for name, outcome in self.open.items()
            if (born := descent(name)) and born[:2] == (move["incident"], forked)
        }
        assert len(branches) == 2
        assert None not in branches.values()
        assert not set(branches) & set(self.acting.values())
        if move["trigger"] in ("joined", "failed"):
            is_joined = set(branches.values()) == {SUCCEEDED}
            assert is_joined == (move["trigger"] == "joined")


@LAWS
@given(HISTORIES)
def test_no_parent_moves_beside_a_live_branch_and_joined_means_all_done(
    steps: list[tuple[Any, ...]],
) -> None:
    site = WatchfulSite()
    for step in steps:
        play(site, [step])
        site.check()


def test_the_watch_notices_a_parent_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a fold to which no branch is ever under way."""
    monkeypatch.setattr(fork, "is_under_way", lambda state, parent: False)
    site = WatchfulSite()
    play(site, [("down", "one"), ("abort", 0)])

    with pytest.raises(AssertionError):
        site.check()


@LAWS
@given(HISTORIES)
def test_no_intent_and_no_key_comes_twice_and_every_target_has_one_actor(
    steps: list[tuple[Any, ...]],
) -> None:
    site = Site()
    play(site, steps)
    intents = site.notes("intents")
    rows = list(site.store.actions.values())
    sent = [(a.intent, a.attempt, a.epoch) for a in site.scripts.attempts]

    assert len({note["id"] for note in intents}) == len(intents)
    assert len({row.idempotency_key for row in rows}) == len(rows)
    assert len(set(sent)) == len(sent)


@LAWS
@given(HISTORIES)
def test_an_undo_takes_back_once_newest_first_what_was_done(steps: list[tuple[Any, ...]]) -> None:
    site = Site()
    play(site, steps)
    begun = {note["id"]: place for place, note in enumerate(site.notes("intents"))}
    ended = {note["intent"]: note["result"] for note in site.notes("ended")}

    for note in site.notes("undo"):
        places = [begun[intent] for intent in note["intents"]]
        assert places == sorted(places, reverse=True)
        assert all(ended[intent] in ("done", "unverified") for intent in note["intents"])
    undone = [n["undoes"] for n in site.notes("intents") if n["undoes"] and ended.get(n["id"])]
    succeeded = [
        n["undoes"] for n in site.notes("intents") if n["undoes"] and ended.get(n["id"]) == "done"
    ]
    assert len(set(succeeded)) == len(succeeded)
    assert set(succeeded) <= set(undone)


RESULTS = st.sampled_from(["ok", "error", "refused"])


@LAWS
@given(RESULTS, st.sampled_from(["approve", "reject"]), st.permutations(["db", "answer", "well"]))
def test_the_verdict_is_the_same_in_whatever_order_branches_come_to_theirs(
    result: str, choice: str, order: list[str]
) -> None:
    """Branch db starts a part and waits for it; branch web is answered."""
    site = Site()
    outputs = {"pid": 1} if result == "ok" else {}
    site.script("part.start", Answer(result, outputs=outputs, takes_ms=1_000))
    site.signal("site.down", site="site", db="db-1", web="web-1")
    site.advance("1100ms")
    do: dict[str, Callable[[], None]] = {
        "db": lambda: site.advance("4s"),
        "answer": lambda: site.answer(site.branch("web"), choice, roles=ON_CALL),
        "well": site.well,
    }
    for name in order:
        do[name]()
    site.advance("30s")
    site.well()
    site.advance("10m")

    good = result == "ok" and choice == "approve"
    assert site.outcomes()[""] == ("resolved" if good else "handed_over")


@LAWS
@given(HISTORIES)
def test_replaying_a_journal_with_forks_gives_the_journal(steps: list[tuple[Any, ...]]) -> None:
    """Recovery compares every stored decision, byte for byte."""
    site = Site()
    play(site, steps)

    again = Site(store=site.store)

    assert again.state.seq > site.state.seq


@LAWS
@given(HISTORIES, st.data())
def test_a_state_with_forks_put_back_anywhere_continues_as_if_it_had_stayed(
    steps: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    """Restart at any entry of a history: restore(take(state)) folds on alike."""
    cut = data.draw(st.integers(0, len(steps)), label="restart before this step")
    stayed, moved = Site(), Site()
    play(stayed, steps)
    play(moved, steps[:cut])
    taken = snapshot.take(moved.state)
    moved._partition.state = snapshot.restore(taken, {moved.bundle.digest: moved.bundle})
    play(moved, steps[cut:])

    assert moved.export() == stayed.export()
    assert snapshot.take(moved.state) == snapshot.take(stayed.state)
