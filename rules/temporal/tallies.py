"""What is being counted: for each group the elements that count at this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
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
    """The elements of one group that count.

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

    @property
    def number(self) -> int:
        """How many count, or how many distinct values they have."""
        return len(self.values) if self.count.distinct else len(self.counted)

    def elements(self) -> list[Element]:
        """Return what counts, in the order it came."""
        return sorted((one.element for one in self.counted.values()), key=lambda e: e.order)


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
        return tally.elements() if tally else ()

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
        tally = self._of.setdefault(one.count.group_of(one.element), Tally(one.count))
        tally.counted[one.element.id] = one
        if one.count.distinct:
            tally.values[one.element.row[one.count.distinct]] += 1

    def _remove(self, one: Counted) -> None:
        group = one.count.group_of(one.element)
        tally = self._of[group]
        del tally.counted[one.element.id]
        if one.count.distinct:
            value = one.element.row[one.count.distinct]
            tally.values[value] -= 1
            if not tally.values[value]:
                del tally.values[value]
        self._tidy(group)

    def _tidy(self, group: Group) -> None:
        tally = self._of[group]
        if not tally.counted and tally.shown is None:
            del self._of[group]
