"""Which fields of an element the second engine is shown, and as what.

A column is a field that a rule compares or joins, or a *flag*: the answer, computed here, to those
tests of a pattern that the engine must not be trusted with (a function, a list of constants, an
order of strings).  Everything else about an element stays outside.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from interlock.digest import canonical
from interlock.language.values import Kind, Value
from interlock.rules.caged.limits import MAX_COLUMNS_OF_KIND, Uncageable
from interlock.rules.caged.plan import Column, Reading, shorten
from interlock.rules.caged.vocabulary import column_name
from interlock.rules.model import Row
from interlock.rules.network import Comparison, Join, Operator, Pattern, Predicate

Reader: TypeAlias = Callable[[Row], Value | None]
"""Takes what a column holds from the row of an element; None when it is absent."""

_NUMBERS: Final = frozenset({Kind.INT, Kind.DOUBLE, Kind.TIMESTAMP, Kind.DURATION})
_TEXTS: Final = frozenset({Kind.STRING, Kind.LIST})

COMPARE: Final[Mapping[Operator, Callable[[Value, Value], bool]]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.IN: lambda value, constants: isinstance(constants, tuple) and value in constants,
}
"""What each operator means for two values of one type."""


def is_native(test: Comparison | Join) -> bool:
    """Say whether the engine itself is trusted with a test."""
    if test.type.kind in _NUMBERS:
        return test.operator is not Operator.IN
    return test.type.kind is not Kind.ANY and test.operator in (Operator.EQ, Operator.NE)


def text_of(value: Value) -> str:
    """Return the text that stands for a string or a list: equal exactly for equal values."""
    return shorten(value if isinstance(value, str) else canonical(value).decode())


@dataclass(slots=True)
class ColumnsOfType:
    """The columns of one element type, found while its patterns are compiled."""

    kind: int
    """The number the engine knows the type by."""
    columns: list[Column] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    _names: dict[object, str] = field(default_factory=dict)

    def value(self, name: str, kind: Kind) -> str:
        """Return the column of a field."""
        if kind in _TEXTS:
            return self._column(name, Reading.TEXT, lambda row: _text(row.get(name)))
        reading = Reading.FLAG if kind is Kind.BOOL else Reading.NUMBER
        return self._column(name, reading, lambda row: row.get(name))

    def flag(self, pattern: Pattern) -> str | None:
        """Return the column that says whether a pattern's other tests hold; None without any."""
        others = [test for test in pattern.comparisons if not is_native(test)]
        if not others and not pattern.predicates:
            return None
        predicates = pattern.predicates
        texts = frozenset({test.text for test in others} | {test.text for test in predicates})
        return self._column(
            texts,
            Reading.FLAG,
            lambda row: (
                all(_compares(test, row) for test in others)
                and all(_holds(test, row) for test in predicates)
            ),
        )

    def _column(self, key: object, reading: Reading, reader: Reader) -> str:
        if key not in self._names:
            if len(self.columns) >= MAX_COLUMNS_OF_KIND:
                raise Uncageable(f"rules read more than {MAX_COLUMNS_OF_KIND} fields of one type")
            # The kind comes first, so that no column of one type is a column of another.
            self._names[key] = column_name(self.kind * MAX_COLUMNS_OF_KIND + len(self.columns))
            self.columns.append(Column(self._names[key], reading))
            self.readers.append(reader)
        return self._names[key]


def _text(value: Value | None) -> str | None:
    return None if value is None else text_of(value)


def _compares(test: Comparison, row: Row) -> bool:
    value = row.get(test.field)
    return value is not None and COMPARE[test.operator](value, test.constant)


def _holds(test: Predicate, row: Row) -> bool:
    return test.test(row, {}) is True
