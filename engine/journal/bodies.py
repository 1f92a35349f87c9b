"""Tells whether stored bytes are the one canonical form of an object; at speed.

``digest.canonical`` refuses to write any other form; this is the same question asked of bytes
that somebody else may have written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from interlock.digest import canonical
from interlock.errors import InvariantBroken

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
# Every digit becomes 0 and every sign -, so that three searches find what may be a float.
_SHAPE = bytes.maketrans(b"123456789E+", b"000000000e-")


def canonical_object(body: bytes) -> Mapping[str, Any] | None:
    """Return the object whose canonical bytes these are, or None if they are none."""
    try:
        value = orjson.loads(body)
        if type(value) is not dict or orjson.dumps(value, option=_OPTIONS) != body:
            return None
        shape = body.translate(_SHAPE)
        if b"0.0" in shape or b"0e0" in shape or b"0e-" in shape:
            canonical(value)  # refuses floats; a string such as an address is none
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, InvariantBroken):
        return None
    return value
