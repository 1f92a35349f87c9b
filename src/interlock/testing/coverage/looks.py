"""What rules look at, piece by piece: patterns, numbers, negations, and what must not follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from interlock.language.expression import Evaluate
from interlock.rules.model import Row
from interlock.rules.temporal.watches import SINCE
from interlock.testing.coverage.elements import Lived
from interlock.testing.coverage.model import FALSE, HIT, TRUE, Item, Seen

MOST_CANDIDATES = 200
"""Elements tried for one pattern, newest first."""

Live: TypeAlias = Mapping[str, Sequence[Lived]]
"""The elements there are at a moment, by type."""

Bound: TypeAlias = Mapping[str, Row]
"""The rows of what is bound, by alias."""

Tests: TypeAlias = tuple[tuple[Item, Evaluate], ...]
"""Conjuncts as items and functions, in the order written."""


def hold(tests: Tests, row: Row, env: Bound, seen: Seen) -> bool:
    """Look at conjuncts in order, up to the first that does not hold."""
    for item, test in tests:
        verdict = test(row, env)
        if isinstance(verdict, bool):
            seen[item].add(TRUE if verdict else FALSE)
        if verdict is not True:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Looked:
    """A pattern.

    Attributes:
        type, alias: what it is about, and its name.
        tests: its conjuncts.
        alone: those of them that read nothing else.
        lasts: whether it must last, or begins a wait.
    """

    type: str
    alias: str
    tests: Tests
    alone: Tests = ()
    lasts: bool = False

    def row(self, one: Lived) -> Row:
        """Return what may be read of an element that is bound."""
        # Whether it has lasted is the rule's business; since when is of no account here.
        return {**one.row, SINCE: one.at} if self.lasts else one.row

    def began(self, one: Lived) -> int:
        """Return since when elements of its key have passed without a break, ms."""
        while one.before is not None and self._passes(one.before):
            one = one.before
        return one.at

    def _passes(self, one: Lived) -> bool:
        return all(test(one.row, {}) is True for _, test in self.alone)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of signals.

    Attributes:
        type, alias: what is counted, and the name of the number.
        tests: the conjuncts of the number.
        counted: the conjuncts of what is counted.
        over_ms: for how long each counts.
        distinct: the field whose values are counted; None: every signal.
        field: the name by which ``tests`` read the number.
    """

    type: str
    alias: str
    tests: Tests
    counted: Tests
    over_ms: int
    distinct: str | None
    field: str

    def number(self, env: Bound, live: Live, now: int, seen: Seen) -> int:
        """Look at what may count at a moment; return how many do."""
        found = [
            one
            for one in live.get(self.type, ())
            if _observed(one) + self.over_ms > now and hold(self.counted, one.row, env, seen)
        ]
        if self.distinct is None:
            return len(found)
        return len({one.row.get(self.distinct) for one in found})


def _observed(one: Lived) -> int:
    at = one.row.get("at", one.at)
    return at if isinstance(at, int) else one.at


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A negation: what must not be there."""

    type: str
    tests: Tests
    item: Item

    def look(self, env: Bound, taken: Sequence[Lived], live: Live, seen: Seen) -> None:
        """Look at everything that may forbid what is bound."""
        for one in live.get(self.type, ())[-MOST_CANDIDATES:]:
            mine = any(one is other for other in taken)
            if not mine and hold(self.tests, one.row, env, seen):
                seen[self.item].add(HIT)


@dataclass(frozen=True, slots=True)
class Awaited:
    """``not … within``: what must not follow in time."""

    type: str
    tests: Tests
    item: Item
    within_ms: int
    after: Looked

    def look(self, new: Lived, live: Live, seen: Seen) -> None:
        """Look at what came as the answer to everything that waits."""
        for one in live.get(self.after.type, ())[-MOST_CANDIDATES:]:
            waits = all(test(one.row, {}) is True for _, test in self.after.alone)
            if one is not new and waits and new.at < self.after.began(one) + self.within_ms:
                env = {self.after.alias: self.after.row(one)}
                if hold(self.tests, new.row, env, seen):
                    seen[self.item].add(HIT)
