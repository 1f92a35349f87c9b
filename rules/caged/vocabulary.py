"""The closed set of names the caged engine ever sees, proved free of hash collisions.

durable-rules knows property names, aliases, sessions and fact identifiers only by their 32-bit
FNV-1a hash and never compares the text: to it, ``liquid`` and ``costarring`` are one property.  So
no name written by an author or a sender reaches it.  The cage hands out its own short names
(``c17`` a column, ``p2`` the third pattern, ``r5`` the sixth rule, ``f31`` a fact), and this module
refuses any set of them in which two names, or a name and a word of the engine, share a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

from interlock.rules.caged.limits import MAX_FACTS, Uncageable

KIND: Final = "k"
"""The property that holds the kind of a fact: a small number per element type."""

FIRST_KIND: Final = 1
"""Kinds count from here; 0 marks the fact that opens a session."""

FOCUS: Final = "n"
"""The property that only the new element of an evaluation carries."""

SESSION: Final = "w"
OPENING_RULE: Final = "o"
OPENING_FACT: Final = f'{{"id":"o","sid":"{SESSION}","{KIND}":0}}'
FACT_IDS: Final = tuple(f"f{number}" for number in range(MAX_FACTS))

_OPERATORS = (
    "lt lte gt gte eq neq mt imt iall iany ex nex or and add sub mul div not all any"
    " m i s l r time timerName baseTime forward pulse init"
)
ENGINE_WORDS: Final = (
    *(f"${word}" for word in _OPERATORS.split()),
    *("id", "sid", "all", "any", "run", "pri", "count", "cap", "dist", "name", "exception"),
    f"sid-{SESSION}",  # the engine's own fact about the session
)


def column_name(number: int) -> str:
    """Return the engine's name of a field of an element type."""
    return f"c{number}"


def alias_name(number: int) -> str:
    """Return the engine's name of a pattern's place in its rule."""
    return f"p{number}"


def rule_name(number: int) -> str:
    """Return the engine's name of a rule."""
    return f"r{number}"


@lru_cache(maxsize=4 * MAX_FACTS)  # the same short names, ruleset by ruleset
def fnv1a(text: str) -> int:
    """Return the 32-bit FNV-1a hash of a text, as the engine computes it.

    Source: http://www.isthe.com/chongo/tech/comp/fnv/
    """
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def refuse_collisions(names: Iterable[str]) -> None:
    """Refuse names of which two share a hash, also with any word of the engine.

    Raises:
        Uncageable: naming the two.
    """
    owners = dict(_always())
    for name in sorted(set(names)):
        owner = owners.setdefault(fnv1a(name), name)
        if owner != name:
            raise Uncageable(f"names {owner!r} and {name!r} are one to the engine")


@cache
def _always() -> Mapping[int, str]:
    """Return by hash the names that every ruleset has."""
    owners: dict[int, str] = {}
    for name in sorted({*FACT_IDS, *ENGINE_WORDS, KIND, FOCUS, OPENING_RULE, SESSION}):
        owner = owners.setdefault(fnv1a(name), name)
        if owner != name:
            raise Uncageable(f"names {owner!r} and {name!r} are one to the engine")
    return owners
