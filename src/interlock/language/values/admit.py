"""The door for field values: JSON forms and label texts become runtime values, or are refused.

Guarantees: what comes out has exactly the declared types, lies within ±(2^53-1), holds only
text that has a UTF-8 form, and satisfies enum, range and pattern.  Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, Union

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

JsonValue: TypeAlias = Union[
    str, int, bool, None, Sequence["JsonValue"], Mapping[str, "JsonValue"]
]
"""What canonical JSON can hold; no floats."""


class _Refused(ValueError):
    """A value does not fit its declared type; the message says what was found."""


def admit(
    fields: Mapping[str, Field], values: Mapping[str, JsonValue], labels: Mapping[str, str]
) -> dict[str, Value]:
    """Return the runtime values of the declared fields, in order of declaration.

    Args:
        fields: what is declared; everything else in ``values`` and ``labels`` is ignored.
        values: JSON forms: text, int, bool; a double as ``[units, scale]``; a timestamp as
            ``{"at_ms": n}``; a duration as ``{"ms": n}``; a list as a JSON array of those.
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
        try:
            if name in values:
                value = from_json(field.type, values[name])
            elif name in labels:
                value = from_label(field.type, labels[name])
            elif field.optional:
                continue
            else:
                raise _Refused("nothing")
        except _Refused as fault:
            raise _rejected(name, str(field.type), str(fault)) from None
        complaint = violation(field, value)
        if complaint:
            raise _rejected(name, complaint, format_value(value, field.type)[:80])
        admitted[name] = value
    return admitted


def _rejected(field: str, expected: str, found: str) -> SignalRejected:
    message = f"field {field!r}: expected {expected}, found {found}"
    return SignalRejected(message, field=field, expected=expected, found=found)


def violation(field: Field, value: Value) -> str | None:
    """Return what the declaration demands and ``value`` (of the right type) breaks, or None."""
    if field.enum and value not in field.enum:
        return "one of " + ", ".join(format_value(v, field.type) for v in field.enum)
    if isinstance(value, int):
        if field.min is not None and value < field.min:
            return f"at least {format_value(field.min, field.type)}"
        if field.max is not None and value > field.max:
            return f"at most {format_value(field.max, field.type)}"
    if field.pattern is not None and isinstance(value, str):
        if not compile_whole_pattern(field.pattern)(value):
            return f"text matching {field.pattern}"
    return None


def from_label(type_: Type, text: str) -> Value:
    """Return the value a label text writes in the strict form of ``type_``.

    Raises:
        ValueError: it writes none.
    """
    reader = _LABEL_READERS.get(type_.kind)
    if reader is None:
        raise _Refused(f"label {text[:80]!r}, which cannot hold a {type_}")
    try:
        return reader(type_, text)
    except _Refused:
        raise
    except ValueError:
        raise _Refused(f"label {text[:80]!r}") from None


def _bool_label(type_: Type, text: str) -> bool:
    if text not in ("true", "false"):
        raise _Refused(f"label {text[:80]!r}")
    return text == "true"


def _text(type_: Type, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise _Refused(_describe(value))
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Refused("text with a lone surrogate") from None
    return value


def _bool(type_: Type, value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise _Refused(_describe(value))
    return value


def _number(type_: Type, value: JsonValue) -> int:
    """Return an int or ``[units, scale]`` in units of the declared scale, exactly."""
    if isinstance(value, int) and not isinstance(value, bool):
        return rescale(value, 0, type_.scale)
    match value:
        case [int() as units, int() as scale]:
            if isinstance(units, bool) or isinstance(scale, bool) or abs(scale) > MAX_EXPONENT:
                raise _Refused(_describe(value))
            return rescale(units, scale, type_.scale)
    raise _Refused(_describe(value))


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
        raise _Refused(f"{units}e-{scale}, which needs more than {to} decimal digits")
    if abs(result) > MAX_INTEGER:
        raise _Refused("a number outside ±(2^53-1) units")
    return result


def _tagged(key: str, low: int, high: int) -> Callable[[Type, JsonValue], int]:
    def read(type_: Type, value: JsonValue) -> int:
        found = value.get(key) if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
            raise _Refused(_describe(value))
        return found

    return read


def _list(type_: Type, value: JsonValue) -> tuple[Value, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or type_.item is None:
        raise _Refused(_describe(value))
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


def _nothing(type_: Type, value: JsonValue) -> Value:
    raise _Refused(f"{_describe(value)} for a field whose type is unknown")


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
    Kind.INT: lambda type_, text: parse_integer(text),
    Kind.DOUBLE: lambda type_, text: rescale(*parse_decimal(text), type_.scale),
    Kind.BOOL: _bool_label,
    Kind.TIMESTAMP: lambda type_, text: parse_timestamp(text),
    Kind.DURATION: lambda type_, text: parse_duration(text),
}
