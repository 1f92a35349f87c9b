"""The one door to RE2: patterns whose cost is linear in the text, whoever wrote them.

Python's own ``re`` needs exponential time for ``(a+)+$`` on a hostile text; RE2 has neither
back-references nor look-around and never backtracks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

_MAX_PROGRAM_BYTES = 1 << 20

_REMEMBERED = 512
"""Texts of each pattern whose answer is kept: the same hosts and services come again and again."""
_SHORT = 200
"""Most characters of a text that is kept, so that hostile ones fill no memory."""


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MAX_PROGRAM_BYTES
    options.log_errors = False
    return options


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test whether some part of a text matches an RE2 pattern.

    Raises:
        ValueError: the pattern is not RE2 or compiles to more than 1 MiB.

    Source: https://github.com/google/re2/wiki/Syntax
    """
    compiled = _compile(pattern)
    search = compiled.search
    return _remembering(lambda text: search(text) is not None)


@lru_cache(maxsize=4096)
def compile_whole_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test whether the whole of a text matches an RE2 pattern.

    Raises:
        ValueError: the pattern is not RE2 or compiles to more than 1 MiB.
    """
    compiled = _compile(pattern)
    fullmatch = compiled.fullmatch
    return _remembering(lambda text: fullmatch(text) is not None)


def _remembering(test: Callable[[str], bool]) -> Callable[[str], bool]:
    """Return a test that knows its last answers; asking RE2 costs forty times as much."""
    known = lru_cache(maxsize=_REMEMBERED)(test)
    return lambda text: known(text) if len(text) <= _SHORT else test(text)


def _compile(pattern: str) -> re2._Regexp:
    try:
        return re2.compile(pattern, _options())
    except (re2.error, UnicodeEncodeError) as fault:
        reason = fault.args[0] if fault.args else "unknown reason"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"not a safe regular expression: {text}") from fault
