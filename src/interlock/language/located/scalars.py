"""What a plain scalar means: the YAML 1.2 core schema in decimal.

``on``, ``yes``, ``1:30``, ``0o7`` and ``2026-01-01`` are text; PyYAML's YAML 1.1 makes
``on:`` the key ``True``, which every state machine author meets once.

Source: https://yaml.org/spec/1.2.2/#103-core-schema, without octal, hexadecimal, .inf and .nan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from interlock.language.values import decimal_parts, parse_integer

_CONSTANTS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)


def plain_value(text: str) -> str | int | bool | Decimal | None:
    """Return what an unquoted scalar means.

    Raises:
        ValueError: it is a number that cannot be held exactly.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return parse_integer(text)
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    return text


def _decimal(text: str) -> Decimal:
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > 40 or len(exponent) > 4:
        raise ValueError(f"{text[:40]!r} is not a number of at most 40 digits")
    number = Decimal(text)
    decimal_parts(number)
    return number
