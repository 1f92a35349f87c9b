"""How a rule base is looked up and joined: made once when it is loaded, never changed.

Equal patterns of different rules share one `Alpha`.  For every place where a new element can
complete a rule there is a `Plan`: the order in which the other patterns are bound, each through
a hash index on the fields it is joined by.  `matcher` runs the plans.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from interlock.language.values import Unknown, Value
from interlock.rules.elements import Element
from interlock.rules.network import Comparison, Join, Operator, Pattern, Predicate, Residual, Rule

Bound: TypeAlias = Sequence[Element]
"""A partial match: one place for each pattern and a last one for a negated element; places
not bound yet hold `interlock.rules.elements.UNBOUND`."""

Fields: TypeAlias = tuple[str, ...]

NEGATED: Final = "not"
"""What reports call a negation, which has no alias."""

ORDERINGS: Mapping[Operator, Callable[[Value, Value], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """A test over several bound elements; ``owner`` is the place of the pattern it stands in."""

    owner: int
    alias: str
    text: str
    holds: Callable[[Bound], Value | Unknown]


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """Bind one more pattern.

    Attributes:
        place: the pattern's place.
        alpha: number of its alpha.
        index: the own fields of the hash index to look into; empty: scan all.
        probe: where each value of the index key is read, as (place, field).
        checks: the tests that can be made once this pattern is bound.
    """

    place: int
    alpha: int
    index: Fields
    probe: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """How to complete a rule from one element at ``start``."""

    rule: Rule
    start: int
    steps: tuple[Step, ...]

    @property
    def revives(self) -> bool:
        """Whether it starts at a negated element that has gone, not at a pattern."""
        return self.start == len(self.rule.patterns)


@dataclass(frozen=True, eq=False, slots=True)
class Blocker:
    """One negation of a rule: what looks for elements that forbid a match.

    Attributes:
        rule: whose negation it is.
        number: which of the rule's negations, from 0.
        alpha: number of the negated pattern's alpha.
        index: its own fields that are joined by equality; empty: every element is a candidate.
        probe: where the other side of each equality is read, as (place, field).
        checks: the other tests; a candidate forbids the match unless one is false.
        revival: the plan that finds what an element forbade when it has gone.
    """

    rule: Rule
    number: int
    alpha: int
    index: Fields
    probe: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]
    revival: Plan


@dataclass(frozen=True, eq=False, slots=True)
class Alpha:
    """The tests one element must pass alone, shared by all patterns that make them.

    Attributes:
        number: its place among all alphas.
        type: the declared name it looks at.
        comparisons, predicates: the tests.
        lenient: it stands in a negation, where a test that cannot be decided forbids.
        scanned: whether something looks at all its elements, without an index.
        indexes: the hash indexes its memory keeps.
        plans: what a new element here may complete.
        blockers: what an element here may forbid.
    """

    number: int
    type: str
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    lenient: bool
    scanned: bool
    indexes: tuple[Fields, ...]
    plans: tuple[Plan, ...]
    blockers: tuple[Blocker, ...]

    @property
    def readers(self) -> list[tuple[Rule, str]]:
        """The rules that make these tests, with the alias of the pattern they stand in."""
        patterns = [(plan.rule, plan.rule.patterns[plan.start].alias) for plan in self.plans]
        return patterns + [(blocker.rule, NEGATED) for blocker in self.blockers]


class _Draft:
    """An alpha while its users are collected."""

    def __init__(self, number: int, pattern: Pattern, lenient: bool) -> None:  # noqa: FBT001
        self.number = number
        self.pattern = pattern
        self.lenient = lenient
        self.scanned = False
        self.indexes: set[Fields] = set()
        self.plans: list[Plan] = []
        self.blockers: list[Blocker] = []

    def look_up(self, fields: Fields) -> None:
        """Prepare to be looked up by these fields, or by none."""
        if fields:
            self.indexes.add(fields)
        else:
            self.scanned = True

    def finished(self) -> Alpha:
        return Alpha(
            self.number,
            self.pattern.type,
            self.pattern.comparisons,
            self.pattern.predicates,
            self.lenient,
            self.scanned,
            tuple(sorted(self.indexes)),
            tuple(self.plans),
            tuple(self.blockers),
        )


class Planner:
    """Collects the rules' patterns into shared alphas and plans their joins."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[object, ...], _Draft] = {}
        self._by_number: list[_Draft] = []

    def add(self, rule: Rule, linking_fields: Sequence[str] = ()) -> None:
        """Plan one rule; rules are added in order of their ids.

        Args:
            rule: the rule.
            linking_fields: a field of each pattern that is to be indexed on its own, or none.
        """
        drafts = [self._draft(pattern, lenient=False) for pattern in rule.patterns]
        joins = _Joins(rule, [draft.number for draft in drafts])
        for place, draft in enumerate(drafts):
            draft.plans.append(self._noted(joins.plan(place)))
        for place, draft in enumerate(drafts if len(drafts) > 1 else ()):
            draft.look_up((linking_fields[place],) if linking_fields else ())
        for number, pattern in enumerate(rule.negations):
            negated = self._draft(pattern, lenient=True)
            blocker = joins.blocker(number, negated.number)
            negated.blockers.append(blocker)
            negated.look_up(blocker.index)
            self._noted(blocker.revival)

    def finished(self) -> tuple[Alpha, ...]:
        """Return the alphas by number."""
        return tuple(draft.finished() for draft in self._by_number)

    def _draft(self, pattern: Pattern, *, lenient: bool) -> _Draft:
        key = (lenient, *pattern.alpha_key)
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = _Draft(len(self._by_number), pattern, lenient)
            self._by_number.append(draft)
        return draft

    def _noted(self, plan: Plan) -> Plan:
        for step in plan.steps:
            self._by_number[step.alpha].look_up(step.index)
        return plan


