"""Finds a value in JSON by its pointer.  Source: RFC 6901."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from interlock.engine.executors.outputs import Json

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_BAD_ESCAPE = re.compile(r"~(?![01])")


def parse_pointer(text: str) -> tuple[str, ...]:
    """Return the steps of a pointer such as ``/status/0/ready``; empty for the whole document.

    Raises:
        ValueError: it is no JSON pointer.
    """
    if text and (not text.startswith("/") or _BAD_ESCAPE.search(text)):
        raise ValueError(f"{text!r} is not a JSON pointer; write for example /status/ready")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def find(value: Json, steps: tuple[str, ...]) -> Json:
    """Return what a pointer's steps lead to; None when there is nothing."""
    for step in steps:
        match value:
            case Mapping():
                value = value.get(step)
            case Sequence() if not isinstance(value, str) and _INDEX.fullmatch(step):
                value = value[int(step)] if int(step) < len(value) else None
            case _:
                return None
    return value
