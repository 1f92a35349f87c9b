"""The next value of a constant, either way: one step, as small as its author would notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from interlock.language import Field
from interlock.language.values import (
    Kind,
    Type,
    Value,
    YamlValue,
    format_decimal,
    format_duration,
    format_value,
    parse_duration,
    violation,
)

STEPS = 100
"""How many steps the declared range of a decimal has."""


def around(duration: str) -> list[str]:
    """Return a duration made a tenth shorter and a tenth longer."""
    return [format_duration(one) for one in _beside(parse_duration(duration))]


def paces(duration: str) -> list[str]:
    """Return a pause made half as long and twice as long."""
    pause = parse_duration(duration)
    return [format_duration(one) for one in (pause // 2, pause * 2) if one > 0]


def _beside(length_ms: int) -> list[int]:
    step = max(1, length_ms // 10)
    return [one for one in (length_ms - step, length_ms + step) if one > 0]


def beside(number: int, least: int) -> list[int]:
    """Return a whole number less one and more one, none of them below the least there may be."""
    return [one for one in (number - 1, number + 1) if one >= least]


def others(field: Field, written: YamlValue, units: Value) -> Iterator[YamlValue]:
    """Yield what may stand instead of a value, as an author writes it.

    Args:
        field: what the value may be; what it may not be is left out.
        written: the value as it stands there.
        units: the same as it is carried.
    """
    if isinstance(units, tuple):
        items = list(written) if isinstance(written, Sequence) else []
        yield from (items[:n] + items[n + 1 :] for n in range(len(items)) if len(items) > 1)
        return
    for other in _others(field, written, units):
        if not violation(field, other):
            yield other if isinstance(other, str) else in_yaml(other, field.type)


def _others(field: Field, written: YamlValue, units: Value) -> Iterator[Value]:
    match field.type.kind, units:
        case Kind.BOOL, bool():
            yield not units
        case Kind.DURATION, int():
            yield from _beside(units)
        case Kind.INT, int():
            yield from (units - 1, units + 1)
        case Kind.DOUBLE, int():
            step = _step(field, written)
            yield from (units - step, units + step)
        case _:
            yield from (one for one in field.enum if one != units)


def _step(field: Field, written: YamlValue) -> int:
    """Return one step of a decimal, in its units."""
    if field.min is not None and field.max is not None:
        return max(1, (field.max - field.min) // STEPS)
    digits = -int(Decimal(str(written)).as_tuple().exponent)
    return int(10 ** max(0, field.type.scale - max(0, digits)))


def in_yaml(value: Value, type_: Type) -> YamlValue:
    """Return a value as an author writes it where templates may stand."""
    match type_.kind, value:
        case Kind.STRING, str():
            return value.replace("${", "$${")
        case Kind.DOUBLE, int():
            return Decimal(format_decimal(value, type_.scale))
        case ((Kind.INT | Kind.BOOL), int()):
            return value
        case _:
            return format_value(value, type_)
