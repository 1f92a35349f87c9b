"""How far inside durable-rules' own limits the cage stays, and the error that says so.

Every number here is well below the place where durable-rules 2.0.28 was measured to crash, hang,
lose facts or answer wrongly.  Whatever would pass a limit is refused before the engine sees it.
"""

from __future__ import annotations

from typing import ClassVar

from interlock.digest import MAX_INTEGER
from interlock.errors import InterlockError

MAX_PATTERNS = 60
"""Patterns in one ruleset.  At 65 patterns met by one fact the engine loses it (error 303);
at 256 patterns with one condition it crashes; at 513 distinct conditions it never returns."""

MAX_PATTERNS_OF_RULE = 8
"""Patterns in one rule.  The engine takes a seventeenth and fails on the first match (304)."""

MAX_TESTS_OF_PATTERN = 64
"""Comparisons of one pattern with constants."""

MAX_JOINS_OF_PATTERN = 24
"""Joins of one pattern; the last is written twice, and the engine's array ends at 29."""

MAX_COLUMNS_OF_KIND = 200
"""Fields of one fact that the engine is shown.  It refuses the 253rd (302)."""

MAX_FACTS = 512
"""Facts in one evaluation: as many as there are identifiers known not to collide."""

MAX_MATCHES = 10_000
"""Matches one evaluation may give before it counts as an explosion and is refused."""

MAX_NUMBER = MAX_INTEGER
"""Largest magnitude of a number; from 2^63 on the engine takes every number for the same."""


class Uncageable(InterlockError):
    """durable-rules must not be given this; the message says which limit it would pass."""

    code: ClassVar[str] = "uncageable"
