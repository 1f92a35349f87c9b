"""Plays a scenario through the fold of the live service, in simulated time.

At one instant, what falls due comes first, then answers of executors and probes, then what is
given, in the order written; all of it is decided before anything is held against expectations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from typing_extensions import override

from interlock.engine.bundle import Bundle
from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.fold.state import Asked
from interlock.engine.lineage import branch_of
from interlock.language.values import format_timestamp
from interlock.testing.harness import Harness
from interlock.testing.invariants import Violation
from interlock.testing.scenario.model import (
    CommandGiven,
    EntryGiven,
    Fake,
    Given,
    Human,
    Scenario,
    SignalGiven,
)
from interlock.testing.scenario.recording import Recording
from interlock.testing.scripts import Answer, Body, Scripts

LONGEST_MS: Final = 24 * 3600 * 1000
"""How long after the last that is given or asked for a scenario may go on by itself."""


MOST_STEPS: Final = 20_000
"""Most timers and answers of one scenario; what needs more goes round in circles."""


class Cast(Scripts):
    """Who stands in for executors and probes, and what they were asked that no fake answers.

    A notification needs no fake: it is delivered.  So is an action that is allowed to run.
    """

    def __init__(self, scenario: Scenario, bundle: Bundle, most_steps: int) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.unanswered: list[tuple[int, Attempt]] = []
        self.spoken: set[Human] = set()
        self.steps, self.most_steps = 0, most_steps
        self.is_strict = False
        self._humans = scenario.humans
        self._heard: set[str] = set()
        self.now = scenario.start
        self._fakes: dict[str, Fake] = {fake.name: fake for fake in scenario.fakes}
        self._counts: dict[str, int] = {}
        self._free = scenario.allow | {
            name for name, one in bundle.machinebase.actions.items() if one.kind == "notify"
        }
        for fake in scenario.fakes:
            if fake.sights:
                self.see(fake.name, fake.sights)

    @override
    def answer(self, attempt: Attempt) -> Answer:
        """Return how the fake answers; an attempt without one is noted and hangs."""
        fake = self._fakes.get(attempt.action)
        self.asked.add(attempt.action)
        count = self._counts[attempt.action] = self._counts.get(attempt.action, 0) + 1
        if fake is not None and (fake.repeats or count <= len(fake.answers)):
            return fake.answers[min(count, len(fake.answers)) - 1]
        if fake is None and attempt.action in self._free:
            return Answer()
        self.unanswered.append((self.now, attempt))
        return Answer("hangs")

    @override
    def probe(self, request: ProbeRequest) -> Body:
        """Return what the fake of a probe sees; without one it sees nothing."""
        self.asked.add(request.probe)
        return super().probe(request)

    @property
    def is_over(self) -> bool:
        """Whether it has been too long, or what has happened cannot pass any more."""
        return self.steps > self.most_steps or (self.is_strict and bool(self.unanswered))

    def listen(self, harness: Harness) -> None:
        """Let people hear what has been asked since, and answer in their time."""
        for asked in harness.state.questions.values():
            if asked.id not in self._heard:
                self._heard.add(asked.id)
                incident = harness.state.incidents[asked.incident]
                for human in self._humans:
                    mine = human.incident in (None, incident.key)
                    mine = mine and human.branch in (None, branch_of(incident.id))
                    if mine and incident.state in human.states:
                        self.spoken.add(human)
                        harness.later(human.after_ms, _answer(human, asked))


def _answer(human: Human, asked: Asked) -> Body:
    return {
        "kind": "command",
        "command": "answer",
        "incident": asked.incident,
        "question": asked.id,
        "actor": human.actor,
        "choice": human.choice,
        "roles": list(human.roles),
        "text": human.text,
    }


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played.

    Attributes:
        scenario: which.
        recording: what happened.
        ended_at: simulated time of its end, ms since the epoch.
        unanswered: attempts that no fake answers, with the time they were sent.
        asked: actions and probes that somebody asked for.
        spoken: people who were asked.
        violations: invariants of machines that did not hold.
        harness: the simulated service as it stands at the end.
        steps: timers and answers that came, and one more where there were too many.
    """

    scenario: Scenario
    recording: Recording
    ended_at: int
    unanswered: tuple[tuple[int, Attempt], ...]
    asked: frozenset[str]
    spoken: frozenset[Human]
    violations: tuple[Violation, ...]
    harness: Harness
    steps: int
    most_steps: int

    @property
    def is_endless(self) -> bool:
        """Whether it was broken off."""
        return self.steps > self.most_steps


def play(
    scenario: Scenario, bundle: Bundle, most_steps: int = MOST_STEPS, *, strictly: bool = False
) -> Played:
    """Play a scenario to its end; equal scenarios and bundles give equal recordings.

    Args:
        scenario: what happens.
        bundle: what decides.
        most_steps: after so many timers and answers it is broken off.
        strictly: whether it ends as soon as it cannot pass any more.
    """
    cast = Cast(scenario, bundle, most_steps)
    cast.is_strict = strictly
    violations: list[Violation] = []
    start = format_timestamp(scenario.start)
    harness = Harness(bundle, start=start, scripts=cast, violated=violations.append)
    for given in scenario.given:
        if cast.is_over:
            break
        _advance(harness, cast, scenario.start + given.at)
        _give(harness, given)
        cast.listen(harness)
    _finish(harness, cast, scenario)
    return Played(
        scenario,
        Recording.of(harness.store.entries),
        harness.now,
        tuple(cast.unanswered),
        frozenset(cast.asked),
        frozenset(cast.spoken),
        tuple(violations),
        harness,
        cast.steps,
        most_steps,
    )


def _advance(harness: Harness, cast: Cast, until: int) -> None:
    while (due := harness.next_due()) is not None and due <= until:
        cast.steps += 1
        if cast.is_over:
            return
        cast.now = max(cast.now, due)
        harness.step(due)
        cast.listen(harness)
    harness.now = cast.now = until


def _give(harness: Harness, given: Given) -> None:
    match given:
        case SignalGiven(_, told, observed_ms):
            harness.send({"observed_at": harness.now - observed_ms, **told})
        case EntryGiven(_, body):
            harness.record(body)
        case CommandGiven(_, key, body, branch):
            for row in harness.incidents:
                if (row.key, branch_of(row.id)) == (key, branch) and row.closed_at is None:
                    harness.record({**body, "incident": row.id})
        case _:
            assert_never(given)


def _finish(harness: Harness, cast: Cast, scenario: Scenario) -> None:
    """Let time pass until the end, or until nothing that was begun goes on."""
    asked = [time for e in scenario.expectations for time in (e.at, e.by) if time is not None]
    least = scenario.start + max([scenario.until or 0, *asked])
    _advance(harness, cast, max(harness.now, least))
    limit = harness.now + LONGEST_MS
    while scenario.until is None and _goes_on(harness) and not cast.is_over:
        due = harness.next_due()
        if due is None or due > limit:
            return
        _advance(harness, cast, due)


def _goes_on(harness: Harness) -> bool:
    state = harness.state
    return bool(state.intents) or any(one.is_open for one in state.incidents.values())
