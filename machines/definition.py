"""The compiled machine: what the loader makes of a document and the runtime runs.

Compound states are gone: every state is a leaf with a path such as ``acting.rolling_back``;
inherited handlers and the timers of the compounds entered and left stand in each branch.
All values are immutable; the digest covers everything but the functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from interlock.errors import NotPermitted
from interlock.language import Loc
from interlock.language.expression import Scope
from interlock.language.values import Field, Value
from interlock.machines.asking import Notice, Question
from interlock.machines.forked import Forked
from interlock.machines.formula import Formula, Row
from interlock.machines.inputs import check_values
from interlock.machines.retry import RetryPolicy
from interlock.machines.terms import NO_TERMS, Terms
from interlock.machines.wait import Wait

SEPARATOR = "."
"""Between a compound state and the states within it."""

ABORTED = "aborted"
"""Built-in final state and outcome of ``operator.abort`` where a machine says nothing else."""

BREACH = "@sla"
"""How the name of the timer of a service level ends; what is before is the state's path."""

STAY = "stay"
"""Target of a branch that leaves the machine where it is."""


CHOOSE = "choose"
"""Trigger of a move out of a ``choose`` state; no event of that name can be sent."""


class Trigger(StrEnum):
    """Events every machine knows; authors declare further ones under ``events``."""

    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    UNVERIFIED = "unverified"
    MET = "met"
    JOINED = "joined"
    ABORT = "operator.abort"
    WITHDRAWN = "rule.withdrawn"


RESULTS = ("done", "failed", "timed_out", "refused", "unverified")
"""The five results of an action; a ``run`` state handles each."""


def timer_event(name: str) -> str:
    """Return the event that the timer of that name sends."""
    return f"after:{name}"


def answer_event(choice: str) -> str:
    """Return the event that an answer sends once enough people have chosen it."""
    return f"answer:{choice}"


CAME_LATER = {"came_later": True}
"""Marks a field that the digest leaves out at its default: older definitions keep theirs."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of a state or compound; ``name`` is unique in its machine."""

    name: str
    delay_ms: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a branch is written, for whoever reasons about it; no part of what it does.

    Attributes:
        loc: the branch, in its machine's document.
        scope: what its guard may read.
    """

    loc: Loc
    scope: Scope


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a state.

    Attributes:
        dest: leaf path entered, or None to stay.
        guard: must be true; None always is.  Unknown is not true.
        sets: context fields to set, in the order written.
        why: template of the reason, or None.
        cancels: names of timers that end here, sorted.
        timers: timers that start here, outermost state first.
        origin: where it is written; None where it is built in.
    """

    dest: str | None
    guard: Formula | None = None
    sets: tuple[tuple[str, Formula], ...] = ()
    why: Formula | None = None
    cancels: tuple[str, ...] = ()
    timers: tuple[Timer, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)


