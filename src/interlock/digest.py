"""Canonical bytes, digests and derived identifiers.

A value that is journalled, hashed or compared has exactly one byte form: JSON with sorted
keys, no spaces, UTF-8, integers within ±(2^53-1), strings, booleans, null, lists and
string-keyed objects.  Floats are refused, so the form equals RFC 8785 wherever keys lie in the
Basic Multilingual Plane; beyond it the order is by code point, not by UTF-16 unit.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from interlock.errors import InvariantBroken

MAX_INTEGER = 2**53 - 1
"""The largest magnitude an integer may have in canonical bytes."""


def canonical(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Args:
        value: str, bool, None, int within ±``MAX_INTEGER``, list or tuple, or dict with
            string keys, nested at will.

    Raises:
        InvariantBroken: the value holds a float, a large integer or another type.

    Source: RFC 8785, restricted to integers.
    """
    _refuse_inexact(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError as error:
        raise InvariantBroken(f"a value has no canonical form: {error}") from error


def decode(data: bytes) -> Any:
    """Return the value of canonical bytes; never used on text from outside."""
    return orjson.loads(data)


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical bytes, as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of raw bytes, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def derive_id(prefix: str, *parts: str | int) -> str:
    """Return a stable identifier derived from where a thing came from.

    Args:
        prefix: short word that says what the thing is, e.g. ``inc``.
        parts: the origin; equal parts give equal identifiers on every machine.

    Returns:
        ``prefix-`` and 16 hex digits.
    """
    return f"{prefix}-{digest(list(parts))[:16]}"


_EXACT = frozenset({str, int, bool, type(None)})


def _refuse_inexact(value: object) -> None:
    """Refuse what orjson would write and canonical bytes must not hold, without recursion.

    A key that is no text is refused by orjson.
    """
    found = [value]
    for item in found:  # which grows meanwhile
        kind = type(item)
        if kind in _EXACT:
            continue
        if isinstance(item, dict):
            found.extend(item.values())
        elif isinstance(item, list | tuple):
            found.extend(item)
        elif not isinstance(item, str):
            raise InvariantBroken(f"{kind.__name__} has no canonical form")
