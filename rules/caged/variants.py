"""Turns a rule so that the new element comes first, and says it in the engine's terms.

An evaluation asks only for matches that contain its focus.  So a rule of three patterns becomes
three variants, one for each pattern the focus may meet: that pattern first, then the others in an
order in which each is joined, where possible, to one that stands before it.  The joins are the
rule's own, read from the other side where the order demands it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.errors import InvariantBroken
from interlock.language.values import Kind, Type, Value
from interlock.rules import network
from interlock.rules.caged import ruleset
from interlock.rules.caged.columns import ColumnsOfType, is_native, text_of
from interlock.rules.caged.ruleset import Comparison, ConstantTest, JoinTest
from interlock.rules.caged.vocabulary import FIRST_KIND
from interlock.rules.network import Operator

_COMPARISONS: Final = {
    Operator.EQ: Comparison.EQUAL,
    Operator.NE: Comparison.UNEQUAL,
    Operator.LT: Comparison.LESS,
    Operator.LE: Comparison.AT_MOST,
    Operator.GT: Comparison.MORE,
    Operator.GE: Comparison.AT_LEAST,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A rule with one of its patterns in front.

    Attributes:
        rule: the rule.
        order: places of the rule's patterns, in the order the engine meets them.
    """

    rule: network.Rule
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """``field operator other``, the field of the pattern at ``left``, the other's at ``right``."""

    left: int
    right: int
    join: network.Join


def edges(rule: network.Rule) -> Iterator[Edge]:
    """Yield the joins of a rule between the places of its patterns."""
    places = {pattern.alias: place for place, pattern in enumerate(rule.patterns)}
    for place, pattern in enumerate(rule.patterns):
        for join in pattern.joins:
            yield Edge(place, places[join.alias], join)


def variants(rule: network.Rule) -> list[Variant]:
    """Return the variants of a rule, one for each of its patterns."""
    return [Variant(rule, _order(rule, first)) for first in range(len(rule.patterns))]


def _order(rule: network.Rule, first: int) -> tuple[int, ...]:
    equalities = [
        edge for edge in edges(rule) if edge.join.operator is Operator.EQ and is_native(edge.join)
    ]
    order, rest = [first], [place for place in range(len(rule.patterns)) if place != first]
    while rest:
        tied = [
            sum({edge.left, edge.right} <= {place, *order} for edge in equalities) for place in rest
        ]
        order.append(rest.pop(tied.index(max(tied))))
    return tuple(order)


class Writer:
    """Writes variants for the engine; finds the columns and the words on the way."""

    def __init__(self) -> None:
        """Begin without columns and words."""
        self.types: dict[str, ColumnsOfType] = {}
        self.words: dict[str, int] = {}

    def write(self, variant: Variant, number: int) -> ruleset.Rule:
        """Return a variant in the engine's terms, under a number."""
        places = {place: index for index, place in enumerate(variant.order)}
        patterns = []
        for place in variant.order:
            pattern = variant.rule.patterns[place]
            joins = tuple(self._joins(variant.rule, place, places))
            tests = tuple(self._tests(pattern))
            patterns.append(ruleset.Pattern(self._type(pattern).kind, tests, joins))
        return ruleset.Rule(number, tuple(patterns))

    def _tests(self, pattern: network.Pattern) -> Iterator[ConstantTest]:
        columns = self._type(pattern)
        for test in pattern.comparisons:
            if is_native(test):
                column = columns.value(test.field, test.type.kind)
                constant = self._number(test.constant, test.type)
                yield ConstantTest(column, _COMPARISONS[test.operator], constant)
        flag = columns.flag(pattern)
        if flag is not None:
            yield ConstantTest(flag, Comparison.EQUAL, 1)

    def _joins(self, rule: network.Rule, place: int, places: dict[int, int]) -> Iterator[JoinTest]:
        """Yield the joins of a pattern with those the engine has met before it."""
        for edge in edges(rule):
            join = edge.join
            other = edge.right if edge.left == place else edge.left
            if place not in (edge.left, edge.right) or places[other] > places[place]:
                continue
            if not is_native(join):
                continue
            comparison = _COMPARISONS[join.operator]
            left = self._type(rule.patterns[edge.left]).value(join.field, join.type.kind)
            right = self._type(rule.patterns[edge.right]).value(join.other, join.type.kind)
            if edge.left == place:
                yield JoinTest(left, comparison, places[other], right)
            else:
                yield JoinTest(right, comparison.mirrored, places[other], left)

    def _type(self, pattern: network.Pattern) -> ColumnsOfType:
        if pattern.type not in self.types:
            self.types[pattern.type] = ColumnsOfType(FIRST_KIND + len(self.types))
        return self.types[pattern.type]

    def _number(self, constant: Value, type_: Type) -> int:
        """Return the number the engine knows a constant by."""
        if type_.kind in (Kind.STRING, Kind.LIST):
            return self.words.setdefault(text_of(constant), len(self.words))
        if isinstance(constant, bool | int):
            return int(constant)
        raise InvariantBroken(f"a {type_} compared with {constant!r}")
