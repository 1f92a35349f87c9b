"""Regions: where a condition may be true, as a union of boxes.

A box says for some variables what they may be; all others are free.  Every operation may give
more than there is (a region grows when it would become too large to handle), never less: what
is outside of a region is certainly outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeAlias

from interlock.language.regions.values import Numbers, Values, between


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """Something a condition reads, the same wherever it has this name.

    Attributes:
        sort: ``field``; ``term`` for a computed value, ``test`` for a condition that is not
            looked into, ``sum`` for a sum of fields.
        alias: whose field it is; empty for what is computed.
        name: of the field, or the canonical text.
        terms: what a sum is made of; its name says the same.
    """

    sort: str
    alias: str
    name: str
    terms: tuple[Term, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a sum: so many times a variable, and the numbers it ever is, both ends in."""

    variable: Variable
    factor: int
    low: int
    high: int

    def ends(self, box: Box) -> tuple[int, int]:
        """Return the smallest and the largest it may be in a box."""
        held = box[self.variable].held if self.variable in box else None
        known = isinstance(held, Numbers) and not held.is_empty
        low, high = (held.spans[0][0], held.spans[-1][1]) if known else (self.low, self.high)  # type: ignore[union-attr]  # known: it is some numbers
        return min(low * self.factor, high * self.factor), max(
            low * self.factor, high * self.factor
        )


Box: TypeAlias = Mapping[Variable, Values]
"""What each variable may be; one that is not there may be anything it ever is."""

Region: TypeAlias = tuple[Box, ...]
"""A union of boxes, none of them empty."""

EVERYWHERE: Final[Region] = ({},)
NOWHERE: Final[Region] = ()

MOST_BOXES: Final = 64
"""A region of more is no longer told apart from everything."""


def only(variable: Variable, values: Values) -> Region:
    """Return where one variable is among some values."""
    return NOWHERE if values.is_empty else ({variable: values},)


def meet(*regions: Region) -> Region:
    """Return a region that holds what is in all of these."""
    found = EVERYWHERE
    for one in sorted(regions, key=len):
        if len(found) * len(one) > MOST_BOXES:
            continue  # less would be said, nothing wrong
        boxes = (_overlap(a, b) for a, b in product(found, one))
        found = _tidy(box for box in boxes if box is not None)
    return found


def join(*regions: Region) -> Region:
    """Return a region that holds what is in one of these."""
    found = _tidy(box for one in regions for box in one)
    return found if len(found) <= MOST_BOXES else EVERYWHERE


def _overlap(one: Box, other: Box) -> Box | None:
    found = dict(one)
    for variable, values in other.items():
        both = found[variable].both(values) if variable in found else values
        if both.is_empty:
            return None
        found[variable] = both
    return None if any(_is_out_of_reach(variable, found) for variable in found) else found


def _is_out_of_reach(variable: Variable, box: Box) -> bool:
    """Whether a sum is to be what its parts cannot add up to."""
    values = box[variable]
    if not variable.terms or values.missing or not isinstance(values.held, Numbers):
        return False
    ends = [term.ends(box) for term in variable.terms]
    reach = between(sum(low for low, _ in ends), sum(high for _, high in ends))
    return values.held.both(reach).is_empty


def _tidy(boxes: Iterable[Box]) -> Region:
    """Return boxes without those inside others; ranges of one variable are put together."""
    found: list[Box] = []
    for box in boxes:
        merged = box
        for place, other in enumerate(found):
            if len(merged) == 1 and other.keys() == merged.keys():
                ((variable, values),) = other.items()
                merged = {variable: values.either(merged[variable])}
                del found[place]
                break
        if not any(_inside(merged, other) for other in found):
            found = [other for other in found if not _inside(other, merged)] + [merged]
    return tuple(found)


def _inside(box: Box, other: Box) -> bool:
    return all(
        variable in box and box[variable].within(values) for variable, values in other.items()
    )
