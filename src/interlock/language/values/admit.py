"""The door for field values: JSON forms and label texts become runtime values, or are refused.

Guarantees: what comes out has exactly the declared types, lies within ±(2^53-1), holds only
text that has a UTF-8 form, and satisfies enum, range and pattern.  Nothing is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from typing_extensions import TypeAliasType

from interlock.digest import MAX_INTEGER
from interlock.errors import SignalRejected
from interlock.language.regex import compile_whole_pattern
from interlock.language.values.text import (
    MAX_EXPONENT,
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    format_value,
    parse_decimal,
    parse_duration,
    parse_integer,
    parse_timestamp,
)
from interlock.language.values.types import Field, Kind, Type, Value

JsonValue = TypeAliasType(
    "JsonValue", "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""What canonical JSON can hold; no floats."""


MAX_ITEMS: Final = 1_024
"""Most items of a list, so that a test of each against each stays cheap."""

_SURROGATE = re.compile("[\ud800-\udfff]")  # has no UTF-8 form, so no canonical bytes


def admit(
    fields: Mapping[str, Field], values: Mapping[str, JsonValue], labels: Mapping[str, str]
) -> dict[str, Value]:
    """Return the runtime values of the declared fields, in order of declaration.

    Args:
        fields: what is declared; everything else in ``values`` and ``labels`` is ignored.
        values: JSON forms: text, int, bool; a double as ``[units, scale]``; a timestamp as
            ``{"at_ms": n}``; a duration as ``{"ms": n}``; a list as ``{"list": [one, …]}``
            or, where nothing else can be meant, as the JSON array alone.
            An int is admitted where a double is declared, and a whole double where an int is.
        labels: text, read in the strict form of the declared type; asked only for fields
            that ``values`` lacks.

    Returns:
        A fresh dict; optional fields found nowhere are left out.

    Raises:
        SignalRejected: a field is missing or its value does not fit; ``details`` name the
            field, what was expected and what was found.
    """
    admitted: dict[str, Value] = {}
    for name, field in fields.items():
        if (plain := _plain(field, values.get(name))) is not None:
            admitted[name] = plain
            continue
        if field.optional and name not in values and name not in labels:
            continue
        try:
            value = _read(name, field.type, values, labels)
        except ValueError as fault:
            expected, found = str(field.type), str(fault)
        else:
            admitted[name] = value
            expected, found = violation(field, value) or "", ""
            if expected:
                found = format_value(value, field.type)[:80]
        if expected:
            raise SignalRejected(
                f"field {name!r}: expected {expected}, found {found}",
                field=name,
                expected=expected,
                found=found,
            )
    return admitted


def _plain(field: Field, value: JsonValue) -> str | int | None:
    """Return the value when it is just what is declared; None leaves it to the long way.

    Most values of most signals are; this way costs a third of the other.
    """
    kind = field.type.kind
    if field.enum:
        return None
    if isinstance(value, str):
        return value if kind is Kind.STRING and value.isascii() and not field.pattern else None
    if isinstance(value, bool):
        return value if kind is Kind.BOOL else None
    if kind is Kind.DOUBLE and isinstance(value, list) and len(value) == 2:
        number, scale = value
        if type(scale) is not int or scale != field.type.scale:
            return None
    elif kind is Kind.INT:
        number = value
    else:
        return None
    low = -MAX_INTEGER if field.min is None else field.min
    high = MAX_INTEGER if field.max is None else field.max
    return number if type(number) is int and low <= number <= high else None


def _read(
    name: str, type_: Type, values: Mapping[str, JsonValue], labels: Mapping[str, str]
) -> Value:
    if name in values:
        return from_json(type_, values[name])
    if name in labels:
        return from_label(type_, labels[name])
    raise ValueError("nothing")


def violation(field: Field, value: Value) -> str | None:
    """Return what the declaration demands and ``value`` (of the right type) breaks, or None.

    Enum, range and pattern of a list field bind each of its items.
    """
    if isinstance(value, tuple):
        return next(filter(None, (violation(field, item) for item in value)), None)
    of = field.type.item or field.type
    if field.enum and value not in field.enum:
        return "one of " + ", ".join(format_value(one, of) for one in field.enum)
    if isinstance(value, str):
        if field.pattern is None or compile_whole_pattern(field.pattern)(value):
            return None
        return f"text matching {field.pattern}"
    if field.min is not None and value < field.min:
        return f"at least {format_value(field.min, of)}"
    if field.max is not None and value > field.max:
        return f"at most {format_value(field.max, of)}"
    return None


