"""How near a rule came to fire: its conditions one by one, with the values each test saw.

Elements are bound pattern by pattern, as the matcher does, but what fails a test is kept and
told instead of dropped.  Of all ways to bind them the nearest is the one that misses the fewest
conditions, then the fewest tests; of equals the one with the newest elements.

Guarantees: a test is made by the very function the matcher calls; what is unknown is told as
unknown; when there was too much to look at the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from interlock.language import expression
from interlock.language.values import (
    INT,
    TIMESTAMP,
    UNKNOWN,
    Field,
    Unknown,
    Value,
    format_duration,
    format_value,
)
from interlock.rules.elements import Element
from interlock.rules.network import (
    ORDERINGS,
    Comparison,
    ElementKind,
    Join,
    Operator,
    Pattern,
    Rule,
)
from interlock.rules.rulebase import RuleBase
from interlock.rules.temporal.watches import COUNT, SINCE, Absence, Count, Hold, TimedPattern

MOST_CANDIDATES: Final = 2_000
"""Elements looked at for one condition, newest first."""

MOST_KEPT: Final = 256
"""Ways to bind a rule's first conditions that are followed further, nearest first."""


class Verdict(StrEnum):
    """What became of a test or of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    OPEN = "open"
    """Not made: something it reads is bound to nothing."""


@dataclass(frozen=True, slots=True)
class ConjunctMade:
    """One conjunct and what it saw.

    Attributes:
        text: the conjunct as printed.
        verdict: how it ended.
        seen: what it read, by name, as people read it; a missing field is not there.
    """

    text: str
    verdict: Verdict
    seen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConditionMade:
    """One condition and the element that came nearest to it.

    Attributes:
        kind: signal or fact.
        type: the declared name.
        alias: what it is bound to; empty for a negation.
        negated: whether the element must not exist.
        verdict: whether the condition holds; `UNKNOWN` holds neither.
        element: the nearest one, or of a negation the one that forbids; None when there is none.
        tests: the conjuncts, made on that element.
        candidates: how many elements of that name there are.
        absent: whether it is an absence; then ``element`` stands for the silence of a value, and
            its position is that of the signal last heard, 0 where there was none.
    """

    kind: ElementKind
    type: str
    alias: str
    negated: bool
    verdict: Verdict
    element: Element | None
    tests: tuple[ConjunctMade, ...]
    candidates: int
    absent: bool = False


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The nearest a rule came.

    Attributes:
        rule: the rule; of one with ``any`` the branch that came nearest.
        conditions: its patterns in written order, then its negations.
        is_complete: whether everything was looked at.
    """

    rule: Rule
    conditions: tuple[ConditionMade, ...]
    is_complete: bool

    @property
    def missed(self) -> int:
        """How many conditions do not hold; 0: all of them do."""
        return sum(one.verdict is not Verdict.TRUE for one in self.conditions)

    @property
    def elements(self) -> tuple[Element, ...]:
        """What the patterns are bound to, in written order, as far as they are."""
        positive = (one for one in self.conditions if not one.negated)
        return tuple(one.element for one in positive if one.element is not None)


Live: TypeAlias = Callable[[str], Sequence[Element]]
"""The elements of a declared name, whether or not they pass any test; of the name of a watch
what it derives, of an absence also what has not lasted long enough."""

