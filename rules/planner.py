"""Makes the plans of a rule base, once: what its patterns share and how they are joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.language.values import Unknown, Value
from interlock.rules.network import ORDERINGS, Join, Operator, Pattern, Residual, Rule
from interlock.rules.plan import (
    NEGATED,
    Alpha,
    Blocker,
    Bound,
    Check,
    Fields,
    Plan,
    Step,
)
from interlock.rules.temporal.watches import Absence, Count, Hold, TimedPattern, Watch


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
        self.watches: dict[str, Watch] = {}
        self.awaited: dict[tuple[str, int], Hold] = {}
        self.watchers: list[tuple[Rule, str]] = []

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
            tuple(one for one in self.watches.values() if isinstance(one, Hold)),
            tuple(one for one in self.watches.values() if isinstance(one, Count)),
            tuple(one for one in self.watches.values() if isinstance(one, Absence)),
            tuple((watch, number) for (_, number), watch in self.awaited.items()),
            tuple(self.watchers),
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
        for pattern in rule.patterns:
            if isinstance(pattern, TimedPattern):
                is_missed = isinstance(pattern.watch, Absence)
                watched = self._draft(pattern.watch.sample, lenient=is_missed)
                watched.watches[pattern.watch.name] = pattern.watch
                watched.watchers.append((rule, pattern.alias))
                self._await(rule, pattern.watch)
        for number, pattern in enumerate(rule.negations):
            negated = self._draft(pattern, lenient=True)
            blocker = joins.blocker(number, negated.number)
            negated.blockers.append(blocker)
            negated.look_up(blocker.index)
            self._noted(blocker.revival)

    def _await(self, rule: Rule, watch: Watch) -> None:
        """Watch what may answer a run in time."""
        if not isinstance(watch, Hold):
            return
        for number, answer in enumerate(watch.answers):
            awaited = self._draft(answer.pattern, lenient=True)
            awaited.awaited[watch.name, number] = watch
            awaited.watchers.append((rule, NEGATED))
            awaited.look_up(answer.index)

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
        steps = tuple(self._steps(start, self._equalities))
        return Plan(self._rule, start, steps, mixes=mixes(self._rule))

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
            revival=Plan(
                self._rule,
                last,
                tuple(self._steps(last, [*self._equalities, *edges])),
                mixes=mixes(self._rule),
            ),
            mixes=pattern.type in _held(self._rule),
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


def mixes(rule: Rule) -> bool:
    """Return whether an element and one that stands for it could meet two of the patterns."""
    about = [pattern.declared for pattern in rule.patterns]
    return any(about.count(name) > 1 for name in _held(rule))


def _held(rule: Rule) -> set[str]:
    timed = (p for p in rule.patterns if isinstance(p, TimedPattern))
    return {p.declared for p in timed if isinstance(p.watch, Hold)}


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
