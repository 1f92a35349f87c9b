"""Laws of the fold, over random histories of a whole bundle in simulated time.

Replay: folding a journal again gives its own bytes.  Snapshot: a state taken out and put back
continues as if it had stayed.  Counting: a signal counts once, however often it is sent.
Acting: one actor a target, no attempt without a verdict, no more attempts than the policy.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.fold import snapshot
from interlock.engine.partition import Released
from interlock.testing import Answer
from tests.scale import count
from tests.unit.engine.fold.conftest import BAD, GOOD, Web

SERVICES = st.sampled_from(["shop", "api"])
STEPS = st.one_of(
    st.tuples(st.just("probe"), SERVICES, st.booleans()),
    st.tuples(st.just("errors"), SERVICES, st.sampled_from([0.0, 0.25, 0.75, 1.0])),
    st.tuples(st.just("deploy"), SERVICES),
    st.tuples(st.just("advance"), st.sampled_from([1, 90, 150, 1_000, 3_000, 9_000, 31_000])),
    st.tuples(st.just("freeze"), st.sampled_from(["global", "executor:command", "target:shop"])),
    st.tuples(st.just("thaw"), st.sampled_from(["global", "executor:command", "target:shop"])),
    st.tuples(st.just("abort"), st.integers(0, 3)),
    st.tuples(st.just("see"), st.sampled_from([GOOD, BAD, "nothing answers"])),
    st.tuples(
        st.just("answer"),
        st.sampled_from(["ok", "error", "timeout", "refused", "hangs"]),
    ),
)
HISTORIES = st.lists(STEPS, max_size=25)
LAWS = settings(max_examples=count(sample=40, full=2_000))


class WatchfulWeb(Web):
    """Checks, at each dispatch, that the intent holds its target."""

    def _dispatch(self, released: Released) -> None:
        for attempt in released.attempts:
            if attempt.target is not None:
                assert self.state.gate.locks[str(attempt.target["id"])] == attempt.intent
        super()._dispatch(released)


def play(web: Web, steps: list[tuple[Any, ...]]) -> None:
    """Let everything of a history happen."""
    happen: dict[str, Callable[..., None]] = {
        "probe": lambda service, up: web.probe(service, up=up),
        "errors": lambda service, value: web.errors(value, service),
        "deploy": web.deploy,
        "advance": web.advance,
        "freeze": web.freeze,
        "thaw": web.thaw,
        "abort": lambda number: abort(web, number),
        "see": lambda sight: web.observe("http.look", sight),
        "answer": lambda outcome: answer(web, outcome),
    }
    for name, *details in steps:
        happen[name](*details)


def abort(web: Web, number: int) -> None:
    """Abort the incident of that number, if there are so many."""
    for incident in web.incidents[number : number + 1]:
        web.command("abort", incident.id)


def answer(web: Web, outcome: str) -> None:
    """Let executors answer so from here on."""
    good = outcome == "ok"
    restarted = {"pid": 1, "state": "RUNNING"} if good else {}
    web.script("web.restart", Answer(outcome, outputs=restarted))
    web.script("web.switch", Answer(outcome, outputs={"before": "v2"} if good else {}))


@LAWS
@given(HISTORIES)
def test_replaying_a_journal_gives_the_journal(steps: list[tuple[Any, ...]]) -> None:
    """replay(journal) == journal: recovery compares every stored decision, byte for byte."""
    web = Web()
    play(web, steps)

    again = Web(store=web.store)

    assert again.state.seq > web.state.seq


@LAWS
@given(HISTORIES, HISTORIES)
def test_a_state_put_back_continues_as_if_it_had_stayed(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]
) -> None:
    """restore(take(state)) then history == state then history, byte for byte."""
    stayed, moved = Web(), Web()
    play(stayed, before)
    play(moved, before)

    data = snapshot.take(moved.state)
    moved._partition.state = snapshot.restore(data, {moved.bundle.digest: moved.bundle})
    play(stayed, after)
    play(moved, after)

    assert snapshot.take(moved.state) == snapshot.take(stayed.state)
    assert moved.export() == stayed.export()


@LAWS
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_a_signal_counts_once_however_often_it_is_sent(sent: list[tuple[str, bool]]) -> None:
    """One journal row per (source, id); another body under a known id is refused and recorded."""
    web = Web()
    first: dict[str, bool] = {}
    words = []
    for name, up in sent:
        words.append(web.signal("site.probe", id=name, service="shop", up=up, code=200))
        first.setdefault(name, up)

    kinds = Counter(row.kind for row in web.store.entries)
    expected = [
        "accepted"
        if name not in [n for n, _ in sent[:place]]
        else ("duplicate" if first[name] == up else "conflict")
        for place, (name, up) in enumerate(sent)
    ]
    assert words == expected
    assert kinds["signal"] == len(first)
    assert kinds["conflict"] == expected.count("conflict")


@LAWS
@given(HISTORIES)
def test_no_attempt_without_a_verdict_and_none_beyond_the_policy(
    steps: list[tuple[Any, ...]],
) -> None:
    """Each attempt follows its own passing verdict; retries never exceed the policy."""
    web = Web()
    play(web, steps)

    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    passed = Counter(
        (verdict["intent"], verdict["attempt"])
        for entry in entries
        for verdict in entry.get("verdicts", ())
        if verdict["outcome"] == "pass"
    )
    attempts = Counter((a.intent, a.attempt) for a in web.scripts.attempts)
    assert attempts <= passed
    assert max((a.attempt for a in web.scripts.attempts), default=1) <= 2


@LAWS
@given(HISTORIES)
def test_two_attempts_at_one_target_never_overlap(steps: list[tuple[Any, ...]]) -> None:
    """One actor a target: whoever is released holds the lock from then until it ends."""
    play(WatchfulWeb(), steps)


@LAWS
@given(HISTORIES)
def test_incidents_stay_in_the_states_their_machines_declare(
    steps: list[tuple[Any, ...]],
) -> None:
    """A step never leaves the declared states, and a closed incident never moves again."""
    web = Web()
    play(web, steps)

    machines = web.bundle.machinebase.machines
    for incident in web.incidents:
        path = web.path(incident.id)
        assert set(path) <= set(machines[incident.machine].states)
        if incident.outcome is not None:
            assert path[-1] == incident.state
