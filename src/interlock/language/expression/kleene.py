"""What compiled expressions call where plain Python operators do not say the same.

Guarantees: total.  Three-valued membership and quantifiers, whole-number division that cuts toward
zero, list look-up without wrap-around, and the last check before a number leaves an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from interlock.digest import MAX_INTEGER
from interlock.errors import InvariantBroken
from interlock.language.values import MAX_TIMESTAMP, MIN_TIMESTAMP, UNKNOWN, Unknown, Value


def member(value: Value | Unknown, items: tuple[Value | Unknown, ...]) -> bool | Unknown:
    """Return ``value == a || value == b || …`` over the items."""
    if value is UNKNOWN:
        return UNKNOWN if items else False
    found: bool | Unknown = False
    for item in items:
        if item is UNKNOWN:
            found = UNKNOWN
        elif item == value:
            return True
    return found


def some(truths: Iterable[bool | Unknown]) -> bool | Unknown:
    """Return ``a || b || …``; false of none."""
    found: bool | Unknown = False
    for truth in truths:
        if truth is True:
            return True
        if truth is UNKNOWN:
            found = UNKNOWN
    return found


def every(truths: Iterable[bool | Unknown]) -> bool | Unknown:
    """Return ``a && b && …``; true of none."""
    found: bool | Unknown = True
    for truth in truths:
        if truth is False:
            return False
        if truth is UNKNOWN:
            found = UNKNOWN
    return found


def divide(numerator: int, denominator: int) -> int | Unknown:
    """Return a quotient cut toward zero; UNKNOWN by zero."""
    if denominator == 0:
        return UNKNOWN
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def remainder(numerator: int, denominator: int) -> int | Unknown:
    """Return what ``divide`` leaves, with the sign of the numerator; UNKNOWN by zero."""
    if denominator == 0:
        return UNKNOWN
    rest = abs(numerator) % abs(denominator)
    return -rest if numerator < 0 else rest


def item(items: tuple[Value, ...], index: int) -> Value | Unknown:
    """Return an item counted from 0; UNKNOWN outside the list."""
    return items[index] if 0 <= index < len(items) else UNKNOWN


def widened(items: tuple[int, ...], factor: int) -> tuple[int, ...]:
    """Return a list of numbers in finer units."""
    return tuple(one * factor for one in items)


def fitted(value: int | Unknown, factor: int, divisor: int) -> int | Unknown:
    """Return ``value * factor / divisor`` cut toward zero; UNKNOWN outside ±(2^53-1)."""
    if value is UNKNOWN:
        return UNKNOWN
    units = divide(value * factor, divisor)
    return units if units is UNKNOWN or -MAX_INTEGER <= units <= MAX_INTEGER else UNKNOWN


def dated(value: int | Unknown) -> int | Unknown:
    """Return a timestamp; UNKNOWN outside the years 1 to 9999."""
    return value if value is UNKNOWN or MIN_TIMESTAMP <= value <= MAX_TIMESTAMP else UNKNOWN


def incomplete(missing: KeyError) -> InvariantBroken:
    """Return the error of a caller whose row or environment lacks what the scope promised."""
    return InvariantBroken(f"expression was given no value for {missing}")


KLEENE: Final[Mapping[str, Callable[..., object]]] = {
    function.__name__: function
    for function in (
        member,
        some,
        every,
        divide,
        remainder,
        item,
        widened,
        fitted,
        dated,
        incomplete,
    )
}
"""Every function here by name."""
