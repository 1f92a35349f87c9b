"""RV802, RV805: rules and machines that keep each other going, and ends that are none.

A machine that acts and then waits for a signal says what its action does to that signal.  Where
the signal it waits for makes another rule start a machine, the end of one incident is the
beginning of the next, and round it may go.  Where its own rule still stands then, the incident
is over and the trouble is not; nothing starts again as long as the rule stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Row, Scope, names, parse
from interlock.language.expression.check import resolve
from interlock.language.regions import NOWHERE, Region, meet, truth_of
from interlock.language.regions.samples import MOST_TRIES, row_of
from interlock.language.values import Field, format_value
from interlock.machines.definition import RunState, WaitState
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import routes
from interlock.machines.wait import Wait
from interlock.rules.network import AssertSpec, ElementKind, StartSpec
from interlock.rules.verify import Subject
from interlock.rules.verify.subject import Statement


@dataclass(frozen=True)
class Cause:
    """Signals that end the wait of a machine of one rule and let another rule begin.

    Attributes:
        rule, then: the rules' ids.
        machine: the machine that waits.
        path: the state it waits in.
        rows: the signals; each was seen to do both.
        example: the first of them, in words.
    """

    rule: str
    then: str
    machine: MachineSubject
    path: str
    rows: tuple[Row, ...]
    example: str


@dataclass(frozen=True)
class Loop:
    """A ring of causes, seen from the first rule in it."""

    subject: Subject
    ring: tuple[Cause, ...]

    def finding(self) -> Diagnostic:
        """Return it where the first rule starts its machine."""
        steps = ", ".join(
            f"{one.machine.machine.id}.{one.path} ends where {one.example},"
            f" which starts {one.then!r}"
            for one in self.ring
        )
        rule = self.subject.rule
        place = next(n for n, s in enumerate(rule.consequences) if isinstance(s, StartSpec))
        message = f"may go on for ever: {steps}"
        hint = "leave a gap between what starts it and what it waits for"
        return self.subject.finding(("then", place, "start"), "RV802", message, hint)


@dataclass(frozen=True)
class Standing:
    """A machine whose wait ends while the rule that started it stands."""

    subject: Subject
    cause: Cause

    def finding(self) -> Diagnostic:
        """Return it where the machine waits."""
        machine, path = self.cause.machine, self.cause.path
        message = f"ends where {self.cause.example}, and {self.cause.rule!r} stands there"
        hint = "leave a gap between what starts it and what it waits for"
        loc = (*machine.whole[path][1], "wait", "where")
        return machine.finding(loc, "RV805", message, hint)


def standing_rules(whole: Whole, causes: Iterable[Cause]) -> Iterator[Standing]:
    """Yield each wait that was seen to end while the rule that started the machine stands."""
    subjects = {one.rule.id: one for one in whole.subjects}
    for cause in causes:
        if cause.rule == cause.then:
            yield Standing(subjects[cause.rule], cause)


def loops(whole: Whole, causes: Iterable[Cause]) -> Iterator[Loop]:
    """Yield each shortest ring of rules in which every end was seen to be a beginning."""
    after: dict[str, list[Cause]] = {}
    for cause in causes:
        if cause.rule == cause.then:
            continue  # what stands does not begin again
        after.setdefault(cause.rule, []).append(cause)
    told: set[str] = set()
    for one in whole.subjects:
        ring = _ring(after, one.rule.id)
        if ring and not told & {cause.rule for cause in ring}:
            told |= {cause.rule for cause in ring}
            yield Loop(one, tuple(ring))


def _ring(after: Mapping[str, Sequence[Cause]], start: str) -> list[Cause]:
    """Return the shortest chain of causes from a rule back to it."""
    front: list[list[Cause]] = [[cause] for cause in after.get(start, ())]
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


def find_causes(whole: Whole) -> list[Cause]:
    """Return every end of a wait that was seen to be among the grounds of a rule."""
    machines = {one.machine.id: one for one in whole.machines}
    starting = [one for one in whole.subjects if one.machines and not one.rule.shadow]
    grounds = {one: [_Ground.of(*ground) for ground in _grounds(one, whole)] for one in starting}
    ends = {
        ident: [
            (path, other.rule.id, found)
            for path, wait in _proofs(machine)
            for other, found in _begun(grounds, _Waited.of(wait, machine, whole))
        ]
        for ident, machine in machines.items()
    }
    return [
        Cause(one.rule.id, other, machines[ident], path, *found)
        for one in starting
        for ident in sorted(one.machines & machines.keys())
        for path, other, found in ends[ident]
    ]


_Met = tuple[tuple[Row, ...], str]
"""Signals that end a wait and are among the grounds of a rule, and the first in words."""


@dataclass(frozen=True)
class _Ground:
    """What a rule asks of one kind of signal alone."""

    name: str
    group: Sequence[Statement]
    region: Region

    @classmethod
    def of(cls, name: str, group: Sequence[Statement]) -> _Ground:
        return cls(name, group, meet(*(one.called({one.owner: "it"}).true for one in group)))


@dataclass(frozen=True)
class _Waited:
    """What a machine waits for, and which signals those may be."""

    wait: Wait
    fields: Mapping[str, Field]
    context: Mapping[str, Field]
    region: Region
    words: Sequence[str]

    @classmethod
    def of(cls, wait: Wait, machine: MachineSubject, whole: Whole) -> _Waited:
        fields = whole.rulebase.signal_types[wait.name].readable
        context, region = machine.machine.context, NOWHERE
        if wait.where is not None:
            typed = resolve(parse(wait.where.text), Scope(fields, {"ctx": context}), [])
            region = truth_of(typed, {"": "it"}).true
        return cls(wait, fields, context, region, sorted(whole.machinebase.inventory.targets))


def _begun(
    grounds: Mapping[Subject, Sequence[_Ground]], waited: _Waited
) -> Iterator[tuple[Subject, _Met]]:
    """Yield the rules that were seen to begin where a wait ends."""
    for subject, known in grounds.items():
        found = next(filter(None, (_overlap(one, waited) for one in known)), None)
        if found is not None:
            yield subject, found


def _proofs(machine: MachineSubject) -> Iterator[tuple[str, Wait]]:
    """Yield the waits for a signal that come after an action, those of branches among them."""
    acted = {
        path
        for start, (state, _) in machine.whole.items()
        if isinstance(state, RunState)
        for path in routes(start, machine.walk)
    }
    for path, (state, _) in machine.whole.items():
        if isinstance(state, WaitState) and path in acted and state.wait.element == "signal":
            yield path, state.wait


def _grounds(subject: Subject, whole: Whole) -> Iterator[tuple[str, Sequence[Statement]]]:
    """Yield the signals a rule rests on, through facts, with what it asks of each alone."""
    pending, seen = [subject], {subject.rule.id}
    while pending:
        one = pending.pop()
        for pattern, group in zip(one.rule.patterns, one.patterns, strict=True):
            if not one.binds_element(pattern):
                continue
            if pattern.kind is ElementKind.SIGNAL:
                yield pattern.declared, [s for s in group if not names(s.stated.node)]
                continue
            for other in whole.subjects:
                made = {s.fact for s in other.rule.consequences if isinstance(s, AssertSpec)}
                if pattern.declared in made and other.rule.id not in seen:
                    seen.add(other.rule.id)
                    pending.append(other)


def _overlap(ground: _Ground, waited: _Waited) -> _Met | None:
    if ground.name != waited.wait.name or not ground.group:
        return None
    region = meet(waited.region, ground.region)
    rows = tuple(
        row
        for row in _met(region, waited)
        if all(one.test(row, {}) is True for one in ground.group)
    )
    return (rows, _words(region, rows[0], waited.fields)) if rows else None


def _met(region: Region, waited: _Waited) -> Iterator[Row]:
    """Yield signals of a region that were seen to end a wait, for some incident."""
    wait = waited.wait
    for box in region:
        for number in range(MOST_TRIES):
            row = row_of(box, "it", waited.fields, number, waited.words) | {"name": wait.name}
            around = row_of(box, "ctx", waited.context, number, waited.words)
            if wait.key is not None and wait.key[0] in row:
                around[wait.key[1]] = row[wait.key[0]]
            if wait.holds(row, around):
                yield row


def _words(region: Region, row: Row, fields: Mapping[str, Field]) -> str:
    spoken = {v.name for box in region for v in box if (v.sort, v.alias) == ("field", "it")}
    told = (f"{n} is {format_value(row[n], fields[n].type)}" for n in sorted(spoken & row.keys()))
    return ", ".join(told)
