"""Constants that a declared field can never hold: out of range (RV205) or no such value (RV206)."""

from __future__ import annotations

from interlock.language.diagnostics import nearest
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.typed import Typed
from interlock.language.values import Field, Kind, Type, Value, format_value


def impossible(read: Typed, constant: Typed, operator: str) -> ExpressionError | None:
    """Return the fault of comparing a field with a constant it can never be near, or None.

    Args:
        read: the field; of a list field, its items are meant.
        constant: the constant, of a comparable type.
        operator: the comparison, or ``in``.
    """
    field = read.field
    if field is None or read.type.kind is Kind.ANY:
        return None
    of = field.type.item or field.type
    if field.enum and operator in {"==", "!=", "in"}:
        return _not_listed(read, field, of, constant)
    if of.kind in {Kind.STRING, Kind.BOOL}:
        return None
    for bound, side in ((field.min, -1), (field.max, 1)):
        if bound is not None and (_units(constant, of) - bound * _spread(constant)) * side > 0:
            return _out_of_range(read, field, of, constant)
    return None


def _units(constant: Typed, of: Type) -> int:
    """Return a numeric constant in units finer than both its own and the field's."""
    return int(constant.value) * int(10**of.scale)  # type: ignore[arg-type]  # a number, by type


def _spread(constant: Typed) -> int:
    """Return how many of those finer units one unit of the field has."""
    return int(10**constant.type.scale)


def _not_listed(read: Typed, field: Field, of: Type, constant: Typed) -> ExpressionError | None:
    if any(_same(one, of, constant) for one in field.enum):
        return None
    shown = format_value(constant.value, constant.type)
    allowed = [format_value(one, of) for one in field.enum]
    hint = nearest(shown, allowed) or f"one of {', '.join(allowed)}"
    message = f"{shown!r} is never a value of {read.name!r}"
    return ExpressionError(message, constant.node.start, constant.node.end, "RV206", hint)


def _same(listed: Value, of: Type, constant: Typed) -> bool:
    if isinstance(listed, int) and of.is_number:
        return listed * _spread(constant) == _units(constant, of)
    return listed == constant.value


def _out_of_range(read: Typed, field: Field, of: Type, constant: Typed) -> ExpressionError:
    low = "…" if field.min is None else format_value(field.min, of)
    high = "…" if field.max is None else format_value(field.max, of)
    shown = format_value(constant.value, constant.type)
    message = f"{shown} is outside the declared range of {read.name!r}, {low} to {high}"
    return ExpressionError(message, constant.node.start, constant.node.end, "RV205")
