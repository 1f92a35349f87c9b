"""What has to come so that a rule matches: signals, facts people set, and time that passes.

A fact that rules assert is traced back to the signals of one of them; a number is that many
signals.  What is composed here is a proposal: whoever uses it plays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from interlock.engine.fold.decide import LISTEN_MS
from interlock.engine.verify.whole import Whole
from interlock.language.expression import Name, Row, Select, Template
from interlock.language.expression.check import resolve
from interlock.language.regions import (
    EVERYWHERE,
    Box,
    Region,
    Variable,
    Words,
    meet,
    only,
    truth_of,
)
from interlock.language.regions.samples import row_of
from interlock.language.regions.values import Values
from interlock.language.values import Unknown, Value
from interlock.machines.definition import RunState
from interlock.rules.draft import Stated
from interlock.rules.network import AssertSpec, ElementKind, Pattern, Produced
from interlock.rules.temporal.watches import Absence, Count, Hold, TimedPattern
from interlock.rules.verify import Subject
from interlock.rules.verify.witness import Laid, Rows, witnesses

DEEPEST: Final = 4
"""Rules that may follow from one another."""

MOST_TRIES: Final = 40
"""Elements of one rule that are tried with those of others."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A signal, or a fact a person sets, ``at`` ms from the start."""

    kind: ElementKind
    name: str
    row: Row
    at: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What lets a rule match.

    Attributes:
        subject: the rule, or one branch of it.
        rows: what each of its aliases is bound to.
        coming: what comes, by time.
        lasting_ms: how long it must last until the rule fires.
    """

    subject: Subject
    rows: Rows
    coming: tuple[Coming, ...]
    lasting_ms: int


def grounds(
    whole: Whole,
    subject: Subject,
    region: Region = EVERYWHERE,
    depth: int = 0,
    upto: int | None = None,
) -> Iterator[Ground]:
    """Yield ways to let a rule match, the plainest first.

    Args:
        whole: the bundle.
        subject: the rule.
        region: where its elements must be, besides.
        depth: how many rules follow from this one already.
        upto: how many of its patterns are wanted; None: all.
    """
    if depth > DEEPEST:
        return
    laid, seen = (Laid(subject, {}),), set[str]()
    within, listed = _within(laid, meet(subject.region, region))
    for words in _words(whole, subject):
        for rows in islice(witnesses(laid, within, [*listed, *words]), MOST_TRIES):
            if (key := repr(rows)) in seen:
                continue
            seen.add(key)
            found = _Tracing(whole, subject, rows, depth, upto).traced()
            if found is not None:
                yield found


def together(
    whole: Whole, rules: Sequence[Laid], region: Region, words: Sequence[str]
) -> Iterator[Ground]:
    """Yield ways to let several rules match at once; arguments as for ``witnesses``.

    What is yielded is a ground of the last rule, with what the others need besides.
    """
    within, listed = _within(rules, region)
    for rows in islice(witnesses(rules, within, [*listed, *words]), MOST_TRIES):
        found = []
        for one in rules:
            own = {p.alias: rows[one.called(p.alias)] for p in one.subject.rule.patterns}
            found.append(_Tracing(whole, one.subject, own, 0, None).traced())
        traced = [one for one in found if one is not None]
        if len(traced) == len(rules):
            coming: list[Coming] = []
            for each in (c for ground in traced for c in ground.coming):
                coming += [] if each in coming else [each]
            lasting = max(ground.lasting_ms for ground in traced)
            ordered = tuple(sorted(coming, key=lambda one: one.at))
            yield replace(traced[-1], coming=ordered, lasting_ms=lasting)


def _words(whole: Whole, subject: Subject) -> Iterator[Sequence[str]]:
    """Yield texts to try first: what the machines act on that a rule starts, each kind first once.

    A field takes the first that it admits, so a list holds one target of each kind.
    """
    targets = whole.machinebase.inventory.targets
    first: dict[str, str] = {}
    for name, target in sorted(targets.items()):
        first.setdefault(target.type, name)
    kinds = _kinds(whole, subject) or sorted(first)[:1]
    for kind in kinds:
        mine = [name for name, target in sorted(targets.items()) if target.type == kind][:3]
        others = [first[other] for other in kinds if other != kind and other in first]
        yield from ([one, *others] for one in mine)
    yield []


def _kinds(whole: Whole, subject: Subject) -> list[str]:
    """Return what sorts of targets the machines act on that a rule starts."""
    base = whole.machinebase
    found: dict[str, None] = {}
    for name in sorted(subject.machines & base.machines.keys()):
        for state in base.machines[name].states.values():
            action = base.actions.get(state.action) if isinstance(state, RunState) else None
            if action is not None and action.target_type is not None:
                found[action.target_type] = None
    return list(found)


def _within(rules: Sequence[Laid], region: Region) -> tuple[Region, list[str]]:
    """Return a region with what absences listen for, and that as texts: others may be joined."""
    listed = [one for laid in rules for one in _listed(laid)]
    regions = (only(field, Values(Words(frozenset({value})))) for field, value in listed)
    return meet(region, *regions), [value for _, value in listed]


def _listed(laid: Laid) -> Iterator[tuple[Variable, str]]:
    """Yield for each absence the fields and values of the first it listens for."""
    for pattern in laid.subject.rule.patterns:
        watch = pattern.watch if isinstance(pattern, TimedPattern) else None
        if isinstance(watch, Absence):
            for name, value in zip(watch.key, next(watch.slots())[1], strict=True):
                if isinstance(value, str):
                    yield Variable("field", laid.called(pattern.alias), name), value


@dataclass(frozen=True, slots=True)
class _Tracing:
    """One match of a rule, traced back to what comes from outside."""

    whole: Whole
    subject: Subject
    rows: Rows
    depth: int
    upto: int | None

    def traced(self) -> Ground | None:
        """Return what has to come; None where it was not found."""
        first = min([_moment(row) for row in self.rows.values()], default=0)
        rows, coming, lasting = dict(self.rows), list[Coming](), [0]
        for pattern in self.subject.rule.patterns[: self.upto]:
            row = rows[pattern.alias]
            at = _moment(row) - first
            watch = pattern.watch if isinstance(pattern, TimedPattern) else None
            match watch:
                case Absence():
                    lasting.append(max(watch.lasts_ms, watch.after_start_ms, LISTEN_MS))
                    continue
                case Count():
                    coming += self._counted(pattern, watch, rows, at)
                    continue
                case Hold():
                    waits = [answer.within_ms for answer in watch.answers]
                    lasting.append(max([watch.lasts_ms, *waits]))
                case _:
                    pass
            if pattern.kind is ElementKind.SIGNAL:
                coming.append(Coming(ElementKind.SIGNAL, pattern.declared, row, at))
                continue
            behind = self._fact(pattern, row)
            if behind is None:
                return None
            rows[pattern.alias], more, longer = behind
            coming += [replace(one, at=one.at + at) for one in more]
            lasting.append(longer)
        if not Laid(self.subject, {}).matches(rows):
            return None
        ordered = sorted(coming, key=lambda one: one.at)
        return Ground(self.subject, rows, tuple(ordered), max(lasting))

    def _fact(self, pattern: Pattern, row: Row) -> tuple[Row, tuple[Coming, ...], int] | None:
        """Return a fact as a rule asserts it, what that takes, and how long."""
        name, asserted = pattern.declared, False
        for subject in self.whole.subjects:
            for spec in subject.rule.consequences:
                if not isinstance(spec, AssertSpec) or spec.fact != name or subject.rule.shadow:
                    continue
                asserted = True
                wanted = _taken(self._region_of(pattern), pattern.alias, sources(spec.set))
                for ground in grounds(self.whole, subject, wanted, self.depth + 1):
                    values = {n: one.value({}, ground.rows) for n, one in spec.set.items()}
                    known = {n: v for n, v in values.items() if not isinstance(v, Unknown)}
                    fact = {**row, **known}
                    if self._fits(pattern, fact):
                        return fact, ground.coming, ground.lasting_ms
        if asserted:
            return None
        return row, (Coming(ElementKind.FACT, name, row, 0),), 0

    def _region_of(self, pattern: Pattern) -> Region:
        place = [one.alias for one in self.subject.rule.patterns].index(pattern.alias)
        return meet(*(one.truth.true for one in self.subject.patterns[place]))

    def _fits(self, pattern: Pattern, fact: Row) -> bool:
        """Return whether a fact goes with what else is bound, as far as that comes before."""
        rows = {**self.rows, pattern.alias: fact}
        place = [one.alias for one in self.subject.rule.patterns].index(pattern.alias)
        group = self.subject.patterns[place]
        return all(one.test(fact, rows) is True for one in group)

    def _counted(self, pattern: Pattern, watch: Count, rows: Rows, at: int) -> Iterator[Coming]:
        """Yield so many signals that count."""
        declared = self.whole.rulebase.signal_types[watch.subject]
        stated = self.subject.written.conditions.counted[pattern.alias]
        region = meet(*(inner_truth(one) for one in stated))
        number = rows[pattern.alias].get("count", 1)
        joined = {
            join.field: rows[join.alias][join.other]
            for join in pattern.joins
            if join.alias in rows and join.other in rows[join.alias]
        }
        box: Box = region[0] if region else {}
        words = [value for value in joined.values() if isinstance(value, str)]
        plain = row_of(box, "", declared.readable, 0, words)
        others = [name for name in declared.key if name not in joined]
        varied = watch.distinct or (others[0] if others else None)
        for place in range(number if isinstance(number, int) else 1):
            row: dict[str, Value] = {**plain, **joined, "name": watch.subject, "status": "firing"}
            if varied is not None and isinstance(row.get(varied), str):
                row[varied] = f"{row[varied]}-{place + 1}"
            elif varied is not None and isinstance(row.get(varied), int):
                row[varied] = place
            yield Coming(ElementKind.SIGNAL, watch.subject, row, at)


def inner_truth(stated: Stated) -> Region:
    """Return where a conjunct that reads a signal by bare name is true."""
    return truth_of(resolve(stated.node, stated.scope)).true


def sources(produced: Mapping[str, Produced]) -> dict[str, tuple[str, str]]:
    """Return from which (alias, field) each value is taken as it stands."""
    found = {}
    for name, one in produced.items():
        match Template(one.text).parts:
            case (Select(operand=Name(name=alias), field=field),):
                found[name] = alias, field
            case _:
                continue
    return found


def _taken(region: Region, alias: str, taken: Mapping[str, tuple[str, str]]) -> Region:
    """Return what a region says of one alias, in terms of what its fields are taken from."""
    return tuple(
        renamed_box(box, {(alias, name): one for name, one in taken.items()}) for box in region
    )


def renamed_box(box: Box, names: Mapping[tuple[str, str], tuple[str, str]]) -> Box:
    """Return what a box says of some fields under their other names; the rest is left out."""
    found = {}
    for variable, values in box.items():
        other = names.get((variable.alias, variable.name))
        if variable.sort == "field" and other is not None:
            found[Variable("field", *other)] = values
    return found


def _moment(row: Row) -> int:
    at = row.get("at", 0)
    return at if isinstance(at, int) else 0
