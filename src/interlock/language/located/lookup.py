"""Which part of a document, and which character of a value, stands at an offset of its file."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from interlock.language.located.offsets import offsets_in
from interlock.language.located.tree import Place


class Spot(NamedTuple):
    """The innermost part of a document around an offset."""

    loc: tuple[str | int, ...]
    """The way to it from the root: mapping keys and list positions."""
    place: Place
    """It, or its key."""
    is_key: bool = False
    """Whether the offset is in the key."""


def spot_at(root: Place, offset: int) -> Spot:
    """Return what stands at an offset; the end of a text, where one goes on writing, is in it.

    What an alias stands for is found where it is written, not where it is used.
    """
    spot = Spot((), root)
    while (inner := _below(spot, offset)) is not None:
        spot = inner
        if spot.is_key:
            break
    return spot


def _below(spot: Spot, offset: int) -> Spot | None:
    place = spot.place
    for name, key in place.keys.items():
        if key.start <= offset <= key.end:
            return Spot((*spot.loc, name), key, is_key=True)
    for name, child in place.children.items():
        if _holds(child, offset) and place.start <= child.start <= place.end:
            return Spot((*spot.loc, name), child)
    return None


def _holds(place: Place, offset: int) -> bool:
    # A block ends where the next thing begins, which is not in it.
    last = place.end if place.text is not None else place.end - 1
    return place.start <= offset <= last


def index_at(raw: str, place: Place, offset: int) -> int | None:
    """Return which character of a scalar's value stands at an offset of its file.

    Args:
        raw: the file.
        place: the scalar.
        offset: in the file; one beyond the value is that of its end.
    """
    if place.text is None:
        return None
    offsets = offsets_in(raw[place.start : place.end], place.style, place.text)
    return bisect_right(offsets, offset - place.start) - 1 if offsets else None
