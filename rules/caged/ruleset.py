"""Writes durable-rules' JSON form of a few rules, using only the part of it that is sound.

A rule is a list of patterns, all of which must hold, and nothing else: no ``or``, negation, regular
expression, arithmetic, count, priority, state or timer, because each of those was measured to
answer wrongly or to kill the process.  Values are whole numbers only.  The types below cannot even
say more; :func:`write` then checks every limit and adds what the engine needs to stay sound:

* the first test of a pattern pins its kind, so no fact reaches tests meant for another;
* the first pattern is the new element (the focus) and nothing else, so the work done is about
  that element and an old combination is not found again;
* a column that a join reads is required to exist on both sides (the engine fails with 311, or says
  nothing, when it is missing);
* joins look back only (the engine drops a join that looks forward, and the rule meets everything);
* the last join is written twice (when the last of a list fails, the engine reads on behind it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import orjson

from interlock.rules.caged import vocabulary
from interlock.rules.caged.limits import (
    MAX_JOINS_OF_PATTERN,
    MAX_NUMBER,
    MAX_PATTERNS,
    MAX_PATTERNS_OF_RULE,
    MAX_TESTS_OF_PATTERN,
    Uncageable,
)


class Comparison(Enum):
    """How two numbers are compared; the value is the engine's word."""

    EQUAL = "$eq"
    UNEQUAL = "$neq"
    LESS = "$lt"
    AT_MOST = "$lte"
    MORE = "$gt"
    AT_LEAST = "$gte"

    @property
    def mirrored(self) -> Comparison:
        """The comparison that holds for (b, a) where this one holds for (a, b)."""
        return _MIRRORED.get(self, self)


_MIRRORED: Final = {
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}


@dataclass(frozen=True, slots=True)
class ConstantTest:
    """A column of the fact compared with a constant; false when the column is absent."""

    column: str
    comparison: Comparison
    constant: int


@dataclass(frozen=True, slots=True)
class JoinTest:
    """A column of the fact compared with a column of the fact an earlier pattern met."""

    column: str
    comparison: Comparison
    earlier: int
    """Place of the earlier pattern, from 0."""
    other: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one fact must be."""

    kind: int
    tests: tuple[ConstantTest, ...] = ()
    joins: tuple[JoinTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns that must be met together, each by a different fact; the first by the focus."""

    number: int
    patterns: tuple[Pattern, ...]


def write(rules: Sequence[Rule]) -> str:
    """Return the ruleset of some rules for ``create_ruleset``.

    Raises:
        Uncageable: a limit, name, number or backward reference is not as the cage demands.
    """
    _check(rules)
    body: dict[str, object] = {
        vocabulary.rule_name(rule.number): {"all": _patterns(rule)} for rule in rules
    }
    body[vocabulary.OPENING_RULE] = {"all": [{vocabulary.alias_name(0): {vocabulary.KIND: 0}}]}
    return orjson.dumps(body).decode()


def _patterns(rule: Rule) -> list[dict[str, object]]:
    written: list[dict[str, object]] = []
    for place, pattern in enumerate(rule.patterns):
        conditions: list[object] = [{vocabulary.KIND: pattern.kind}]
        if place == 0:
            conditions.append({vocabulary.FOCUS: 1})
        conditions += [{"$ex": {column: 1}} for column in _joined_columns(rule, place)]
        conditions += [_compare(t.column, t.comparison, t.constant) for t in pattern.tests]
        joins = [
            _compare(j.column, j.comparison, {vocabulary.alias_name(j.earlier): j.other})
            for j in pattern.joins
        ]
        conditions += joins + joins[-1:]
        both = conditions[0] if len(conditions) == 1 else {"$and": conditions}
        written.append({vocabulary.alias_name(place): both})
    return written


def _compare(column: str, comparison: Comparison, right: object) -> dict[str, object]:
    if comparison is Comparison.EQUAL:
        return {column: right}
    return {comparison.value: {column: right}}


def _joined_columns(rule: Rule, place: int) -> list[str]:
    own = {join.column for join in rule.patterns[place].joins}
    read = {j.other for pattern in rule.patterns for j in pattern.joins if j.earlier == place}
    return sorted(own | read)


def _check(rules: Sequence[Rule]) -> None:
    if len({rule.number for rule in rules}) != len(rules):
        raise Uncageable("two rules of one ruleset have the same number")
    total = sum(len(rule.patterns) for rule in rules)
    if not 1 <= total <= MAX_PATTERNS:
        raise Uncageable(f"a ruleset of {total} patterns; at least 1, at most {MAX_PATTERNS}")
    for rule in rules:
        check_rule(rule)
    vocabulary.refuse_collisions(_names(rules))


def check_rule(rule: Rule) -> None:
    """Refuse a rule that passes a limit by itself.

    Raises:
        Uncageable: saying which.
    """
    count = len(rule.patterns)
    if not 1 <= count <= MAX_PATTERNS_OF_RULE:
        raise Uncageable(f"a rule of {count} patterns; at least 1, at most {MAX_PATTERNS_OF_RULE}")
    for place, pattern in enumerate(rule.patterns):
        _check_pattern(pattern, place)


def _check_pattern(pattern: Pattern, place: int) -> None:
    if pattern.kind < vocabulary.FIRST_KIND:
        raise Uncageable(f"kind {pattern.kind} is not an element type")
    if len(pattern.tests) > MAX_TESTS_OF_PATTERN:
        raise Uncageable(f"a pattern of {len(pattern.tests)} tests; at most {MAX_TESTS_OF_PATTERN}")
    if len(pattern.joins) > MAX_JOINS_OF_PATTERN:
        raise Uncageable(f"a pattern of {len(pattern.joins)} joins; at most {MAX_JOINS_OF_PATTERN}")
    for test in pattern.tests:
        if type(test.constant) is not int or abs(test.constant) > MAX_NUMBER:
            raise Uncageable("a constant that is no whole number within ±(2^53-1)")
    for join in pattern.joins:
        if not 0 <= join.earlier < place:
            raise Uncageable(
                f"a join of pattern {place} to pattern {join.earlier}, not an earlier one"
            )


_COLUMN: Final = re.compile(r"c\d{1,6}")


def _names(rules: Sequence[Rule]) -> set[str]:
    columns = {
        column
        for rule in rules
        for pattern in rule.patterns
        for column in (
            *(test.column for test in pattern.tests),
            *(name for join in pattern.joins for name in (join.column, join.other)),
        )
    }
    for column in columns:
        if not _COLUMN.fullmatch(column):
            raise Uncageable(f"column {column!r} is not a name the cage gives")
    aliases = {vocabulary.alias_name(place) for place in range(MAX_PATTERNS_OF_RULE)}
    return columns | aliases | {vocabulary.rule_name(rule.number) for rule in rules}
