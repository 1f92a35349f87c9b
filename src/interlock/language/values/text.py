"""Reading and writing values as text: durations, timestamps, decimals, type names.

Guarantees: every reader accepts one strict form and raises ``ValueError`` for all else, and
``parse(format(x)) == x``.  Nothing depends on a locale, a clock or a time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from interlock.digest import MAX_INTEGER
from interlock.language.values.types import (
    DEFAULT_SCALE,
    MAX_SCALE,
    Kind,
    Type,
    Value,
    list_of,
)

UNIT_MS: Final = {
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
"""Milliseconds in each unit of a duration, longest first."""

MIN_TIMESTAMP: Final = -62_135_596_800_000
"""0001-01-01T00:00:00Z, the earliest timestamp, in ms since 1970-01-01T00:00:00Z."""

MAX_TIMESTAMP: Final = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the latest timestamp."""

MAX_EXPONENT: Final = 40
"""Largest power of ten taken in number text; beyond it no number could be admitted."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(r"(?:([0-9]+)(ms|[wdhms]))", re.ASCII)
_DECIMAL = re.compile(r"([-+]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,3}))?", re.ASCII)
_INTEGER = re.compile(r"[-+]?[0-9]{1,16}", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([-+])(\d\d):(\d\d))",
    re.ASCII,
)
_TYPE = re.compile(r"(?:double\(([0-9]{1,2})\)|([a-z]+))", re.ASCII)


def parse_duration(text: str) -> int:
    """Return the milliseconds of a length of time such as ``90s`` or ``1h30m``.

    Args:
        text: numbers with units w, d, h, m, s, ms, longest unit first, each at most once.

    Raises:
        ValueError: the text has another form, or the length exceeds 2^53-1 ms.
    """
    total, place, last = 0, 0, -1
    for part in _DURATION.finditer(text):
        rank = list(UNIT_MS).index(part[2])
        if part.start() != place or rank <= last or len(part[1]) > 16:
            raise ValueError(_not_a_duration(text))
        total, place, last = total + int(part[1]) * UNIT_MS[part[2]], part.end(), rank
    if not text or place != len(text):
        raise ValueError(_not_a_duration(text))
    if total > MAX_INTEGER:
        raise ValueError(f"duration {text!r} is longer than 2^53-1 ms")
    return total


def _not_a_duration(text: str) -> str:
    return f"{text[:40]!r} is not a duration; write for example 90s, 5m or 1h30m"


def format_duration(ms: int) -> str:
    """Return a length of time as text, e.g. ``1h30m``; ``-`` leads a negative one."""
    parts, rest = [], abs(ms)
    for unit, size in UNIT_MS.items():
        if unit != "w" and rest >= size:
            parts.append(f"{rest // size}{unit}")
            rest %= size
    return ("-" if ms < 0 else "") + ("".join(parts) or "0s")


def parse_timestamp(text: str) -> int:
    """Return the milliseconds since 1970-01-01T00:00:00Z of an RFC 3339 instant.

    Digits beyond milliseconds are cut off; a leap second is refused.

    Raises:
        ValueError: the text has another form, lacks a zone, or names no real instant.

    Source: RFC 3339 §5.6.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a timestamp such as 2026-03-02T09:00:00Z")
    offset_minutes = 0
    if found[8]:
        if int(found[9]) > 23 or int(found[10]) > 59:
            raise ValueError(f"{text!r} has an impossible zone offset")
        offset_minutes = (int(found[9]) * 60 + int(found[10])) * (-1 if found[8] == "-" else 1)
    try:
        moment = datetime(*(int(found[i]) for i in range(1, 7)), tzinfo=UTC)  # type: ignore[misc,arg-type]  # six ints, then tzinfo
    except ValueError as fault:
        raise ValueError(f"{text!r} names no real instant: {fault}") from fault
    ms = int((found[7] or "0")[:3].ljust(3, "0"))
    result = (moment - _EPOCH) // timedelta(milliseconds=1) + ms - offset_minutes * UNIT_MS["m"]
    if not MIN_TIMESTAMP <= result <= MAX_TIMESTAMP:
        raise ValueError(f"{text!r} is outside the years 1 to 9999")
    return result