_Bound: TypeAlias = Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to bind the patterns so far."""

    bound: _Bound
    made: tuple[ConditionMade, ...] = ()

    @property
    def distance(self) -> tuple[object, ...]:
        """The smallest is the nearest, and of equals the newest."""
        failed = [t for one in self.made for t in one.tests if t.verdict is Verdict.FALSE]
        open_ = [t for one in self.made for t in one.tests if t.verdict is not Verdict.TRUE]
        missed = sum(one.verdict is not Verdict.TRUE for one in self.made)
        absent = sum(one.element is None for one in self.made if not one.negated)
        newest = [(-e.position, -e.number) for e in self.bound.values()]
        return missed, absent, len(failed), len(open_), newest


def near_miss(
    rulebase: RuleBase, rule: Rule, live: Live, *, wanted: Mapping[str, str] | None = None
) -> NearMiss:
    """Return how near a rule comes with the elements that are live.

    Args:
        rulebase: where the rule and its types are declared.
        rule: the rule, or any of its branches.
        live: the elements of a name; read once for each condition.
        wanted: only elements bound whose fields of these names read so; elements without such a
            field are not concerned.
    """
    asking = _Asking(rulebase, live, wanted or {})
    branches = [one for one in rulebase.productions.values() if one.id == rule.id]
    nearest = [(asking.best(branch), branch) for branch in branches]
    best, branch = min(nearest, key=lambda found: found[0].distance)
    return NearMiss(branch, best.made, asking.is_complete)


class _Asking:
    """One question to a rule."""

    def __init__(self, rulebase: RuleBase, live: Live, wanted: Mapping[str, str]) -> None:
        self._types: dict[str, Mapping[str, Field]] = {
            name: declared.readable
            for types in (rulebase.signal_types, rulebase.fact_types)
            for name, declared in types.items()
        }
        told = {SINCE: Field(TIMESTAMP), COUNT: Field(INT)}
        self._types |= {
            name: {**self._types[watch.subject], **told} for name, watch in rulebase.watches.items()
        }
        self._live = live
        self._wanted = wanted
        self.is_complete = True

    def best(self, production: Rule) -> _Way:
        """Return the nearest way to bind one branch of a rule."""
        ways = [_Way({})]
        for pattern in production.patterns:
            ways = self.nearest(w for before in ways for w in self.extended(before, pattern))
        for pattern in production.negations:
            ways = [self.forbidden(way, pattern) for way in ways]
        return min(ways, key=lambda way: way.distance)

    def nearest(self, ways: Iterable[_Way]) -> list[_Way]:
        """Return the ways to follow further."""
        found = sorted(ways, key=lambda way: way.distance)
        self.is_complete &= len(found) <= MOST_KEPT
        return found[:MOST_KEPT]

    def extended(self, way: _Way, pattern: Pattern) -> Iterable[_Way]:
        """Yield the ways to bind one more pattern; one that binds nothing when there is none."""
        everything = self._candidates(pattern)
        taken = _origins(way)
        mine = [e for e in everything if e.origin.id not in taken and self._is_wanted(e)]
        self.is_complete &= len(mine) <= MOST_CANDIDATES
        if not mine:
            blank = self._made(pattern, way.bound, None, len(everything))
            yield _Way(way.bound, (*way.made, blank))
        for element in mine[-MOST_CANDIDATES:]:
            made = self._made(pattern, way.bound, element, len(everything))
            yield _Way({**way.bound, pattern.alias: element}, (*way.made, made))

    def _candidates(self, pattern: Pattern) -> Sequence[Element]:
        """Return what may meet a pattern; of what must last, samples that do not yet, too."""
        everything = self._live(pattern.declared)
        if not isinstance(pattern, TimedPattern):
            return everything
        lasting = self._live(pattern.type)
        if not isinstance(pattern.watch, Hold):
            return lasting
        stems = {element.origin.id for element in lasting}
        return [*(e for e in everything if e.id not in stems), *lasting]

    def forbidden(self, way: _Way, pattern: Pattern) -> _Way:
        """Return a way with what a negation says of it."""
        everything = self._live(pattern.type)
        taken = _origins(way)
        made = [
            self._made(pattern, way.bound, element, len(everything))
            for element in everything
            if element.origin.id not in taken
        ]
        forbidding = [one for one in made if one.verdict is not Verdict.FALSE]
        # What certainly forbids is told before what only may.
        forbidding.sort(key=lambda one: one.verdict is not Verdict.TRUE)
        if forbidding:
            worst = forbidding[0]
            certain = worst.verdict is Verdict.TRUE
            said = replace(worst, verdict=Verdict.FALSE if certain else worst.verdict)
        else:
            blank = self._made(pattern, way.bound, None, len(everything))
            said = replace(blank, verdict=Verdict.TRUE)
        return _Way(way.bound, (*way.made, replace(said, negated=True)))

    def _is_wanted(self, element: Element) -> bool:
        row, fields = element.row, self._types[element.type]
        return all(
            name not in row or format_value(row[name], fields[name].type) == text
            for name, text in self._wanted.items()
        )

    def _made(
        self, pattern: Pattern, bound: _Bound, element: Element | None, candidates: int
    ) -> ConditionMade:
        """Return a pattern with its tests made on one element; on none when there is none."""
        tests = () if element is None else tuple(self._tests(pattern, bound, element))
        verdict = Verdict.FALSE if element is None else _together(tests)
        return ConditionMade(
            kind=pattern.kind,
            type=pattern.declared,
            alias=pattern.alias,
            negated=False,
            verdict=verdict,
            element=element,
            tests=tests,
            candidates=candidates,
            absent=isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Absence),
        )

    def _tests(self, pattern: Pattern, bound: _Bound, element: Element) -> Iterable[ConjunctMade]:
        for compared in pattern.comparisons:
            yield self._told(compared.text, bound, element, _compared(compared, element))
        for predicate in pattern.predicates:
            yield self._told(predicate.text, bound, element, predicate.test(element.row, {}))
        for join in pattern.joins:
            other = bound.get(join.alias)
            verdict = None if other is None else _joined(join, element, other)
            yield self._told(join.text, bound, element, verdict)
        for residual in pattern.residuals:
            if all(alias in bound for alias in residual.aliases):
                others = {alias: bound[alias].row for alias in residual.aliases}
                yield self._told(residual.text, bound, element, residual.test(element.row, others))
            else:
                yield self._told(residual.text, bound, element, None)
        if isinstance(pattern, TimedPattern) and not isinstance(pattern.watch, Count):
            yield _lasted(pattern.watch, element)

    def _told(
        self, text: str, bound: _Bound, element: Element, verdict: Value | Unknown | None
    ) -> ConjunctMade:
        seen: dict[str, str] = {}
        for alias, name in sorted(expression.reads(expression.parse(text))):
            read = bound.get(alias) if alias else element
            if read is not None and name in read.row:
                said = format_value(read.row[name], self._types[read.type][name].type)
                seen[f"{alias}.{name}" if alias else name] = said
        return ConjunctMade(text, _verdict(verdict), seen)


def _origins(way: _Way) -> set[str]:
    """Return the ids of what is bound: an element and one that stands for it are never both."""
    return {element.origin.id for element in way.bound.values()}


def _lasted(watch: Hold | Absence, element: Element) -> ConjunctMade:
    if isinstance(watch, Absence):
        word, is_long = "absent for", element.expiry is None
    else:
        word = "without an answer for" if watch.answers else "for"
        is_long = element.type == watch.name
    told = {SINCE: element.row.get(SINCE), "due": element.expiry if SINCE in element.row else None}
    seen = {name: format_value(at, TIMESTAMP) for name, at in told.items() if at is not None}
    return ConjunctMade(f"{word} {format_duration(watch.lasts_ms)}", _verdict(is_long), seen)


def _compared(test: Comparison, element: Element) -> Value | Unknown:
    value = element.row.get(test.field)
    if value is None:
        return UNKNOWN
    if test.operator is Operator.IN:
        return isinstance(test.constant, tuple) and value in test.constant
    return ORDERINGS[test.operator](value, test.constant)


def _joined(join: Join, element: Element, other: Element) -> Value | Unknown:
    mine, theirs = element.row.get(join.field), other.row.get(join.other)
    if mine is None or theirs is None:
        return UNKNOWN
    return ORDERINGS[join.operator](mine, theirs)


def _verdict(value: Value | Unknown | None) -> Verdict:
    if value is None:
        return Verdict.OPEN
    if value is UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.TRUE if value is True else Verdict.FALSE


def _together(tests: Sequence[ConjunctMade]) -> Verdict:
    """Return what tests say together: one that fails decides, then one that cannot be told."""
    found = {test.verdict for test in tests}
    for worst in (Verdict.FALSE, Verdict.UNKNOWN, Verdict.OPEN):
        if worst in found:
            return worst
    return Verdict.TRUE