Handlers = Mapping[str, tuple[Branch, ...]]
"""Event to its branches: the first whose guard is true is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """Runs one action and waits for its result.

    Attributes:
        path: leaf path.
        action: name of the action.
        inputs: templates of the action's inputs.
        retry: when to try again, or None for one attempt.
        handlers: what each event does here, inherited ones included.
        doc: for people; may be empty.
    """

    path: str
    action: str
    inputs: Mapping[str, Formula]
    retry: RetryPolicy | None
    handlers: Handlers
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitState:
    """Watches for a signal or fact until one holds or a timer runs out."""

    path: str
    wait: Wait
    handlers: Handlers
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveState:
    """Asks people, and waits until they have answered or a timer runs out."""

    path: str
    question: Question
    notices: tuple[Notice, ...]
    handlers: Handlers
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseState:
    """Decides at once; nothing ever rests here."""

    path: str
    branches: tuple[Branch, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoState:
    """Rolls every finished reversible step back, newest first."""

    path: str
    handlers: Handlers
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalState:
    """Ends the incident with an outcome."""

    path: str
    outcome: str
    notices: tuple[Notice, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelState:
    """Forks into branches and waits until every one has ended.

    Attributes:
        path: leaf path.
        branches: the machine of each branch, by its name, in the order they begin.
        handlers: what each event does here; the last branch to end sends ``joined`` or ``failed``.
        doc: for people; may be empty.
    """

    path: str
    branches: Mapping[str, Machine]
    handlers: Handlers
    doc: str = ""


State = RunState | WaitState | ApproveState | ChooseState | UndoState | FinalState | ParallelState
"""A leaf state."""

RestingState = RunState | WaitState | ApproveState | UndoState | FinalState | ParallelState
"""A state something can rest in: any but a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What must hold of every incident: a condition, or an action that is never begun.

    Attributes:
        name: what it says, in words.
        check: true after every transition; None for an action.
        action: name of the action that is never begun; None for a condition.
        unless_visited: paths of states one of which excuses it.
        condition: only where this is not false; None for always.
        origin: where it is written.
    """

    name: str
    check: Formula | None = None
    action: str | None = None
    unless_visited: tuple[str, ...] = ()
    condition: Formula | None = None
    origin: Origin | None = field(default=None, compare=False, repr=False)


def ways_out(state: State) -> Handlers:
    """Return every way out of a state; those of a choice stand under ``choose``."""
    match state:
        case ChooseState():
            return {CHOOSE: state.branches}
        case FinalState():
            return {}
        case _:
            return state.handlers


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine, compiled.

    Attributes:
        id: name rules start it by.
        package: who ships it.
        version: raised by its author with every change.
        title: one line.
        owner: team that answers for it.
        severity: critical, high, medium, low or info; None when unsaid.
        runbook_url: page for people; empty when unsaid.
        doc: longer text; may be empty.
        context: typed fields an incident carries; rules fill them when they start it.
        events: declared events and their typed data.
        outcomes: how it may end, the built-in ``aborted`` included.
        initial: leaf path it starts in.
        initial_timers: timers that start with it, outermost state first.
        invariants: what must never be otherwise; tests and verification ask them.
        terms: what it takes for granted and needs, and who may authorise it.
        forked: of which parallel state it is a branch; None for a machine that rules start.
        resolve_within_ms: how long an incident may take by agreement; None when unsaid.
        states: leaf path to state, in the order written.
        digest: SHA-256 of the canonical form of all the above.
    """

    id: str
    package: str
    version: int
    title: str
    owner: str
    severity: str | None
    runbook_url: str
    doc: str
    context: Mapping[str, Field]
    events: Mapping[str, Mapping[str, Field]]
    outcomes: tuple[str, ...]
    initial: str
    initial_timers: tuple[Timer, ...]
    states: Mapping[str, State]
    digest: str
    resolve_within_ms: int | None = field(default=None, metadata=CAME_LATER)
    invariants: tuple[Invariant, ...] = field(default=(), metadata=CAME_LATER)
    terms: Terms = field(default=NO_TERMS, metadata=CAME_LATER)
    forked: Forked | None = field(default=None, metadata=CAME_LATER)

    @property
    def forks(self) -> Iterator[ParallelState]:
        """Its parallel states, in the order written."""
        return (state for state in self.states.values() if isinstance(state, ParallelState))

    @property
    def within(self) -> tuple[Machine, ...]:
        """The machines of its branches, in the order written."""
        return tuple(branch for fork in self.forks for branch in fork.branches.values())

    @property
    def whole(self) -> dict[str, tuple[str, State]]:
        """Every state by what it is called here, after what stands before its own names.

        A state ``s`` of branch ``b`` forked in ``f`` is called ``f.b.s``.
        """
        found = {path: ("", state) for path, state in self.states.items()}
        for fork in self.forks:
            for name, branch in fork.branches.items():
                scope = f"{fork.path}{SEPARATOR}{name}{SEPARATOR}"
                found.update((scope + path, (scope, one)) for path, one in branch.states.items())
        return found

    @property
    def sets(self) -> frozenset[str]:
        """The context fields that some way out of a state of its own sets."""
        taken = (way for state in self.states.values() for way in ways_out(state).values())
        return frozenset(n for some in taken for branch in some for n, _ in branch.sets)

    def check_context(self, values: Row) -> dict[str, Value]:
        """Return the context an incident starts with when each value is what is declared.

        Raises:
            NotPermitted: a value is unknown, missing, of another type or out of bounds;
                details ``field``, ``expected``, ``found``.
        """
        return check_values(self.context, values, owner=self.id, shapes=None)

    def accepts(self, event: str, data: Row) -> bool:
        """Return whether the data of an event is what the machine declares for it.

        Data of events it does not declare, and fields beyond the declared ones, are accepted.
        """
        fields = self.events.get(event, {})
        known = {name: value for name, value in data.items() if name in fields}
        try:
            check_values(fields, known, owner=event)
        except NotPermitted:
            return False
        return True
