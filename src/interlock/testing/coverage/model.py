"""What there is to cover in a bundle, and what scenarios have covered of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from interlock.language.diagnostics import Span

HIT: Final = "hit"
"""The one way of an item that is covered when it happens."""

TRUE: Final = "true"
FALSE: Final = "false"

SILENT: Final = "silent"
HEARD: Final = "heard"
"""The ways of an absence: some value was missed, and one was heard in time."""


class Sort(StrEnum):
    """The sorts of items, in the order they are told."""

    RULE = "rules"
    """A rule; covered when it fires, a shadow too."""
    CONJUNCT = "conjuncts"
    """A conjunct of ``where``; covered when it was looked at and was true, and when it was
    false.  It is looked at when all before it in its pattern hold, and all patterns before."""
    NEGATION = "negations"
    """A ``not``; covered when an element forbade what all patterns of its rule matched."""
    ABSENCE = "absences"
    """An ``absent``; covered when a value was not heard for so long, and when one was in time."""
    EXCEPTION = "exceptions"
    """An ``except`` of a rule; covered when it keeps the rule from firing."""
    STATE = "states"
    """A state that is written; covered when an incident comes to it."""
    TRANSITION = "transitions"
    """A branch of ``on``, of ``choose`` or of an answer; covered when it is taken."""
    RESULT = "results"
    """A branch for one of the five results of an action; covered when it is taken."""
    TIMER = "timers"
    """A branch of ``after`` or ``on_expire``; covered when it is taken."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to cover.

    Attributes:
        sort: of what sort it is.
        path, span: where it is written.
        said: what it is, for people.
        ways: each of the ways it is to be seen in.
    """

    sort: Sort
    path: str
    span: Span
    said: str
    ways: tuple[str, ...] = (HIT,)

    @property
    def place(self) -> str:
        """``file:line:col``."""
        return f"{self.path}:{self.span.line}:{self.span.col}"

    @property
    def order(self) -> tuple[str, int, int, str]:
        """By place."""
        return self.path, self.span.line, self.span.col, self.said


Seen: TypeAlias = dict[Item, set[str]]
"""The ways each item was seen in so far."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Items, and the ways each was seen in."""

    seen: Mapping[Item, frozenset[str]] = field(default_factory=dict)

    def missed(self) -> list[tuple[Item, list[str]]]:
        """Return the items that were not seen in every way, with those ways, by place."""
        found = [
            (item, [way for way in item.ways if way not in seen])
            for item, seen in self.seen.items()
        ]
        return sorted(((i, ways) for i, ways in found if ways), key=lambda one: one[0].order)

    def count(self, sort: Sort | None = None) -> tuple[int, int]:
        """Return how many items of a sort, or in all, are covered, and how many there are."""
        mine = [(i, seen) for i, seen in self.seen.items() if sort in (None, i.sort)]
        return sum(seen.issuperset(item.ways) for item, seen in mine), len(mine)

    @property
    def percent(self) -> int:
        """The share of all items that are covered, rounded down; 100 when there are none."""
        covered, count = self.count()
        return covered * 100 // count if count else 100


def merged(coverages: Iterable[Coverage]) -> Coverage:
    """Return what several runs have covered together."""
    seen: dict[Item, frozenset[str]] = {}
    for coverage in coverages:
        for item, ways in coverage.seen.items():
            seen[item] = seen.get(item, frozenset()) | ways
    return Coverage(seen)
