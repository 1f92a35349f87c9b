"""Ways through a machine that take a certain branch, and then come to an end; shortest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, TypeAlias

from interlock.engine.verify.whole import Whole
from interlock.language.expression import ExpressionError, Name, Select, Template, parse
from interlock.language.expression.check import resolve
from interlock.language.regions import (
    EVERYWHERE,
    Region,
    Values,
    Variable,
    Words,
    join,
    meet,
    only,
    truth_of,
)
from interlock.machines.definition import FinalState, RunState, Trigger, ways_out
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.subject import Edge
from interlock.rules.network import StartSpec
from interlock.testing.generate.grounds import renamed_box, sources

Way: TypeAlias = tuple[Edge, ...]

MOST_WAYS: Final = 40
"""Ways that are looked at for one branch."""

LONGEST: Final = 14
"""Branches of a way, at most."""

_RUDE = (Trigger.ABORT.value, Trigger.WITHDRAWN.value)
"""Events that end what is under way; a way takes them only where it must."""


def ways_by(machine: MachineSubject, edge: Edge) -> Iterator[Way]:
    """Yield ways from the start that take a branch and then come to an end."""
    last = _to_an_end(machine, edge.branch.dest or edge.source)
    for way in islice(_to(machine, edge.source), MOST_WAYS):
        yield (*way, edge, *last)


def plain_way(machine: MachineSubject) -> Way:
    """Return a shortest way from the start to an end."""
    return _to_an_end(machine, machine.machine.initial)


def _to(machine: MachineSubject, target: str) -> Iterator[Way]:
    """Yield the ways to a state that come by none twice, the shortest first."""
    front: list[Way] = [()]
    for _ in range(LONGEST):
        after: list[Way] = []
        for way in front:
            here = _end(machine, way)
            if here == target:
                yield way
            been = {machine.machine.initial, *(edge.branch.dest for edge in way)}
            out = (edge for edge in _out(machine, here) if edge.branch.dest is not None)
            after += [(*way, edge) for edge in out if edge.branch.dest not in been]
        front = sorted(after, key=_rudeness)[:400]


def _end(machine: MachineSubject, way: Sequence[Edge]) -> str:
    return (way[-1].branch.dest or "") if way else machine.machine.initial


def _to_an_end(machine: MachineSubject, start: str) -> Way:
    """Return a way to an end on which things go well, as far as they can."""
    front: list[tuple[int, int, str, Way]] = [(0, 0, start, ())]
    seen, count = set[str](), 0
    while front:
        cost, _, here, way = heapq.heappop(front)
        if isinstance(machine.machine.states[here], FinalState):
            return way
        if here in seen:
            continue
        seen.add(here)
        for edge in _out(machine, here):
            if edge.branch.dest is not None:
                count += 1  # of two ways that cost the same the first found
                more = cost + _COSTS.get(edge.event.partition(":")[0], _COST)
                heapq.heappush(front, (more, count, edge.branch.dest, (*way, edge)))
    return ()


_COSTS = {"done": 1, "met": 1, "answer": 1, "choose": 1, "after": 10, **dict.fromkeys(_RUDE, 30)}
_COST = 20
"""How little an event is wanted: that of a step which does not succeed."""


def _out(machine: MachineSubject, path: str) -> list[Edge]:
    return [edge for edge in machine.edges if edge.source == path]


def _rudeness(way: Sequence[Edge]) -> int:
    return sum(edge.event in _RUDE for edge in way)


def guarded(machine: MachineSubject, way: Way, start: StartSpec) -> Region:
    """Return where a rule's elements must be so that an incident it starts may take a way.

    Guards that read what the way itself makes (outputs, answers) say nothing here.
    """
    taken = sources(start.inputs)
    names = {(alias, name): one for name, one in taken.items() for alias in ("", "ctx")}
    found = EVERYWHERE
    for edge in way:
        before = ways_out(machine.machine.states[edge.source])[edge.event][: edge.number]
        regions = [_region(edge, is_taken=True)]
        regions += [
            _region(Edge(edge.source, edge.event, number, branch), is_taken=False)
            for number, branch in enumerate(before)
        ]
        for region in regions:
            found = meet(found, join(*((renamed_box(box, names),) for box in region)))
    return found


def aimed(whole: Whole, machine: MachineSubject, start: StartSpec) -> Region:
    """Return where a rule's elements must be so that actions find targets of their own kind."""
    taken, found = sources(start.inputs), EVERYWHERE
    targets = sorted(whole.machinebase.inventory.targets.items())
    for state in machine.machine.states.values():
        action = machine.actions.get(state.action) if isinstance(state, RunState) else None
        if not isinstance(state, RunState) or action is None or action.target is None:
            continue
        own = _bare(action.target.text)
        context = _bare(state.inputs[own].text) if own is not None and own in state.inputs else None
        mine = frozenset(name for name, one in targets if one.type == action.target_type)
        if context in taken and mine:
            variable = Variable("field", *taken[context])
            found = meet(found, only(variable, Values(Words(mine))))
    return found


def _bare(template: str) -> str | None:
    """Return the one name that a template is, of inputs or the context; None for others."""
    match Template(template).parts:
        case (Name(name=name),) | (Select(operand=Name(name="ctx"), field=name),):
            return name
        case _:
            return None


def _region(edge: Edge, *, is_taken: bool) -> Region:
    """Return where the guard of a branch holds, or does not."""
    guard, origin = edge.branch.guard, edge.branch.origin
    if guard is None or origin is None:
        return EVERYWHERE
    try:
        faults: list[ExpressionError] = []
        truth = truth_of(resolve(parse(guard.text), origin.scope, faults))
    except ExpressionError:
        return EVERYWHERE
    if faults:
        return EVERYWHERE
    return truth.true if is_taken else truth.not_true
