"""Findings on ways by a parallel state: what is under way side by side has to be led, not told.

No script written beforehand says when each branch goes on; ``interlock.testing.generate`` plays
the bundle and leads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interlock.engine.verify.counterexample.signals import Given
from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.machines.definition import ParallelState
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.approvals import approval_gaps
from interlock.machines.verify.invariants import breaches
from interlock.machines.verify.rings import rings
from interlock.machines.verify.routes import FORK, Edge, routes


@dataclass(frozen=True)
class Led:
    """A finding, and what shows it once it is led there.

    Attributes:
        finding: what is shown.
        machine: the machine, or the branch, that is held to its way.
        ways: the first branches to take, by machine or branch; the last is that of ``machine``.
        expect: what ought to come of it, and does not.
        about: the machine or branch whose incident that is expected of; empty: of none.
    """

    finding: Diagnostic
    machine: MachineSubject
    expect: Given
    ways: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    about: str = ""


def led(whole: Whole) -> Iterator[Led]:
    """Yield the findings that show on ways by a parallel state, or within a branch."""
    for machine in whole.machines:
        for gap in approval_gaps(machine):
            never: Given = {"never": {"action": gap.action.name}}
            yield from _along(machine, gap.way, gap.finding(machine), never)
        for breach in breaches(machine):
            begun: Given = {"state": machine.machine.initial}  # true; the invariant is the fault
            for one in _along(machine, breach.way, breach.finding(machine), begun):
                yield replace(one, about=machine.machine.id)
        for branch in machine.within:
            for ring in rings(branch):
                once: Given = {"state": ring.states[0], "times": 1}
                way = routes(branch.machine.initial, branch.edges).get(ring.states[0])
                before = _to(machine, branch)
                if way is not None and before is not None:
                    ways = {machine.machine.id: before, branch.machine.id: (*way, *ring.edges)}
                    yield Led(ring.finding(branch), branch, once, ways, branch.machine.id)


def by_fork(way: Sequence[Edge], machine: MachineSubject) -> bool:
    """Return whether a way comes by a parallel state."""
    states: Mapping[str, object] = machine.machine.states
    return any(isinstance(states.get(edge.source), ParallelState) for edge in way)


def _along(
    machine: MachineSubject, way: Sequence[Edge], finding: Diagnostic, expect: Given
) -> Iterator[Led]:
    if by_fork(way, machine):
        found = Led(finding, machine, expect, {machine.machine.id: ()})
        for edge in way:
            found = _taken(found, machine, edge)
        yield found


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


def _to(machine: MachineSubject, branch: MachineSubject) -> tuple[Edge, ...] | None:
    """Return a way of a machine to the state that forks into a branch."""
    forked = branch.machine.forked
    ways = routes(machine.machine.initial, machine.edges)
    return None if forked is None else ways.get(forked.state)
