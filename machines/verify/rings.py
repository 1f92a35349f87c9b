"""RV608: rings of states that a machine may go round for ever.

A ring is bounded by a count (a guard over what a branch of the ring sets, or over ``steps``), by a
timer of a state around it that goes on while the machine turns, and by people, who are asked
each time.  ``check`` refuses rings of choices alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from interlock.language import Diagnostic
from interlock.language.expression import parse, reads
from interlock.machines.definition import ChooseState, Trigger, timer_event, ways_out
from interlock.machines.verify.routes import Edge, routes
from interlock.machines.verify.subject import MachineSubject

_ANSWER = "answer:"


@dataclass(frozen=True)
class Ring:
    """States that lead to each other in a ring: the branches that are taken, in order."""

    edges: tuple[Edge, ...]

    @property
    def states(self) -> list[str]:
        """The states, from the first on."""
        return [edge.source for edge in self.edges]

    def finding(self, subject: MachineSubject) -> Diagnostic:
        """Return it at its first state."""
        way = " → ".join((*self.states, self.states[0]))
        message = f"may go round for ever: {way}"
        hint = "count the rounds in the context, or put `after` around them"
        place = subject.places[self.states[0]]
        return subject.finding(place, "RV608", message, hint, "error", key=True)


def rings(subject: MachineSubject) -> Iterator[Ring]:
    """Yield the shortest ring of each knot of states that nothing bounds."""
    turning = [edge for edge in subject.edges if _turns(edge, subject)]
    for ring in _rings(turning):
        states = ring.states
        if all(isinstance(subject.machine.states[path], ChooseState) for path in states):
            continue
        if not _is_timed(states, turning, subject):
            yield ring


def _turns(edge: Edge, subject: MachineSubject) -> bool:
    """Whether a machine takes a branch by itself, as often as it comes there."""
    if edge.branch.dest is None or edge.event.startswith(_ANSWER):
        return False
    by_itself = edge.event not in {Trigger.ABORT, Trigger.WITHDRAWN, *subject.machine.events}
    return by_itself and not _counts(edge, subject)


def _counts(edge: Edge, subject: MachineSubject) -> bool:
    """Whether it, or a branch before it in order, asks what the machine itself changes."""
    changed = {name for other in subject.edges for name, _ in other.branch.sets} | {"steps"}
    guards = [
        other.branch.guard
        for other in subject.edges
        if (other.source, other.event) == (edge.source, edge.event)
        and other.number <= edge.number
        and other.branch.guard is not None
    ]
    return any(name in changed for guard in guards for _, name in reads(parse(guard.text)))


def _rings(edges: Sequence[Edge]) -> Iterator[Ring]:
    """Yield one shortest ring of each knot, rings that start earlier in the machine first."""
    told: set[str] = set()
    for start in dict.fromkeys(edge.source for edge in edges):
        ring = _shortest(edges, start)
        if ring is not None and not told & set(ring.states):
            told |= set(ring.states)
            yield ring


def _shortest(edges: Sequence[Edge], start: str) -> Ring | None:
    """Return the shortest way from a state back to it."""
    ways = routes(start, edges)
    closing = [
        (*ways[edge.source], edge)
        for edge in edges
        if edge.branch.dest == start and edge.source in ways
    ]
    return Ring(min(closing, key=len)) if closing else None


def _is_timed(ring: Sequence[str], edges: Iterable[Edge], subject: MachineSubject) -> bool:
    """Whether a timer that no turn of the ring cancels leads out of it."""
    within = [edge for edge in edges if edge.source in ring and edge.branch.dest in ring]
    cancelled = {name for edge in within for name in edge.branch.cancels}
    return any(_ends(name, ring, subject) for name in subject.delays if name not in cancelled)


def _ends(name: str, ring: Sequence[str], subject: MachineSubject) -> bool:
    states = subject.machine.states
    heard = [ways_out(states[path]).get(timer_event(name)) for path in ring]
    # A choice is left at once, so nothing can be due in it.
    ends = [
        branches is not None and all(branch.dest not in ring for branch in branches)
        for path, branches in zip(ring, heard, strict=True)
        if not isinstance(states[path], ChooseState)
    ]
    return all(ends) and bool(ends)
