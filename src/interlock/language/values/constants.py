"""Constants in authors' documents: YAML values become runtime values of a declared type."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from interlock.language.values.admit import rescale
from interlock.language.values.text import (
    decimal_parts,
    parse_decimal,
    parse_duration,
    parse_timestamp,
)
from interlock.language.values.types import Kind, Type, Value, YamlValue


def constant_of(type_: Type, value: YamlValue) -> Value:
    """Return the runtime value a YAML constant stands for.

    Text stands for strings, durations (``5m``) and timestamps; numbers and truth values for
    themselves; an int also for a double.  Of type ANY, text, int and bool stand for themselves.

    Raises:
        ValueError: it stands for none of that type; the message says expected, found and what
            to write.
    """
    if type_.item is not None and not isinstance(value, str) and isinstance(value, Sequence):
        item = type_.item
        return tuple(constant_of(item, one) for one in value)
    match type_.kind, value:
        case ((Kind.BOOL | Kind.ANY), bool()):
            return value
        case ((Kind.STRING | Kind.ANY), str()):
            return value
        case Kind.DURATION, str():
            return parse_duration(value)
        case Kind.TIMESTAMP, str():
            return parse_timestamp(value)
        case _:
            return _number(type_, value)


def _number(type_: Type, value: YamlValue) -> Value:
    match value:
        case int() if not isinstance(value, bool) and type_.kind in {Kind.INT, Kind.DOUBLE}:
            return rescale(value, 0, type_.scale)
        case int() if type_.kind is Kind.ANY:
            return value
        case Decimal() if type_.kind is Kind.DOUBLE:
            units, scale = decimal_parts(value)
            return rescale(units, scale, type_.scale)
        case _:
            raise ValueError(f"expected {type_}, found {_described(value)}{_advice(type_, value)}")


def _described(value: YamlValue) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return f"text {value[:80]!r}"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
        case Sequence():
            return "a list"
        case _:
            return "a mapping"


def _advice(type_: Type, value: YamlValue) -> str:
    """Return what to write instead, where a slip is likely."""
    match type_.kind, value:
        case Kind.STRING, (bool() | int() | Decimal()):
            return "; quote it"
        case Kind.DURATION, int():
            return f"; give it a unit, such as {value}s"
        case ((Kind.INT | Kind.DOUBLE | Kind.BOOL), str()) if is_bare(value):
            return "; write it without quotes"
        case _:
            return ""


def is_bare(text: str) -> bool:
    """Whether a text would be a number or truth value without its quotes."""
    try:
        parse_decimal(text)
    except ValueError:
        return text in {"true", "false"}
    return True
