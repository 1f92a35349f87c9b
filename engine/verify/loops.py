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
from interlock.language.regions import Region, meet, truth_of
from interlock.language.regions.samples import MOST_TRIES, row_of
from interlock.language.values import Field, format_value
from interlock.machines.definition import RunState, Wait, WaitState
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import routes
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
        loc = (*machine.places[path], "wait", "where")
        return machine.finding(loc, "RV805", message, hint)


def standing_rules(whole: Whole) -> Iterator[Standing]:
    """Yield each wait that was seen to end while the rule that started the machine stands."""
    subjects = {one.rule.id: one for one in whole.subjects}
    for cause in _causes(whole):
        if cause.rule == cause.then:
            yield Standing(subjects[cause.rule], cause)


def loops(whole: Whole) -> Iterator[Loop]:
    """Yield each shortest ring of rules in which every end was seen to be a beginning."""
    after: dict[str, list[Cause]] = {}
    for cause in _causes(whole):
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


def _causes(whole: Whole) -> Iterator[Cause]:
    machines = {one.machine.id: one for one in whole.machines}
    starting = [one for one in whole.subjects if one.machines and not one.rule.shadow]
    grounds = {one.rule.id: list(_grounds(one, whole)) for one in starting}
    for one in starting:
        for ident in sorted(one.machines & machines.keys()):
            for path, wait in _proofs(machines[ident]):
                for other in starting:
                    found = _overlap(grounds[other.rule.id], wait, machines[ident], whole)
                    if found is not None:
                        names = one.rule.id, other.rule.id
                        yield Cause(*names, machines[ident], path, *found)


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
                yield pattern.declared, [s for s in group if not names(s.stated.node)]
                continue
            for other in whole.subjects:
                made = {s.fact for s in other.rule.consequences if isinstance(s, AssertSpec)}
                if pattern.declared in made and other.rule.id not in seen:
                    seen.add(other.rule.id)
                    pending.append(other)


def _met(
    region: Region,
    wait: Wait,
    fields: Mapping[str, Field],
    context: Mapping[str, Field],
    words: Sequence[str],
) -> Iterator[Row]:
    """Yield signals of a region that were seen to end a wait, for some incident."""
    for box in region:
        for number in range(MOST_TRIES):
            row = row_of(box, "it", fields, number, words) | {"name": wait.name}
            around = row_of(box, "ctx", context, number, words)
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
) -> tuple[tuple[Row, ...], str] | None:
    """Return signals that end a wait and are among the grounds of a rule, and one in words."""
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
        met = _met(region, wait, fields, context, sorted(whole.machinebase.inventory.targets))
        rows = tuple(row for row in met if all(one.test(row, {}) is True for one in group))
        if rows:
            return rows, _words(region, rows[0], fields)
    return None
