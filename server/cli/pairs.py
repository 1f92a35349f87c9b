"""``k=v`` arguments: labels as they stand, values typed by look.

::

    up=true           bool          true, false
    count=12          whole number  no leading zeros, so 007 stays text
    ratio=0.12        decimal       always with a point; 1e5 stays text
    service=checkout  text          everything else
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from interlock.digest import MAX_INTEGER
from interlock.server.inputs import InputRejected

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)

_LONGEST = 20
"""More characters than any number within ±(2^53-1) has."""

PlainValue = str | int | float | bool
"""A value as the wire carries it."""


def read_pairs(option: str, pairs: Iterable[str]) -> dict[str, str]:
    """Return the names and texts of ``k=v`` arguments.

    Args:
        option: which option they were given to, for the message.
        pairs: the arguments; the first ``=`` ends the name.

    Raises:
        InputRejected: one has no name or no ``=``, or a name comes twice.
    """
    read: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not name or not equals:
            raise InputRejected(f"{option}: expected name=value, found {pair!r}", field=option)
        if name in read:
            raise InputRejected(f"{option}: {name!r} is given twice", field=option)
        read[name] = text
    return read


def read_values(option: str, pairs: Iterable[str]) -> dict[str, PlainValue]:
    """Return the names and typed values of ``k=v`` arguments.

    Raises:
        InputRejected: as ``read_pairs``, or a number has more digits than the wire carries.
    """
    return {name: by_look(name, text) for name, text in read_pairs(option, pairs).items()}


def by_look(name: str, text: str) -> PlainValue:
    """Return the value a text looks like.

    Raises:
        InputRejected: it looks like a number that the wire would change.
    """
    if text in {"true", "false"}:
        return text == "true"
    if _WHOLE.fullmatch(text):
        whole = int(text[:_LONGEST])
        if len(text) > _LONGEST or abs(whole) > MAX_INTEGER:
            raise _too_long(name, text)
        return whole
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if Decimal(repr(number)) != Decimal(text):
            raise _too_long(name, text)
        return number
    return text


def _too_long(name: str, text: str) -> InputRejected:
    return InputRejected(
        f"{name}: expected a number of at most 15 digits, found {text[:40]}; a --label takes any",
        field=name,
    )
