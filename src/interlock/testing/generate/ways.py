"""Ways through a machine that take a certain branch, and then come to an end; shortest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

from interlock.engine.verify.whole import Whole
from interlock.language.expression import (
    ExpressionError,
    Name,
    Scope,
    Select,
    Template,
    parse,
    print_expression,
)
from interlock.language.expression.check import resolve
from interlock.language.regions import (
    EVERYWHERE,
    Region,
    Truth,
    Values,
    Variable,
    Words,
    join,
    meet,
    only,
    truth_of,
)
from interlock.language.values import Field, Kind, format_value
from interlock.machines.definition import FinalState, RunState, Trigger, answer_event, ways_out
from interlock.machines.forked import BROKE
from interlock.machines.formula import Formula
from interlock.machines.question_schema import REJECT
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import Edge
from interlock.rules.network import StartSpec
from interlock.rules.verify import Subject
from interlock.testing.generate.grounds import renamed_box, sources

Way: TypeAlias = tuple[Edge, ...]

MOST_WAYS: Final = 40
"""Ways that are looked at for one branch."""

LONGEST: Final = 14
"""Branches of a way, at most."""

_RUDE = (Trigger.ABORT.value, Trigger.WITHDRAWN.value)
"""Events that end what is under way; a way takes them only where it must."""


def ways_by(machine: MachineSubject, edge: Edge) -> Iterator[Way]:
    """Yield ways from the start that end with a branch."""
    for way in islice(ways_to(machine, edge.source), MOST_WAYS):
        yield (*way, edge)


def way_ending(machine: MachineSubject, outcome: str) -> Way | None:
    """Return a way from the start to an end with an outcome."""
    for path, state in machine.machine.states.items():
        if isinstance(state, FinalState) and state.outcome == outcome:
            way = next(ways_to(machine, path), None)
            if way is not None:
                return way
    return None


def ways_to(machine: MachineSubject, target: str) -> Iterator[Way]:
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


def way_to_an_end(machine: MachineSubject, start: str) -> Way:
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
                more = cost + _cost(machine, edge)
                heapq.heappush(front, (more, count, edge.branch.dest, (*way, edge)))
    return ()


def _cost(machine: MachineSubject, edge: Edge) -> int:
    """Return how little a branch is wanted on a way on which things go well."""
    at = None if edge.branch.dest is None else machine.machine.states[edge.branch.dest]
    breaks = isinstance(at, FinalState) and at.outcome == BROKE and machine.machine.forked
    if breaks or edge.event == answer_event(REJECT):
        return _COST
    return _COSTS.get(edge.event.partition(":")[0], _COST)


_WELL = ("done", "met", "answer", "choose", "joined")
_COSTS = {"after": 10, **dict.fromkeys(_WELL, 1), **dict.fromkeys(_RUDE, 30)}
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
    found = EVERYWHERE
    for edge in way:
        before = ways_out(machine.machine.states[edge.source])[edge.event][: edge.number]
        regions = [_region(edge, is_taken=True)]
        regions += [
            _region(Edge(edge.source, edge.event, number, branch), is_taken=False)
            for number, branch in enumerate(before)
        ]
        for region in regions:
            found = meet(found, _renamed(region, taken))
    return found


def aimed(whole: Whole, machine: MachineSubject, subject: Subject, start: StartSpec) -> Region:
    """Return where a rule's elements must be so that actions may run.

    Their targets are of the kind that an action wants, their numbers within its bounds.
    """
    taken, found = sources(start.inputs), EVERYWHERE
    targets = sorted(whole.machinebase.inventory.targets.items())
    for part in machine.parts:
        for state in part.machine.states.values():
            action = part.actions.get(state.action) if isinstance(state, RunState) else None
            if not isinstance(state, RunState) or action is None:
                continue
            own = None if action.target is None else _bare(action.target.text)
            mine = frozenset(name for name, one in targets if one.type == action.target_type)
            for name, formula in state.inputs.items():
                context = _bare(_template(formula))
                if name == own and mine and context in taken:
                    variable = Variable("field", *taken[context])
                    found = meet(found, only(variable, Values(Words(mine))))
                produced = None if context is None else start.inputs.get(context)
                if produced is not None:
                    read = Scope({}, subject.written.conditions.bindings.fields)
                    found = meet(found, _bounded(produced.text, action.inputs[name], read))
                else:
                    read = Scope(part.machine.context, {"ctx": part.machine.context})
                    bounds = _bounded(_template(formula), action.inputs[name], read)
                    found = meet(found, _renamed(bounds, taken))
    return found


def _bounded(template: str, field: Field, scope: Scope) -> Region:
    """Return where an input that is one expression is within the bounds of its field."""
    parts = Template(template).parts
    if len(parts) != 1 or isinstance(parts[0], str) or field.type.kind not in _MEASURED:
        return EVERYWHERE
    said = print_expression(parts[0])
    limits = {">=": field.min, "<=": field.max}
    tests = [
        f"{said} {sign} {format_value(limit, field.type)}"
        for sign, limit in limits.items()
        if limit is not None
    ]
    return meet(*(_truth(test, scope).true for test in tests))


_MEASURED = frozenset({Kind.INT, Kind.DOUBLE})


def _renamed(region: Region, taken: Mapping[str, tuple[str, str]]) -> Region:
    """Return what a region says of a context, in terms of what it is taken from."""
    names = {(alias, name): one for name, one in taken.items() for alias in ("", "ctx")}
    return join(*((renamed_box(box, names),) for box in region))


def _template(formula: Formula) -> str:
    """Return an argument as it is written; its canonical form quotes texts."""
    text = formula.text
    return text[1:-1] if text.startswith("'") and text.endswith("'") else text


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
    truth = _truth(guard.text, origin.scope)
    return truth.true if is_taken else truth.not_true


def _truth(text: str, scope: Scope) -> Truth:
    """Return the truth of a condition; anything may be where it cannot be told."""
    try:
        faults: list[ExpressionError] = []
        typed = resolve(parse(text), scope, faults)
    except ExpressionError:
        return _ANY
    return _ANY if faults else truth_of(typed)


_ANY = Truth(EVERYWHERE, EVERYWHERE, EVERYWHERE)
