"""Findings that have to be led, not told.

No script written beforehand says when each branch of a parallel state goes on, nor what has to
come so that a rule over facts or silence matches; ``interlock.testing.generate`` plays the bundle
and leads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interlock.engine.verify.counterexample.signals import HOSTILE, Given
from interlock.engine.verify.loops import Cause, find_causes, loops, standing_rules
from interlock.engine.verify.untyped import untyped_inputs
from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Row
from interlock.machines.definition import ParallelState, Trigger
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.approvals import approval_gaps
from interlock.machines.verify.invariants import breaches
from interlock.machines.verify.rings import rings
from interlock.machines.verify.routes import FORK, Edge, routes

_Ways = Mapping[str, tuple[Edge, ...]]


@dataclass(frozen=True)
class Led:
    """A finding, and what shows it once it is led there.

    Attributes:
        finding: what is shown.
        machine: the machine, or the branch, that is held to its way.
        ways: the first branches to take, by machine or branch.
        expect: what ought to come of it, and does not.
        about: the machine or branch whose incident that is expected of; empty: of none.
        after: whose way it is expected after; empty: at the end.
        label: signal and field that somebody writes ``HOSTILE`` into; empty: none.
        meets: what may end a wait, by machine or branch and state; else whatever does.
        starts: with how many incidents of the machine it is enough; 0: whatever comes of them.
    """

    finding: Diagnostic
    machine: MachineSubject
    expect: Given
    ways: _Ways = field(default_factory=dict)
    about: str = ""
    after: str = ""
    label: tuple[str, str] = ("", "")
    meets: Mapping[tuple[str, str], Sequence[Row]] = field(default_factory=dict)
    starts: int = 0


def led(whole: Whole) -> Iterator[Led]:
    """Yield the findings about machines with the ways on which they show."""
    for machine in whole.machines:
        yield from _of_a_machine(machine)
    for reach in untyped_inputs(whole):
        root = next(one for one in whole.machines if one.machine.id == reach.machine.started)
        ways = _to(root, reach.machine, reach.leaf.path)
        if ways is not None:
            never: Given = {"action": reach.action.name, "with": {reach.name: HOSTILE}}
            found = Led(reach.finding(), reach.machine, {"never": never}, ways)
            signal, _, name = reach.origin.rpartition(".")
            yield replace(found, label=(signal, name))
    causes = find_causes(whole)
    for loop in loops(whole, causes):
        root = loop.ring[0].machine
        once: Given = {"started": root.machine.id, "times": 1}
        yield from _chained(loop.ring, Led(loop.finding(), root, once, starts=2))
    for standing in standing_rules(whole, causes):
        cause = standing.cause
        gone: Given = {"not_fired": cause.rule}
        for one in _chained([cause], Led(standing.finding(), cause.machine, gone)):
            yield replace(one, after=one.machine.machine.id)


def _of_a_machine(machine: MachineSubject) -> Iterator[Led]:
    for gap in approval_gaps(machine):
        never: Given = {"never": {"action": gap.action.name}}
        yield _along(machine, gap.way, gap.finding(machine), never)
    for breach in breaches(machine):
        begun: Given = {"state": machine.machine.initial}  # true; the invariant is the fault
        found = _along(machine, breach.way, breach.finding(machine), begun)
        yield replace(found, about=machine.machine.id)
    for part in machine.parts:
        for ring in rings(part):
            once: Given = {"state": ring.states[0], "times": 1}
            ways = _to(machine, part, ring.states[0])
            if ways is not None:
                ident = part.machine.id
                ways = {**ways, ident: (*ways[ident], *ring.edges)}
                yield Led(ring.finding(part), part, once, ways, ident)


def by_fork(way: Sequence[Edge], machine: MachineSubject) -> bool:
    """Return whether a way comes by a parallel state."""
    states: Mapping[str, object] = machine.machine.states
    return any(isinstance(states.get(edge.source), ParallelState) for edge in way)


def _along(machine: MachineSubject, way: Sequence[Edge], finding: Diagnostic, expect: Given) -> Led:
    """Return what is led along a way through ``machine.whole``."""
    found = Led(finding, machine, expect, {machine.machine.id: ()})
    for edge in way:
        found = _taken(found, machine, edge)
    return found


def _taken(so_far: Led, root: MachineSubject, edge: Edge) -> Led:
    """Return what is led with one more edge of a way through ``root.whole``."""
    if edge.event == FORK:
        branches = {branch.scope + branch.machine.initial: branch for branch in root.within}
        branch = branches[edge.branch.dest or ""]
        ways = {**so_far.ways, branch.machine.id: ()}
        return replace(so_far, machine=branch, ways=ways)
    machine = so_far.machine
    if not edge.source.startswith(machine.scope):
        machine = root
    local = next(one for one in machine.edges if one.within(machine.scope) == edge)
    ways = {**so_far.ways, machine.machine.id: (*so_far.ways.get(machine.machine.id, ()), local)}
    return replace(so_far, machine=machine, ways=ways)


def _to(root: MachineSubject, part: MachineSubject, path: str) -> _Ways | None:
    """Return the ways to a state of a machine, or of one of its branches."""
    way = routes(part.machine.initial, part.edges).get(path)
    forked = part.machine.forked
    before = () if forked is None else routes(root.machine.initial, root.edges).get(forked.state)
    if way is None or before is None:
        return None
    return {root.machine.id: before, part.machine.id: way}


def _chained(causes: Sequence[Cause], found: Led) -> Iterator[Led]:
    """Yield what is led so that each cause follows from the one before, if it can be."""
    ways: dict[str, tuple[Edge, ...]] = {}
    for cause in reversed(causes):
        part, path = _waiting(cause)
        ident, leading = part.machine.id, _to(cause.machine, part, path)
        if leading is None:
            return
        met = next(e for e in part.edges if (e.source, e.event) == (path, Trigger.MET.value))
        ways |= {**leading, ident: (*leading[ident], met)}
        meets = {**found.meets, (ident, path): cause.rows}
        found = replace(found, machine=part, ways=ways, meets=meets)
    yield found


def _waiting(cause: Cause) -> tuple[MachineSubject, str]:
    """Return the machine, or the branch, that waits, and its state."""
    for part in cause.machine.within:
        path = cause.path.removeprefix(part.scope)
        if path != cause.path and path in part.machine.states:
            return part, path
    return cause.machine, cause.path