class _Joins:
    """The joins of one rule, seen from any of its patterns."""

    def __init__(self, rule: Rule, alphas: Sequence[int]) -> None:
        self._rule = rule
        self._alphas = alphas
        self._places = {pattern.alias: place for place, pattern in enumerate(rule.patterns)}
        self._equalities = [
            edge for place, p in enumerate(rule.patterns) for edge in self._edges(place, p)
        ]
        self._checks = [
            found for place, p in enumerate(rule.patterns) for found in self._tests(place, p)
        ]

    def plan(self, start: int) -> Plan:
        """Return the plan from the pattern at ``start``."""
        return Plan(self._rule, start, tuple(self._steps(start, self._equalities)))

    def blocker(self, number: int, alpha: int) -> Blocker:
        """Return what one negation needs to look for its elements, and to revive matches."""
        pattern, last = self._rule.negations[number], len(self._rule.patterns)
        edges = sorted(self._edges(last, pattern))
        return Blocker(
            rule=self._rule,
            number=number,
            alpha=alpha,
            index=tuple(field for _, field, _, _ in edges),
            probe=tuple((place, other) for _, _, place, other in edges),
            checks=tuple(check for check, _ in self._tests(last, pattern)),
            revival=Plan(self._rule, last, tuple(self._steps(last, [*self._equalities, *edges]))),
        )

    def _edges(self, place: int, pattern: Pattern) -> list[tuple[int, str, int, str]]:
        return [
            (place, join.field, self._places[join.alias], join.other)
            for join in pattern.joins
            if join.operator is Operator.EQ
        ]

    def _tests(self, place: int, pattern: Pattern) -> Iterator[tuple[Check, frozenset[int]]]:
        alias = pattern.alias or NEGATED
        for join in pattern.joins:
            if join.operator is not Operator.EQ:
                other = self._places[join.alias]
                yield _comparing(place, alias, join, other), frozenset({place, other})
        for residual in pattern.residuals:
            places = {alias: self._places[alias] for alias in residual.aliases}
            check = _asking(place, alias, residual, places)
            yield check, frozenset({place, *places.values()})

    def _steps(self, start: int, edges: Sequence[tuple[int, str, int, str]]) -> Iterator[Step]:
        done = {start}
        while waiting := set(self._places.values()) - done:
            links = {place: sorted(_links(place, done, edges)) for place in waiting}
            place = min(waiting, key=lambda p: (-len(links[p]), p))
            before = frozenset(done)
            done.add(place)
            yield Step(
                place=place,
                alpha=self._alphas[place],
                index=tuple(own for own, _, _ in links[place]),
                probe=tuple((other, field) for _, other, field in links[place]),
                checks=tuple(
                    check
                    for check, places in self._checks
                    if places <= done and not places <= before
                ),
            )


def _links(
    place: int, done: set[int], edges: Sequence[tuple[int, str, int, str]]
) -> Iterator[tuple[str, int, str]]:
    """Yield (own field, bound place, its field) for each equality between place and done."""
    for here, field, there, other in edges:
        if here == place and there in done:
            yield field, there, other
        elif there == place and here in done:
            yield other, here, field


def _comparing(place: int, alias: str, join: Join, other: int) -> Check:
    compare, own, theirs = ORDERINGS[join.operator], join.field, join.other

    def holds(bound: Bound) -> bool:
        return compare(bound[place].row[own], bound[other].row[theirs])

    return Check(place, alias, join.text, holds)


def _asking(place: int, alias: str, residual: Residual, places: Mapping[str, int]) -> Check:
    test, others = residual.test, tuple(places.items())

    def holds(bound: Bound) -> Value | Unknown:
        return test(bound[place].row, {name: bound[at].row for name, at in others})

    return Check(place, alias, residual.text, holds)
