"""RV802: rules and machines that keep each other going.

A machine that acts and then waits for a signal says what its action does to that signal.  Where
the signal it waits for still makes a rule start a machine, the end of one incident is the
beginning of the next: the same one over and over (a threshold without hysteresis), or two that
undo each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Row, Scope, names, parse
from interlock.language.expression.check import resolve
from interlock.language.regions import Region, meet, truth_of
from interlock.language.values import Field, format_value
from interlock.machines.definition import RunState, Wait, WaitState
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import routes
from interlock.rules.network import AssertSpec, ElementKind, StartSpec
from interlock.rules.verify import Subject
from interlock.rules.verify.subject import Statement
from interlock.rules.verify.witness import MOST_TRIES, row_of


@dataclass(frozen=True)
class _Cause:
    """An element that ends the wait of a machine of one rule and lets another rule begin."""

    rule: str
    then: str
    wait: str
    example: str


def loops(whole: Whole) -> Iterator[Diagnostic]:
    """Yield each shortest ring of rules in which every end was seen to be a beginning."""
    causes = list(_causes(whole))
    after: dict[str, list[_Cause]] = {}
    for cause in causes:
        after.setdefault(cause.rule, []).append(cause)
    told: set[str] = set()
    for one in whole.subjects:
        ring = _ring(after, one.rule.id)
        if ring and not told & {cause.rule for cause in ring}:
            told |= {cause.rule for cause in ring}
            yield _finding(one, ring)


def _finding(subject: Subject, ring: Sequence[_Cause]) -> Diagnostic:
    steps = ", ".join(
        f"{cause.wait} ends where {cause.example}, which starts {cause.then!r}" for cause in ring
    )
    place = next(
        n for n, spec in enumerate(subject.rule.consequences) if isinstance(spec, StartSpec)
    )
    message = f"may go on for ever: {steps}"
    hint = "leave a gap between what starts it and what it waits for"
    return subject.finding(("then", place, "start"), "RV802", message, hint)


def _ring(after: Mapping[str, Sequence[_Cause]], start: str) -> list[_Cause]:
    """Return the shortest chain of causes from a rule back to it."""
    front: list[list[_Cause]] = [[cause] for cause in after.get(start, ())]
    seen: set[str] = set()
    while front:
        longer = []
        for chain in front:
            last = chain[-1].then
            if last == start:
                return chain
            if last not in seen:
                seen.add(last)
                longer += [[*chain, cause] for cause in after.get(last, ())]
        front = longer
    return []


def _causes(whole: Whole) -> Iterator[_Cause]:
    machines = {one.machine.id: one for one in whole.machines}
    starting = [one for one in whole.subjects if one.machines and not one.rule.shadow]
    grounds = {one.rule.id: list(_grounds(one, whole)) for one in starting}
    for one in starting:
        for ident in sorted(one.machines & machines.keys()):
            for path, wait in _proofs(machines[ident]):
                for other in starting:
                    example = _overlap(grounds[other.rule.id], wait, machines[ident], whole)
                    if example:
                        name = f"{ident}.{path}"
                        yield _Cause(one.rule.id, other.rule.id, name, example)


def _proofs(machine: MachineSubject) -> Iterator[tuple[str, Wait]]:
    """Yield the waits for a signal that come after an action."""
    states = machine.machine.states
    acted = {
        path
        for start, state in states.items()
        if isinstance(state, RunState)
        for path in routes(start, machine.edges)
    }
    for path, state in states.items():
        if isinstance(state, WaitState) and path in acted and state.wait.element == "signal":
            yield path, state.wait


def _grounds(subject: Subject, whole: Whole) -> Iterator[tuple[str, Sequence[Statement]]]:
    """Yield the signals a rule rests on, through facts, with what it asks of each alone."""
    pending, seen = [subject], {subject.rule.id}
    while pending:
        one = pending.pop()
        for pattern, group in zip(one.rule.patterns, one.patterns, strict=True):
            if pattern.kind is ElementKind.SIGNAL:
                yield pattern.type, [s for s in group if not names(s.stated.node)]
                continue
            for other in whole.subjects:
                made = {s.fact for s in other.rule.consequences if isinstance(s, AssertSpec)}
                if pattern.type in made and other.rule.id not in seen:
                    seen.add(other.rule.id)
                    pending.append(other)


def _met(
    region: Region, wait: Wait, fields: Mapping[str, Field], context: Mapping[str, Field]
) -> Iterator[Row]:
    """Yield signals of a region that were seen to end a wait, for some incident."""
    for box in region:
        for number in range(MOST_TRIES):
            row = row_of(box, "it", fields, number) | {"name": wait.name}
            around = row_of(box, "ctx", context, number)
            if wait.key is not None and wait.key[0] in row:
                around[wait.key[1]] = row[wait.key[0]]
            if wait.holds(row, around):
                yield row


def _words(region: Region, row: Row, fields: Mapping[str, Field]) -> str:
    spoken = {v.name for box in region for v in box if (v.sort, v.alias) == ("field", "it")}
    told = (f"{n} is {format_value(row[n], fields[n].type)}" for n in sorted(spoken & row.keys()))
    return ", ".join(told)


def _overlap(
    grounds: Iterable[tuple[str, Sequence[Statement]]],
    wait: Wait,
    machine: MachineSubject,
    whole: Whole,
) -> str | None:
    """Return a signal, in words, that ends a wait and is among the grounds of a rule."""
    if wait.where is None:
        return None
    fields = whole.rulebase.signal_types[wait.name].readable
    context = machine.machine.context
    typed = resolve(parse(wait.where.text), Scope(fields, {"ctx": context}), [])
    waited = truth_of(typed, {"": "it"}).true
    for name, group in grounds:
        if name != wait.name or not group:
            continue
        region = meet(waited, *(one.called({one.owner: "it"}).true for one in group))
        for row in _met(region, wait, fields, context):
            if all(one.test(row, {}) is True for one in group):
                return _words(region, row, fields)
    return None
