"""What is being counted: for each group the elements that count at this moment."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heapify, heappop, heappush, heapreplace
from typing import TypeAlias

from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.watches import Count

Group: TypeAlias = tuple[str, tuple[Value, ...]]
"""A watch's name and the values of the fields it groups by."""


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """An element while it counts."""

    count: Count
    element: Element

    @property
    def expiry(self) -> int:
        """When it is too long ago, ms; later whenever the same is said again."""
        return self.element.said_at + self.count.over_ms


@dataclass(eq=False, slots=True)
class Tally:
    """The elements of one group that count; a storm of n costs O(log n) for each that comes.

    Attributes:
        count: the watch.
        counted: the elements, by id.
        values: how many of them have each distinct value.
        shown: what stands for the number.
    """

    count: Count
    counted: dict[str, Counted] = field(default_factory=dict)
    values: Counter[Value] = field(default_factory=Counter)
    shown: Derived | None = None
    _by_age: list[Element] = field(default_factory=list)
    _said: list[_Said] = field(default_factory=list)
    """A heap, oldest word first; also of what has gone or was said again since, until it shows."""

    @property
    def number(self) -> int:
        """How many count, or how many distinct values they have."""
        return len(self.values) if self.count.distinct else len(self.counted)

    @property
    def elements(self) -> Sequence[Element]:
        """What counts, in the order it came."""
        return self._by_age

    @property
    def since(self) -> int:
        """When what was said least recently was, ms; only while something counts."""
        while True:
            said_at, name = self._said[0]
            one = self.counted.get(name)
            if one is None:
                heappop(self._said)
            elif one.element.said_at != said_at:
                heapreplace(self._said, (one.element.said_at, name))
            else:
                return said_at

    def add(self, one: Counted) -> None:
        """Let an element count."""
        element = one.element
        self.counted[element.id] = one
        insort(self._by_age, element, key=_age)
        heappush(self._said, (element.said_at, element.id))
        if self.count.distinct:
            self.values[element.row[self.count.distinct]] += 1

    def remove(self, one: Counted) -> None:
        """Let an element count no more."""
        element = one.element
        del self.counted[element.id]
        del self._by_age[bisect_left(self._by_age, element.order, key=_age)]
        if len(self._said) > 2 * len(self._by_age) + _SPARE:
            self._said = [(e.said_at, e.id) for e in self._by_age]
            heapify(self._said)
        if self.count.distinct:
            value = element.row[self.count.distinct]
            self.values[value] -= 1
            if not self.values[value]:
                del self.values[value]


_Said: TypeAlias = tuple[int, str]
"""When an element was said to hold, and its id."""

_SPARE = 64
"""So many that have gone may stay in a heap besides as many as count."""


def _age(element: Element) -> tuple[int, int]:
    return element.order


class Tallies:
    """The tallies of one partition; each change notes how to take it back."""

    def __init__(self, note: Callable[[Callable[[], None]], None]) -> None:
        """Begin with none.

        Args:
            note: takes what undoes a change.
        """
        self._of: dict[Group, Tally] = {}
        self._note = note

    def __iter__(self) -> Iterator[tuple[Group, Tally]]:
        return iter(self._of.items())

    def counted_now(self) -> Iterator[Counted]:
        """Yield everything that counts."""
        for tally in self._of.values():
            yield from tally.counted.values()

    def of(self, group: Group) -> Tally | None:
        """Return the tally of a group; None while nothing counts."""
        return self._of.get(group)

    def behind(self, derived: Derived) -> Collection[Element]:
        """Return the elements a shown number stands for at this moment."""
        tally = self._of.get((derived.type, derived.key))
        return tally.elements if tally else ()

    def counted(self, count: Count, element: Element) -> Counted | None:
        """Return an element as it counts, or None when it does not."""
        tally = self._of.get(count.group_of(element))
        return tally.counted.get(element.id) if tally else None

    def add(self, one: Counted) -> None:
        """Let an element count."""
        self._add(one)
        self._note(partial(self._remove, one))

    def remove(self, one: Counted) -> None:
        """Let an element count no more."""
        self._remove(one)
        self._note(partial(self._add, one))

    def show(self, group: Group, derived: Derived | None) -> None:
        """Let something stand for the number of a group, or nothing."""
        tally = self._of[group]
        self._note(partial(self._show, group, tally.count, tally.shown))
        self._show(group, tally.count, derived)

    def _show(self, group: Group, count: Count, derived: Derived | None) -> None:
        self._of.setdefault(group, Tally(count)).shown = derived
        self._tidy(group)

    def _add(self, one: Counted) -> None:
        self._of.setdefault(one.count.group_of(one.element), Tally(one.count)).add(one)

    def _remove(self, one: Counted) -> None:
        group = one.count.group_of(one.element)
        self._of[group].remove(one)
        self._tidy(group)

    def _tidy(self, group: Group) -> None:
        tally = self._of[group]
        if not tally.counted and tally.shown is None:
            del self._of[group]
