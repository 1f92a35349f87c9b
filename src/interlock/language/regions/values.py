"""What one variable may be: sets of whole numbers and of everything else, each exact.

Numbers are intervals of units, so a decimal is as exact here as where it is evaluated.  Texts,
truth values and lists are listed, or are all but those listed.  A variable may also be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from interlock.digest import MAX_INTEGER
from interlock.language.values import MAX_TIMESTAMP, MIN_TIMESTAMP, Field, Kind, Type, Value

ENDLESS: Final = 10**2000
"""Stands for no bound: beyond whatever `MOST_PRODUCTS` factors of numbers within bounds give."""

MOST_PRODUCTS: Final = 40
"""A condition with more multiplications is not looked into."""

MOST_LISTED: Final = 64
"""So many values are looked at one by one, no more."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers: disjoint spans ``(first, last)``, ascending, none touching the next."""

    spans: tuple[tuple[int, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether no number is in it."""
        return not self.spans

    def holds(self, value: Value) -> bool:
        """Whether a value is in it."""
        return isinstance(value, int) and any(low <= value <= high for low, high in self.spans)

    def both(self, other: Numbers) -> Numbers:
        """Return what is in both."""
        spans = [
            (max(low, least), min(high, most))
            for low, high in self.spans
            for least, most in other.spans
        ]
        return Numbers(tuple(span for span in spans if span[0] <= span[1]))

    def either(self, other: Numbers) -> Numbers:
        """Return what is in one of the two."""
        return joined((*self.spans, *other.spans))

    def without(self, other: Numbers) -> Numbers:
        """Return what is in this one only."""
        left = self
        for low, high in other.spans:
            left = left.both(joined(((-ENDLESS, low - 1), (high + 1, ENDLESS))))
        return left

    def samples(self) -> Iterator[int]:
        """Yield a few numbers of it, those near its edges and near zero."""
        for low, high in self.spans:
            least, most = max(low, -MAX_INTEGER), min(high, MAX_INTEGER)
            plain = {one for one in _PLAIN_NUMBERS if least <= one <= most}
            yield from sorted({least, most, min(max(0, least), most), *plain}, key=abs)

    def listed(self) -> tuple[int, ...] | None:
        """Return its numbers when they are few, or None."""
        if sum(high - low + 1 for low, high in self.spans) > MOST_LISTED:
            return None
        return tuple(n for low, high in self.spans for n in range(low, high + 1))


@dataclass(frozen=True, slots=True)
class Words:
    """Values without arithmetic: those listed, or all but those listed."""

    values: frozenset[Value]
    others: bool = False
    """Whether everything that is not listed is meant."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.values and not self.others

    def holds(self, value: Value) -> bool:
        """Whether a value is in it."""
        return (value in self.values) != self.others

    def both(self, other: Words) -> Words:
        """Return what is in both."""
        if self.others and other.others:
            return Words(self.values | other.values, others=True)
        if self.others:
            return Words(other.values - self.values)
        return Words(self.values - other.values if other.others else self.values & other.values)

    def either(self, other: Words) -> Words:
        """Return what is in one of the two."""
        return self.complement().both(other.complement()).complement()

    def without(self, other: Words) -> Words:
        """Return what is in this one only."""
        return self.both(other.complement())

    def complement(self) -> Words:
        """Return everything else."""
        return Words(self.values, others=not self.others)

    def samples(self) -> Iterator[Value]:
        """Yield a few values of it."""
        if not self.others:
            yield from sorted(self.values, key=repr)
        else:
            yield from (word for word in _COMMON if word not in self.values)

    def listed(self) -> tuple[Value, ...] | None:
        """Return its values when they are few, or None."""
        if self.others or len(self.values) > MOST_LISTED:
            return None
        return tuple(sorted(self.values, key=repr))


_PLAIN_NUMBERS: Final = (1, 100)
"""Numbers that are worth a try beside zero, where something is to be larger than another."""

_COMMON: Final = ("web", "a", "r1", "1", "main", "")
"""Texts that most patterns admit one of."""

Several: TypeAlias = Numbers | Words


@dataclass(frozen=True, slots=True)
class Values:
    """What one variable may be.

    Attributes:
        held: the values it may have.
        missing: whether it may have none.
    """

    held: Several
    missing: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it can be nothing at all, not even missing."""
        return self.held.is_empty and not self.missing

    def both(self, other: Values) -> Values:
        """Return what is in both."""
        return Values(_both(self.held, other.held), self.missing and other.missing)

    def either(self, other: Values) -> Values:
        """Return what is in one of the two."""
        return Values(_either(self.held, other.held), self.missing or other.missing)

    def within(self, other: Values) -> bool:
        """Whether everything of it is in the other."""
        return _without(self.held, other.held).is_empty and self.missing <= other.missing

    @property
    def known(self) -> Values:
        """The same, not missing."""
        return Values(self.held)


def joined(spans: Iterable[tuple[int, int]]) -> Numbers:
    """Return the numbers of some spans, which may overlap."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        elif low <= high:
            found.append((low, high))
    return Numbers(tuple(found))


def between(low: int, high: int) -> Numbers:
    """Return all numbers from one to another, both included."""
    return joined(((low, high),))


def all_of(type_: Type, *, computed: bool = False) -> Several:
    """Return every value of a type; what is computed may leave its bounds."""
    match type_.kind:
        case Kind.BOOL:
            return TRUTH
        case Kind.TIMESTAMP if not computed:
            return between(MIN_TIMESTAMP, MAX_TIMESTAMP)
        case Kind.INT | Kind.DOUBLE | Kind.DURATION | Kind.TIMESTAMP:
            bound = ENDLESS if computed else MAX_INTEGER
            return between(-bound, bound)
        case _:
            return ANYTHING


def declared(field: Field) -> Values:
    """Return what a field may be, by its type, enum and range."""
    held = all_of(field.type)
    if isinstance(held, Numbers):
        low = -ENDLESS if field.min is None else field.min
        high = ENDLESS if field.max is None else field.max
        held = held.both(between(low, high))
        if field.enum:
            held = held.both(joined((n, n) for n in field.enum if isinstance(n, int)))
    elif field.enum and field.type.item is None:
        held = Words(frozenset(field.enum))
    return Values(held, missing=field.optional)


def _both(one: Several, other: Several) -> Several:
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return one.both(other)
    return one.both(other) if isinstance(one, Words) and isinstance(other, Words) else one


def _either(one: Several, other: Several) -> Several:
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return one.either(other)
    return one.either(other) if isinstance(one, Words) and isinstance(other, Words) else one


def _without(one: Several, other: Several) -> Several:
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return one.without(other)
    return one.without(other) if isinstance(one, Words) and isinstance(other, Words) else one


ANYTHING: Final = Words(frozenset(), others=True)
TRUTH: Final = Words(frozenset({True, False}))