def format_timestamp(ms: int) -> str:
    """Return an instant as RFC 3339 text in UTC; milliseconds are shown when not zero.

    Raises:
        ValueError: the instant lies outside the years 1 to 9999.
    """
    if not MIN_TIMESTAMP <= ms <= MAX_TIMESTAMP:
        raise ValueError(f"timestamp {ms} is outside the years 1 to 9999")
    moment = _EPOCH + timedelta(milliseconds=ms)
    form = "milliseconds" if ms % 1000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=form) + "Z"


def parse_integer(text: str) -> int:
    """Return the integer a text writes in decimal digits.

    Raises:
        ValueError: the text has another form or lies outside ±(2^53-1).
    """
    if _INTEGER.fullmatch(text) is None or abs(int(text)) > MAX_INTEGER:
        raise ValueError(f"{text[:40]!r} is not a whole number within ±(2^53-1)")
    return int(text)


def parse_decimal(text: str) -> tuple[int, int]:
    """Return a decimal number exactly, as units and scale (``0.05`` is 5 units of scale 2).

    Raises:
        ValueError: the text has another form, or more than 40 digits or powers of ten.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None or len(text) > MAX_EXPONENT or abs(int(found[4] or 0)) > MAX_EXPONENT:
        raise ValueError(f"{text[:40]!r} is not a decimal number")
    fraction = found[3] or ""
    units = int(found[1] + found[2] + fraction)
    scale = len(fraction) - int(found[4] or 0)
    return (units, scale) if scale >= 0 else (units * 10**-scale, 0)


def decimal_parts(number: Decimal) -> tuple[int, int]:
    """Return a finite Decimal exactly, as units and scale.

    Raises:
        ValueError: it is not finite or needs more than 40 digits or powers of ten.
    """
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_EXPONENT or abs(exponent) > MAX_EXPONENT:
        raise ValueError(f"{number} is not a number of at most {MAX_EXPONENT} digits")
    units = int("".join(map(str, digits))) * (-1 if sign else 1)
    return (units, -exponent) if exponent <= 0 else (units * 10**exponent, 0)


def format_decimal(units: int, scale: int) -> str:
    """Return a scaled number as text without trailing zeros, e.g. ``0.12`` or ``5``."""
    if scale == 0:
        return str(units)
    digits = str(abs(units)).rjust(scale + 1, "0")
    whole, fraction = digits[:-scale], digits[-scale:].rstrip("0")
    return ("-" if units < 0 else "") + whole + ("." + fraction if fraction else "")


def parse_type(text: str, *, scale: int = DEFAULT_SCALE) -> Type:
    """Return the type a text names: ``string``, ``double``, ``double(3)``, ``list<string>`` ….

    Args:
        text: the name as authors write it; lists hold anything but lists.
        scale: decimal digits of a ``double`` that names none, 0..15.

    Raises:
        ValueError: there is no such type.
    """
    if text.startswith("list<") and text.endswith(">"):
        item = parse_type(text[5:-1], scale=scale)
        if item.kind is Kind.LIST:
            raise ValueError("a list cannot hold lists")
        return list_of(item)
    found = _TYPE.fullmatch(text)
    if found and found[1] and int(found[1]) <= MAX_SCALE:
        return Type(Kind.DOUBLE, int(found[1]))
    if found and found[2] in TYPE_NAMES:
        kind = Kind(found[2])
        return Type(kind, scale if kind is Kind.DOUBLE else 0)
    raise ValueError(f"unknown type {text[:40]!r}; one of {', '.join(TYPE_NAMES)}, list<…>")


TYPE_NAMES: Final = ("string", "int", "double", "bool", "timestamp", "duration")
"""The plain types authors may declare."""


def format_value(value: Value, type_: Type) -> str:
    """Return a value as a person reads it; timestamps outside the calendar show their ms."""
    match type_.kind, value:
        case Kind.LIST, tuple() if type_.item is not None:
            item = type_.item
            return "[" + ", ".join(format_value(v, item) for v in value) + "]"
        case Kind.DOUBLE, int():
            return format_decimal(value, type_.scale)
        case Kind.DURATION, int():
            return format_duration(value)
        case Kind.TIMESTAMP, int() if MIN_TIMESTAMP <= value <= MAX_TIMESTAMP:
            return format_timestamp(value)
        case _:
            return ("true" if value else "false") if isinstance(value, bool) else str(value)
