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
    live: list[list[Live]] = field(default_factory=list)
    came: list[Mapping[object, int]] = field(default_factory=list)
    """At which moment each element that is live came, or was last said."""
    sounds: list[tuple[int, str, Row]] = field(default_factory=list)
    """Every signal so far, with the time it was received; none of them is a resolution."""

    def record(self, elements: Iterable[Live], heard: object) -> None:
        """Note what is live after a step, and which of it was said in that step."""
        some, place = list(elements), len(self.moments)
        before = {one.id: one for one in self.live[-1]} if self.live else {}
        self.came.append(
            {
                one.id: place
                if one.id not in before or one.id == heard or one.row != before[one.id].row
                else self.came[-1][one.id]
                for one in some
            }
        )
        self.live.append(some)
        self.moments.append((self.now, {self._slot(one): one.row for one in some}))

    def stretches(self, asks: Sequence[Ask], elements: Sequence[Live]) -> list[Live]:
        """Return what stands for runs that have lasted long enough, for numbers and silences."""
        silences = self._silences(asks)
        return [*self._runs(asks, elements), *self._numbers(asks, elements), *silences]

    def _silences(self, asks: Sequence[Ask]) -> Iterator[Live]:
        """Ask of every listed value when it was last heard; listening began at time 0."""
        wanted = {(ask.sought, k): ask for ask in asks for k in ask.listed}
        for (sought, k), ask in wanted.items():
            heard = [
                when
                for when, name, row in self.sounds
                if name == ask.type and row["k"] == k and ask.holds_alone(row) is not False
            ]
            since, (lasts, not_before) = max(heard, default=0), ask.missed
            if self.now >= max(since + lasts, not_before):
                yield Live((sought, k, since), sought, {"k": k, "since": since})

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
            for ask in dict.fromkeys(ask for ask in asks if ask.waits)
            for one in elements
            if one.type == ask.type and ask.holds_alone(one.row) is True
            for since in [self._since(ask, one)]
            if since + ask.waits <= self.now and not self._is_answered(ask, one)
        ]

    def _since(self, ask: Ask, one: Live) -> int:
        since, slot = self.now, self._slot(one)
        for moment, rows in reversed(self.moments):
            if slot not in rows or ask.holds_alone(rows[slot]) is not True:
                break
            since = moment
        return since

    def _is_answered(self, ask: Ask, one: Live) -> bool:
        """Walk through the run and look for what must not come in time."""
        slot, first = self._slot(one), len(self.moments)
        while first and self._goes_on(ask, slot, first - 1):
            first -= 1
        return any(
            self.moments[place][0] < self.moments[first][0] + within
            and self._came(place, other, is_first=place == first)
            and other.type == answer.type
            and other.id != self._bound(slot, place).id
            and answer.holds(other.row, {ask.alias: self._bound(slot, place).row}) is not False
            for place in range(first, len(self.moments))
            for other in self.live[place]
            for answer, within in ask.answers
        )

    def _goes_on(self, ask: Ask, slot: object, place: int) -> bool:
        rows = self.moments[place][1]
        return slot in rows and ask.holds_alone(rows[slot]) is True

    def _bound(self, slot: object, place: int) -> Live:
        return next(one for one in self.live[place] if self._slot(one) == slot)

    def _came(self, place: int, other: Live, *, is_first: bool) -> bool:
        """Whether it came at a moment, or at the very time at which what it answers began."""
        came = self.came[place][other.id]
        return came == place or (is_first and self.moments[came][0] == self.moments[place][0])

    def _slot(self, one: Live) -> object:
        return (one.type, one.row["k"]) if one.type in self.latest else one.id
