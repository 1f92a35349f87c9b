"""The functions expressions may call, their types, and what they do at run time.

Guarantees: pure, total and free of locales; a call that cannot answer gives UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    Kind,
    Type,
    Unknown,
    Value,
    format_decimal,
    format_duration,
    format_timestamp,
    format_value,
    parse_duration,
    parse_timestamp,
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function's signature, and the Python expression that calls it."""

    name: str
    parameters: tuple[frozenset[Kind], ...]
    """Kinds each argument may have; of a method, the receiver's first."""
    result: Type
    python: str
    """Format string over the arguments ``{0} {1}``; ``{type}`` is the first argument's type."""
    form: str
    """How it is written: ``function``, ``method`` or ``either``."""
    unsure: bool = False
    """Whether it may give UNKNOWN for known arguments."""


def duration_of(text: str) -> int | Unknown:
    """Return the duration a text writes, UNKNOWN when it writes none."""
    try:
        return parse_duration(text)
    except ValueError:
        return UNKNOWN


def timestamp_of(text: str) -> int | Unknown:
    """Return the timestamp a text writes, UNKNOWN when it writes none."""
    try:
        return parse_timestamp(text)
    except ValueError:
        return UNKNOWN


def percent(number: int, type_: Type) -> str:
    """Return a ratio as a percentage with at most one decimal: 0.125 is ``12.5 %``."""
    return format_decimal(_rounded(number * 1000, int(10**type_.scale)), 1) + " %"


def clock(moment: int) -> str:
    """Return the time of day of an instant in UTC, such as ``09:01:00``."""
    if not MIN_TIMESTAMP <= moment <= MAX_TIMESTAMP:
        return str(moment)
    return format_timestamp(moment)[11:19]


def ago(duration: int) -> str:
    """Return a length of time without the units too small to matter, such as ``1h30m``."""
    coarse = next((unit for unit in (3_600_000, 60_000, 1_000) if abs(duration) >= unit * 24), 1)
    kept = abs(duration) // coarse * coarse
    return format_duration(kept if duration >= 0 else -kept)


def byte_size(count: int) -> str:
    """Return a number of bytes in binary units, such as ``1.5 GiB``."""
    size, unit = abs(count), 1
    names = iter(("B", "KiB", "MiB", "GiB", "TiB", "PiB"))
    name = next(names)
    while size >= unit * 1024 and (larger := next(names, None)):
        unit, name = unit * 1024, larger
    sign = "-" if count < 0 else ""
    return f"{sign}{format_decimal(_rounded(size * 10, unit), 1)} {name}"


def _rounded(numerator: int, denominator: int) -> int:
    """Return the nearest whole number, ties to even."""
    quotient, rest = divmod(numerator, denominator)
    twice = rest * 2
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def text_of(value: Value, type_: Type) -> str:
    """Return a value as a person reads it."""
    return format_value(value, type_)


_TEXT = frozenset({Kind.STRING})
_ANYTHING = frozenset(Kind)
_MOMENTS = frozenset({Kind.DURATION, Kind.TIMESTAMP})

_ALL = (
    Function("size", (frozenset({Kind.STRING, Kind.LIST}),), INT, "len({0})", "either"),
    Function("startsWith", (_TEXT, _TEXT), BOOL, "{0}.startswith({1})", "method"),
    Function("endsWith", (_TEXT, _TEXT), BOOL, "{0}.endswith({1})", "method"),
    Function("contains", (_TEXT, _TEXT), BOOL, "({1} in {0})", "method"),
    Function("matches", (_TEXT, _TEXT), BOOL, "{1}({0})", "method"),
    Function("duration", (_TEXT,), DURATION, "duration_of({0})", "function", unsure=True),
    Function("timestamp", (_TEXT,), TIMESTAMP, "timestamp_of({0})", "function", unsure=True),
    Function("string", (_ANYTHING,), STRING, "text_of({0}, {type})", "function"),
    Function(
        "percent",
        (frozenset({Kind.INT, Kind.DOUBLE}),),
        STRING,
        "percent({0}, {type})",
        "function",
    ),
    Function("clock", (frozenset({Kind.TIMESTAMP}),), STRING, "clock({0})", "function"),
    Function("ago", (_MOMENTS,), STRING, "ago({0})", "function"),
    Function("bytes", (frozenset({Kind.INT}),), STRING, "byte_size({0})", "function"),
)

FUNCTIONS: Final[Mapping[str, Function]] = {one.name: one for one in _ALL}
"""Every function by name, besides ``has``."""


def _named(functions: Iterable[Callable[..., object]]) -> dict[str, Callable[..., object]]:
    return {function.__name__: function for function in functions}


RUNTIME: Final[Mapping[str, Callable[..., object]]] = _named(
    (ago, byte_size, clock, duration_of, percent, text_of, timestamp_of, len)
)
"""What the Python of ``FUNCTIONS`` calls, by name."""
