"""A scenario ready to be played: what happens, who answers how, what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from interlock.language.diagnostics import Span
from interlock.language.values import Value
from interlock.testing.scenario.subjects import Subject
from interlock.testing.scripts import Answer


@dataclass(frozen=True, slots=True)
class SignalGiven:
    """A signal that comes at ``at`` ms from the start; ``told`` as a harness sends it."""

    at: int
    told: Mapping[str, Any]
    observed_ms: int = 0
    """How long before that its source has seen it."""


@dataclass(frozen=True, slots=True)
class EntryGiven:
    """An entry of another kind at ``at`` ms from the start."""

    at: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """An order about the open incidents of a key at ``at`` ms from the start."""

    at: int
    incident: str
    body: Mapping[str, Any]
    branch: str = ""
    """Of theirs; empty for themselves."""


Given: TypeAlias = SignalGiven | EntryGiven | CommandGiven
"""Something that happens."""

Sight: TypeAlias = Mapping[str, Value] | str
"""What a probe sees, or why it sees nothing."""


@dataclass(frozen=True, slots=True)
class Fake:
    """What answers in place of an executor or a probe.

    Attributes:
        name: the action or probe.
        answers: of an action, attempt by attempt.
        sights: of a probe, look by look; the last repeats.
        repeats: whether the last answer repeats; otherwise a further attempt is a miss.
        span: where it is written.
        is_own: written in the scenario, not for all of the document.
    """

    name: str
    answers: tuple[Answer, ...]
    sights: tuple[Sight, ...]
    repeats: bool
    span: Span
    is_own: bool


@dataclass(frozen=True, slots=True)
class Human:
    """A person who answers what a state asks, each time it does.

    Attributes:
        states: paths of the state.
        incident: key of the incidents meant; None: all.
        branch: name of the branch meant; None: any, or none.
        after_ms: how long after being asked.
        actor, roles: who, and as what.
        choice, text: the answer.
        span: where it is written.
    """

    states: frozenset[str]
    incident: str | None
    branch: str | None
    after_ms: int
    actor: str
    roles: tuple[str, ...]
    choice: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that is to be so often at, by or during.

    Attributes:
        span: where it is written.
        subject: what.
        at: right after this time from the start, ms; None at any time.
        by: at this time or before, ms; None at any time.
        times: how often exactly; None: at least once.
    """

    span: Span
    subject: Subject
    at: int | None = None
    by: int | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A made-up history and what is expected of it.

    Attributes:
        name: unique in its document.
        path, span: where it is written.
        covers: full names of the rules, machines and actions it says it is about.
        start: time of the first entry, ms since the epoch.
        until: when it ends, ms from the start; None: when all that was begun has ended.
        given: what happens, by time.
        fakes: who answers how.
        humans: who answers what is asked.
        expectations: what is expected, as written.
        quiet: where it says that nothing is to be done at all, if it does.
        allow: actions and machines that may run unexpected.
        is_example: whether it is an example that stands in a rule.
    """

    name: str
    path: str
    span: Span
    covers: tuple[str, ...]
    start: int
    until: int | None
    given: tuple[Given, ...]
    fakes: tuple[Fake, ...]
    humans: tuple[Human, ...]
    expectations: tuple[Expectation, ...]
    quiet: Span | None
    allow: frozenset[str]
    is_example: bool = False
