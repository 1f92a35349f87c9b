"""RV620: invariants that a machine can break, with the way on which it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from interlock.language import Diagnostic
from interlock.language.expression import parse, reads
from interlock.machines.definition import (
    SEPARATOR,
    Invariant,
    ParallelState,
    RunState,
    Trigger,
)
from interlock.machines.invariants import Course, violated
from interlock.machines.verify.routes import Edge, in_words, routes
from interlock.machines.verify.subject import MachineSubject

_WATCHED = frozenset({"state", "steps", "visited", "running"})
"""What a way alone decides, whatever the context is."""


@dataclass(frozen=True)
class Breach:
    """An invariant and a shortest way on which it does not hold."""

    invariant: Invariant
    path: str
    way: tuple[Edge, ...]

    @property
    def is_certain(self) -> bool:
        """Whether nothing on the way depends on what an incident carries."""
        unguarded = all(edge.branch.guard is None and edge.number == 0 for edge in self.way)
        return unguarded and self.invariant.condition is None

    def finding(self, subject: MachineSubject) -> Diagnostic:
        """Return it at the invariant; an error when the way can always be gone."""
        words = in_words(self.way, subject.machine.initial)
        verb = "does not hold" if self.is_certain else "may not hold"
        message = f"{self.invariant.name!r} {verb}: {words}"
        origin = self.invariant.origin
        loc = () if origin is None else origin.loc
        return subject.finding(
            loc, "RV620", message, None, "error" if self.is_certain else "warning"
        )


def breaches(subject: MachineSubject) -> Iterator[Breach]:
    """Yield each invariant that does not hold on some way, once."""
    for invariant in subject.machine.invariants:
        found = _begun(invariant, subject) if invariant.action else _judged(invariant, subject)
        first = next(found, None)
        if first is not None:
            yield first


def _begun(invariant: Invariant, subject: MachineSubject) -> Iterator[Breach]:
    """Yield ways to an action that do not come by where they should."""
    if _is_visited(subject.machine.initial, invariant):
        return
    free = [e for e in subject.walk if not _is_visited(e.branch.dest or "", invariant)]
    free = [e for e in free if subject.joins(e, free)]
    for path, way in routes(subject.machine.initial, free).items():
        state = subject.whole[path][0]
        if isinstance(state, RunState) and state.action == invariant.action:
            yield Breach(invariant, path, way)


def _is_visited(path: str, invariant: Invariant) -> bool:
    return any(path == one or path.startswith(one + SEPARATOR) for one in invariant.unless_visited)


def _judged(invariant: Invariant, subject: MachineSubject) -> Iterator[Breach]:
    """Yield ways on which a check that asks nothing of the context is not true.

    What branches have done by the time they are joined a way does not tell: it ends at a fork.
    """
    if invariant.check is None or invariant.check.text == "":
        return
    read = reads(parse(invariant.check.text))
    if any(alias or name not in _WATCHED for alias, name in read):
        return
    machine = subject.machine
    plain = [e for e in subject.edges if not isinstance(machine.states[e.source], ParallelState)]
    for path, way in routes(machine.initial, plain).items():
        courses = _courses(subject, path, way)
        if all(list(violated((invariant,), course)) for course in courses):
            yield Breach(invariant, path, way)


def _courses(subject: MachineSubject, path: str, way: tuple[Edge, ...]) -> list[Course]:
    """Return what an incident has done on a way: before and while its state's action runs."""
    states = subject.machine.states
    visited = [subject.machine.initial, *(edge.branch.dest or "" for edge in way)]
    done = [(states[edge.source], edge.event) for edge in way]
    steps = tuple(
        state.action
        for state, event in done
        if isinstance(state, RunState) and event == Trigger.DONE
    )
    state = states[path]
    running = [(state.action,)] if isinstance(state, RunState) else []
    return [Course({}, steps, actions, list(visited)) for actions in [(), *running]]
