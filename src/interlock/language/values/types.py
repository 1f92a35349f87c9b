"""The types a declared field may have, and the runtime values behind them.

Guarantees: no floats.  A ``double`` is a Python int counting units of ``10**-scale``, so every
comparison and sum is exact and a value has one byte form on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, Literal

from typing_extensions import TypeAliasType, override

from interlock.errors import InvariantBroken

Value = TypeAliasType("Value", "str | int | bool | tuple[Value, ...]")
"""A runtime value: text, number of units, truth value, or a tuple of those."""

YamlValue = TypeAliasType(
    "YamlValue",
    "str | int | bool | Decimal | Sequence[YamlValue] | Mapping[str, YamlValue] | None",
)
"""What an author's document can hold: YAML 1.2 core scalars, lists, mappings with text keys."""

DEFAULT_SCALE: Final = 6
"""Decimal digits of a ``double`` that declares none."""

MAX_SCALE: Final = 15
"""Most decimal digits a ``double`` may declare; ±(2^53-1) units hold no more."""


class Unknown(Enum):
    """The third truth value; its one member is ``UNKNOWN``."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse to be true or false: ``if test(...)`` would silently pick one."""
        raise InvariantBroken("UNKNOWN has no truth value; compare with `is True` or `is UNKNOWN`")

    @override
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Literal[Unknown.UNKNOWN]] = Unknown.UNKNOWN
"""A value that cannot be known: a missing optional field, a division by zero, a failed look-up."""


class Kind(Enum):
    """What sort of value a type holds; the member's value is how authors write it."""

    STRING = "string"
    INT = "int"
    DOUBLE = "double"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    LIST = "list"
    ANY = "any"
    """Stands for a type already reported as unknown, so that one fault gives one diagnostic."""

    __hash__ = object.__hash__  # of Enum it is Python code, and types are looked up all the time


@dataclass(frozen=True, slots=True)
class Type:
    """The static type of a field or expression."""

    kind: Kind
    scale: int = 0
    """Decimal digits of a ``double``, 0..15; 0 for every other kind."""
    item: Type | None = None
    """Type of a list's items; None for every other kind."""

    @override
    def __str__(self) -> str:
        """Return the type as authors read it; the scale is left out."""
        if self.kind is Kind.LIST and self.item is not None:
            return f"list<{self.item}>"
        return self.kind.value

    @property
    def is_number(self) -> bool:
        """Whether values are numbers, so that int widens to double."""
        return self.kind is Kind.INT or self.kind is Kind.DOUBLE


STRING: Final = Type(Kind.STRING)
INT: Final = Type(Kind.INT)
BOOL: Final = Type(Kind.BOOL)
TIMESTAMP: Final = Type(Kind.TIMESTAMP)
DURATION: Final = Type(Kind.DURATION)
ANY: Final = Type(Kind.ANY)


def double(scale: int = DEFAULT_SCALE) -> Type:
    """Return the type of exact decimals with ``scale`` digits after the point."""
    return Type(Kind.DOUBLE, scale)


def list_of(item: Type) -> Type:
    """Return the type of lists of ``item``."""
    return Type(Kind.LIST, item=item)


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: what it holds and which values it admits."""

    type: Type
    optional: bool = False
    """Whether an element may lack it; expressions must then ask ``has`` first."""
    enum: tuple[Value, ...] = ()
    """The only values admitted, in runtime units; empty when any value of the type is."""
    min: int | None = None
    """Smallest value admitted, in runtime units."""
    max: int | None = None
    """Largest value admitted, in runtime units."""
    pattern: str | None = None
    """RE2 pattern the whole of a string must match."""
    doc: str = ""
