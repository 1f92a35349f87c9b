"""Which operands each operator takes, what it yields, and a hint where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from interlock.language.expression.syntax import BinaryOperator
from interlock.language.expression.typed import Typed
from interlock.language.values import (
    ANY,
    DEFAULT_SCALE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Kind,
    Type,
    double,
    is_bare,
    list_of,
)

_TIME_SUMS: Final[Mapping[tuple[str, Kind, Kind], Type]] = {
    ("+", Kind.STRING, Kind.STRING): STRING,
    ("+", Kind.DURATION, Kind.DURATION): DURATION,
    ("-", Kind.DURATION, Kind.DURATION): DURATION,
    ("+", Kind.TIMESTAMP, Kind.DURATION): TIMESTAMP,
    ("+", Kind.DURATION, Kind.TIMESTAMP): TIMESTAMP,
    ("-", Kind.TIMESTAMP, Kind.DURATION): TIMESTAMP,
    ("-", Kind.TIMESTAMP, Kind.TIMESTAMP): DURATION,
}


def arithmetic(operator: BinaryOperator, left: Type, right: Type) -> Type | None:
    """Return what ``+ - * / %`` yields, or None when the operator does not take these types.

    ``+`` and ``-`` keep the longer scale, ``*`` adds scales, ``/`` has six digits; between two
    whole numbers ``/`` cuts toward zero and ``%`` takes the sign of its left side, as in CEL.
    """
    if Kind.ANY in {left.kind, right.kind}:
        return ANY
    if not (left.is_number and right.is_number):
        return _TIME_SUMS.get((operator, left.kind, right.kind))
    if left.kind is Kind.INT and right.kind is Kind.INT:
        return INT
    match operator:
        case "%":
            return None
        case "*":
            return double(left.scale + right.scale)
        case "/":
            return double(DEFAULT_SCALE)
        case _:
            return double(max(left.scale, right.scale))


def common(left: Type, right: Type) -> Type | None:
    """Return the type that holds both, widening int to double and scales to the longer, or None."""
    if left.kind is Kind.ANY or left == right:
        return right
    if right.kind is Kind.ANY:
        return left
    if left.is_number and right.is_number:
        return double(max(left.scale, right.scale))
    if left.item and right.item:
        item = common(left.item, right.item)
        return item and list_of(item)
    return None


def is_ordered(type_: Type) -> bool:
    """Whether ``<`` and its kin compare values of the type."""
    return type_.kind not in {Kind.BOOL, Kind.LIST}


def clash_hint(left: Typed, right: Typed) -> str | None:
    """Return what to write where two sides cannot be compared, when one is a constant."""
    if right.is_constant:
        return _constant_hint(right, left.type)
    if left.is_constant:
        return _constant_hint(left, right.type)
    return None


def _constant_hint(constant: Typed, wanted: Type) -> str | None:
    value = constant.value
    match wanted.kind, constant.type.kind:
        case Kind.STRING, Kind.INT:
            return f'quote the value: "{value}"'
        case (Kind.DURATION | Kind.TIMESTAMP) as kind, Kind.STRING:
            return f'write {kind.value}("{value}")'
        case Kind.DURATION, Kind.INT:
            return f'write duration("{value}s")'
        case ((Kind.INT | Kind.DOUBLE | Kind.BOOL), Kind.STRING) if is_bare(str(value)):
            return f"write {value} without quotes"
        case _:
            return None