def from_label(type_: Type, text: str) -> Value:
    """Return the value a label text writes in the strict form of ``type_``.

    Raises:
        ValueError: it writes none.
    """
    reader = _LABEL_READERS.get(type_.kind)
    if reader is None:
        raise ValueError(f"label {text[:80]!r}, which cannot hold a {type_}")
    try:
        return reader(type_, text)
    except ValueError as fault:
        raise ValueError(f"label {text[:80]!r} ({fault})") from None


def _bool_label(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("neither true nor false")
    return text == "true"


def _text(_type: Type, value: JsonValue) -> str:
    match value:
        case str() if value.isascii() or not _SURROGATE.search(value):
            return value
        case str():
            raise ValueError("text with a lone surrogate")
        case _:
            raise ValueError(_describe(value))


def _bool(_type: Type, value: JsonValue) -> bool:
    match value:
        case bool():
            return value
        case _:
            raise ValueError(_describe(value))


def _number(type_: Type, value: JsonValue) -> int:
    """Return an int or ``[units, scale]`` in units of the declared scale, exactly."""
    if isinstance(value, int) and not isinstance(value, bool):
        return rescale(value, 0, type_.scale)
    match value:
        case [int() as units, int() as scale]:
            if isinstance(units, bool) or isinstance(scale, bool) or abs(scale) > MAX_EXPONENT:
                raise ValueError(_describe(value))
            return rescale(units, scale, type_.scale)
        case _:
            pass
    raise ValueError(_describe(value))


def rescale(units: int, scale: int, to: int) -> int:
    """Return a number of ``scale`` decimal digits in units of ``to`` digits, exactly.

    Raises:
        ValueError: digits would be lost, or the result lies outside ±(2^53-1).
    """
    if scale <= to:
        result, lost = units * int(10 ** (to - scale)), 0
    else:
        result, lost = divmod(units, 10 ** (scale - to))
    if lost:
        raise ValueError(f"{units}e-{scale}, which needs more than {to} decimal digits")
    if abs(result) > MAX_INTEGER:
        raise ValueError("a number outside ±(2^53-1) units")
    return result


def _tagged(key: str, low: int, high: int) -> Callable[[Type, JsonValue], int]:
    def read(_type: Type, value: JsonValue) -> int:
        found = value.get(key) if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
            raise ValueError(_describe(value))
        return found

    return read


def _list(type_: Type, value: JsonValue) -> tuple[Value, ...]:
    if isinstance(value, Mapping) and value.keys() == {"list"}:
        value = value["list"]
    if isinstance(value, str) or not isinstance(value, Sequence) or type_.item is None:
        raise ValueError(_describe(value))
    if len(value) > MAX_ITEMS:
        raise ValueError(f"{_describe(value)}, more than {MAX_ITEMS}")
    item = type_.item
    return tuple(from_json(item, one) for one in value)


def _describe(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return f"bool {str(value).lower()}"
        case str():
            return f"text {value[:80]!r}"
        case int():
            return f"int {value}" if abs(value) <= MAX_INTEGER else "int outside ±(2^53-1)"
        case Mapping():
            return "object with " + (", ".join(sorted(value)[:4]) or "no keys")
        case _:
            return f"list of {len(value)}"


def from_json(type_: Type, value: JsonValue) -> Value:
    """Return the runtime value of a JSON form (see ``admit``).

    Raises:
        ValueError: the form is not one of ``type_``; the message says what was found.
    """
    return _READERS[type_.kind](type_, value)


def _nothing(_type: Type, value: JsonValue) -> Value:
    raise ValueError(f"{_describe(value)} for a field whose type is unknown")


_READERS: Final[Mapping[Kind, Callable[[Type, JsonValue], Value]]] = {
    Kind.STRING: _text,
    Kind.INT: _number,
    Kind.DOUBLE: _number,
    Kind.BOOL: _bool,
    Kind.TIMESTAMP: _tagged("at_ms", MIN_TIMESTAMP, MAX_TIMESTAMP),
    Kind.DURATION: _tagged("ms", -MAX_INTEGER, MAX_INTEGER),
    Kind.LIST: _list,
    Kind.ANY: _nothing,
}

_LABEL_READERS: Final[Mapping[Kind, Callable[[Type, str], Value]]] = {
    Kind.STRING: _text,
    Kind.INT: lambda _, text: parse_integer(text),
    Kind.DOUBLE: lambda type_, text: rescale(*parse_decimal(text), type_.scale),
    Kind.BOOL: lambda _, text: _bool_label(text),
    Kind.TIMESTAMP: lambda _, text: parse_timestamp(text),
    Kind.DURATION: lambda _, text: parse_duration(text),
}
