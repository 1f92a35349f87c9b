"""What was the case after every step so far; runs are found by walking back through all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.oracle.forms import Ask, Row


@dataclass(frozen=True)
class Live:
    """An element: its identity (a signal's id, or a fact's name and key), type and row.

    What stands for a stretch of time names the element it stands for as its stem.
    """

    id: object
    type: object
    row: Row = field(hash=False)
    origin: object = None
    said_at: int = field(default=0, compare=False)
    """When its source last said that it holds, ms."""

    @property
    def stem(self) -> object:
        """What makes two elements one: a run is not another element than its latest sample."""
        return self.id if self.origin is None else self.origin


@dataclass
class Past:
    """Every moment so far, each with all that was live after it."""

    latest: frozenset[str] = frozenset()
    """Signals of which a newer one takes the place of the one with its key ``k``."""
    now: int = 0
    moments: list[tuple[int, Mapping[object, Row]]] = field(default_factory=list)

    def record(self, elements: Iterable[Live]) -> None:
        """Note what is live after a step."""
        self.moments.append((self.now, {self._slot(one): one.row for one in elements}))

    def stretches(self, asks: Sequence[Ask], elements: Sequence[Live]) -> list[Live]:
        """Return what stands for runs that have lasted long enough, and for numbers."""
        return [*self._runs(asks, elements), *self._numbers(asks, elements)]

    def _numbers(self, asks: Sequence[Ask], elements: Sequence[Live]) -> Iterator[Live]:
        for ask in dict.fromkeys(replace(ask, number=None) for ask in asks if ask.over):
            groups: dict[tuple, list[Live]] = {}
            for one in elements:
                recent = one.type == ask.type and one.said_at + ask.over > self.now
                if recent and ask.holds_alone(one.row) is True:
                    group = (one.row["k"],) if ask.groups else ()
                    groups.setdefault(group, []).append(one)
            for group, some in groups.items():
                counted = {one.row[ask.distinct] if ask.distinct else one.id for one in some}
                row = {**({"k": group[0]} if group else {}), "count": len(counted)}
                yield Live((ask.sought, group, len(counted)), ask.sought, row)

    def _runs(self, asks: Sequence[Ask], elements: Sequence[Live]) -> list[Live]:
        return [
            Live((ask.sought, one.id, since), ask.sought, {**one.row, "since": since}, one.id)
            for ask in dict.fromkeys(ask for ask in asks if ask.lasts is not None)
            for one in elements
            if one.type == ask.type and ask.holds_alone(one.row) is True
            for since in [self._since(ask, one)]
            if since + ask.lasts <= self.now
        ]

    def _since(self, ask: Ask, one: Live) -> int:
        since, slot = self.now, self._slot(one)
        for moment, rows in reversed(self.moments):
            if slot not in rows or ask.holds_alone(rows[slot]) is not True:
                break
            since = moment
        return since

    def _slot(self, one: Live) -> object:
        return (one.type, one.row["k"]) if one.type in self.latest else one.id
