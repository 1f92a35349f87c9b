"""Laws of questions to people, over random orders of answers, time, aborts and evidence.

Ending: every question that was asked ends exactly once, in one of the ways there are.
Counting: a person's answer counts once, and only from those who may; nothing acts without
enough of them.  Replay: the journal gives its own bytes again, snapshots included.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.fold import questions, snapshot
from interlock.errors import InvariantBroken
from interlock.machines import answers
from tests import bundles
from tests.scale import count
from tests.unit.engine.fold.conftest import Web

ACTORS = st.sampled_from(["ana", "ben", "cleo", "mallory"])
ROLES = st.sampled_from([("web-on-call",), ("web-on-call", "rule-author"), ("dba",)])
STEPS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(["approve", "reject", "maybe"]), ACTORS, ROLES),
    st.tuples(st.just("answer"), st.just("approve"), ACTORS, st.just(("web-on-call",))),
    st.tuples(st.just("advance"), st.sampled_from([1, 59_000, 121_000, 301_000, 599_999])),
    st.tuples(st.just("probe"), st.booleans()),
    st.tuples(st.just("abort")),
    st.tuples(st.just("restart")),
)
HISTORIES = st.lists(STEPS, max_size=14)
LAWS = settings(max_examples=count(sample=40, full=2_000))
ENDS = {"answered", "expired", "aborted", "withdrawn"}


def play(steps: list[tuple[Any, ...]]) -> Web:
    """Let a service go down, and everything of a history happen."""
    web = Web(bundles.asking_bundle())
    web.probe(up=False)
    for step in steps:
        web = happen(web, *step)
    return web


def happen(web: Web, what: str, *details: Any) -> Web:
    match what:
        case "restart":
            return Web(bundles.asking_bundle(), store=web.store, at=web.now)
        case "advance":
            web.advance(*details)
        case "probe":
            web.probe(up=details[0])
        case "answer":
            choice, actor, roles = details
            for incident in web.incidents[-1:]:
                web.answer(incident.id, choice, actor, roles=roles)
        case "abort":
            for incident in web.incidents[-1:]:
                web.command("abort", incident.id)
    return web


def notes(web: Web, topic: str) -> list[dict[str, Any]]:
    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    return [note for entry in entries for note in entry.get(topic, ())]


@LAWS
@given(HISTORIES)
def test_every_question_ends_once(steps: list[tuple[Any, ...]]) -> None:
    """asked == ended, once time has passed: whatever was answered, by whom, and in what order."""
    check_ends(play(steps))


def check_ends(web: Web) -> None:
    """Check that every question there was has ended once, when time has passed."""
    web.advance("11m")

    asked = [note["question"] for note in notes(web, "asked")]
    ended = notes(web, "questions_ended")
    assert sorted(asked) == sorted(note["question"] for note in ended)
    assert len(set(asked)) == len(asked) > 0
    assert {note["ended"] for note in ended} <= ENDS
    assert web.state.questions == {}
    assert not any(timer == "remind" for _, _, timer in web.state.timers.dump())
    assert all(row.question is None for row in web.incidents)


@LAWS
@given(HISTORIES)
def test_nothing_acts_without_enough_who_may_answer(steps: list[tuple[Any, ...]]) -> None:
    """Each move to the action follows two counted approvals of two people who may answer, and
    no rejection; nobody is counted twice for one question."""
    check_enough(play(steps))


def check_enough(web: Web) -> None:
    """Check that whatever acted had the counted word of two people who may answer."""
    web.advance("11m")

    counted = [note for note in notes(web, "answers") if note["counted"]]
    assert all(note["roles"] == ["web-on-call"] for note in counted)
    assert "mallory" not in {note["actor"] for note in counted}
    once = Counter((note["question"], note["actor"]) for note in counted)
    assert set(once.values()) <= {1}
    acted = [m for m in notes(web, "moves") if m["dest"] == "restarting"]
    for move in acted:
        given_ = [n["choice"] for n in counted if n["question"] == move["cause"]["question"]]
        assert given_ == ["approve", "approve"]
    assert len({a.incident for a in web.scripts.attempts if a.action == "web.restart"}) <= len(
        acted
    )


@LAWS
@given(HISTORIES)
def test_replaying_a_journal_with_questions_gives_the_journal(steps: list[tuple[Any, ...]]) -> None:
    """replay(journal) == journal, and restore(take(state)) == state, while questions stand."""
    web = play(steps)
    taken = snapshot.take(web.state)

    assert snapshot.take(snapshot.restore(taken, {web.bundle.digest: web.bundle})) == taken
    assert Web(bundles.asking_bundle(), store=web.store).state.seq > web.state.seq


@LAWS
@given(HISTORIES)
def test_an_incident_with_questions_stays_in_declared_states(steps: list[tuple[Any, ...]]) -> None:
    """A machine that asks never leaves its declared states, whatever people say."""
    web = play(steps)

    machine = web.bundle.machinebase.machines["restart-service"]
    for incident in web.incidents:
        assert set(web.path(incident.id)) <= set(machine.states)


OF_ONE = [("answer", "approve", "ana", ("web-on-call",))] * 2
OF_THE_EXCLUDED = [
    ("answer", "approve", "mallory", ("web-on-call",)),
    ("answer", "approve", "ana", ("web-on-call",)),
]


@pytest.mark.parametrize("steps", [OF_ONE, OF_THE_EXCLUDED])
def test_a_fold_that_counts_whoever_answers_is_caught(
    steps: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the same check, with nobody's answer refused."""
    check_enough(play(steps))
    monkeypatch.setattr(answers, "objection", lambda *_: None)

    web = play(steps)

    with pytest.raises(AssertionError):
        check_enough(web)


def test_a_fold_that_forgets_to_end_a_question_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same check, with questions left open."""
    check_ends(play([]))
    monkeypatch.setattr(questions, "end", lambda *_: None)

    with pytest.raises(InvariantBroken, match="asks nothing in aborted"):
        play([("abort",)])
