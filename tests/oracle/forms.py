"""The small form of rules that the naive evaluator reads: tests, patterns and values."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, object]
Truth = bool | None
"""None: unknown."""

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Const:
    """``field op value``; unknown where the field is missing."""

    field: str
    op: str
    value: object

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        if self.field not in row:
            return None
        if self.op == "in":
            return row[self.field] in self.value
        return COMPARE[self.op](row[self.field], self.value)


@dataclass(frozen=True)
class Has:
    """``has(field)``."""

    field: str

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        return self.field in row


@dataclass(frozen=True)
class HasOther:
    """``has(alias.field)``."""

    alias: str
    field: str

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        return self.field in env[self.alias]


@dataclass(frozen=True)
class Ratio:
    """``field / other op value``; unknown where other is 0."""

    field: str
    other: str
    op: str
    value: int

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        return _ratio(row[self.field], row[self.other], self.op, self.value)


@dataclass(frozen=True)
class Link:
    """``field op alias.other``."""

    field: str
    op: str
    alias: str
    other: str

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        if self.field not in row or self.other not in env[self.alias]:
            return None
        return COMPARE[self.op](row[self.field], env[self.alias][self.other])


@dataclass(frozen=True)
class Sum:
    """``field + alias.other op value``."""

    field: str
    alias: str
    other: str
    op: str
    value: int

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        return COMPARE[self.op](row[self.field] + env[self.alias][self.other], self.value)


@dataclass(frozen=True)
class LinkRatio:
    """``field / alias.other op value``; unknown where other is 0."""

    field: str
    alias: str
    other: str
    op: str
    value: int

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        return _ratio(row[self.field], env[self.alias][self.other], self.op, self.value)


def _ratio(above: int, below: int, op: str, value: int) -> Truth:
    if below == 0:
        return None
    quotient = abs(above) // abs(below) * (1 if above * below >= 0 else -1)
    return COMPARE[op](quotient, value)


Test = Const | Has | HasOther | Ratio | Link | Sum | LinkRatio


@dataclass(frozen=True)
class Ask:
    """A pattern, or a negation when its alias is empty."""

    alias: str
    kind: str
    type: str
    tests: tuple[Test, ...] = ()
    lasts: int | None = None
    """For how long an element must have passed the tests of itself alone, ms."""
    answers: tuple[tuple[Ask, int], ...] = ()
    """What must not come within so many ms after it."""
    over: int | None = None
    """The window in which elements are counted, ms; then ``tests`` are of what is counted."""
    distinct: str | None = None
    """The field whose different values are counted."""
    number: Const | None = None
    """What must hold of the number, which the field ``count`` holds."""
    listed: tuple[str, ...] = ()
    """The values of ``k`` that must not have been heard; then ``tests`` are of what is heard."""
    missed: tuple[int, int] = (0, 0)
    """For how long, and not before which time; ms."""
    named: str = ""
    """What the elements it looks for are called, where that is known from elsewhere."""

    @property
    def alone(self) -> tuple[Test, ...]:
        """The tests that read this element and no other."""
        return tuple(test for test in self.tests if not hasattr(test, "alias"))

    @property
    def waits(self) -> int:
        """How long it takes until it can be said, ms; 0: at once."""
        return max([self.lasts or 0, *(within for _, within in self.answers)])

    @property
    def groups(self) -> bool:
        """Whether elements are counted apart by ``k``."""
        return self.alone != self.tests

    @property
    def sought(self) -> object:
        """The type of the elements it looks for."""
        if self.named:
            return self.named
        if self.listed:
            return "absent", self.type, self.alone, self.missed
        if self.waits:
            return "for", self.type, self.alone, self.waits, self.answers
        if self.over is not None:
            return "count", self.type, self.alone, self.over, self.distinct, self.groups
        return self.type

    def holds(self, row: Row, env: Mapping[str, Row]) -> Truth:
        tests: Sequence[Test] = self.tests
        if self.listed:
            tests = [Const("k", "in", self.listed)]
        if self.number is not None:
            tests = [*(test for test in self.tests if test not in self.alone), self.number]
        return _all(test.holds(row, env) for test in tests)

    def holds_alone(self, row: Row) -> Truth:
        """Make the tests that read this element and no other."""
        return _all(test.holds(row, {}) for test in self.alone)


def _all(verdicts: Iterable[Truth]) -> Truth:
    some = list(verdicts)
    if False in some:
        return False
    return None if None in some else True


@dataclass(frozen=True)
class Give:
    """A value: ``alias.field + plus``, or ``plus`` alone without an alias."""

    plus: object = 0
    alias: str = ""
    field: str = ""

    def value(self, env: Mapping[str, Row]) -> object:
        if not self.alias:
            return self.plus
        value = env[self.alias][self.field]
        return value + self.plus if self.plus else value


@dataclass(frozen=True)
class Excepted:
    """What a rule does not fire for, before ``expires`` ms: all tests of one element hold."""

    id: str
    alias: str
    tests: tuple[Test, ...]
    expires: int
