"""What stands at a place of a document: a name, what it means, and where else it is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from interlock.language.document import Document, Reading
from interlock.language.expression.parameters import PARAMS
from interlock.language.located import Place, Spot, index_at, offsets_in, spot_at
from interlock.server.lsp.looking import View
from interlock.server.lsp.mentions import Mention, declaration, mention_at
from interlock.server.lsp.names import Name, Names


@dataclass(frozen=True)
class Found:
    """What stands at a place.

    Attributes:
        document: the document.
        spot: the part of it.
        start, end: the characters of the file it is about.
        meant: the declarations it may mean.
        mention: the name in an expression, if it is one.
        reading: what that expression is read as.
    """

    document: Document
    spot: Spot
    start: int
    end: int
    meant: list[Name] = field(default_factory=list)
    mention: Mention | None = None
    reading: Reading | None = None


@dataclass(frozen=True)
class Mark:
    """A stretch of a document's file."""

    document: Document
    start: int
    end: int


def find(view: View, offset: int, names: Names) -> Found | None:
    """Return what stands at an offset of the file of a document; None: nothing does."""
    document = view.document
    if document.root is None:
        return None
    spot = spot_at(document.root, offset)
    place = spot.place
    reading = None if spot.is_key else view.reading(spot.loc)
    if reading is not None and place.text is not None:
        mentioned = _mentioned(document, spot, reading, offset, names)
        if mentioned is not None:
            return mentioned
    if place.text is None:
        return None
    meant = [one for name in _names_at(document, spot, names) for one in names.meant(name)]
    return Found(document, spot, place.start, place.end, list(dict.fromkeys(meant)))


def mark_of(name: Name) -> Mark:
    """Return where a name is written."""
    place = _place(name.document, name)
    return Mark(name.document, place.start, place.end) if place else Mark(name.document, 0, 0)


def whole_of(name: Name) -> Mark:
    """Return where all is written that a declaration says."""
    loc = name.loc if name.is_key else name.loc[:-1]
    place = _at(name.document, loc)
    own = mark_of(name)
    return own if place is None else Mark(name.document, min(place.start, own.start), place.end)


def uses(meant: Name, view: View, names: Names) -> list[Mark]:
    """Return every place where what is declared is named, the declaration first."""
    found = [mark_of(meant), *(mark_of(one) for one in names.uses(meant))]
    if meant.kind == "parameter":
        pattern = rf"(?<![\w.]){PARAMS}\s*\.\s*({re.escape(meant.text)})\b"
        found += [one for document in names.documents for one in _matches(document, pattern)]
    if meant.kind == "alias" and meant.document is view.document:
        pattern = rf"(?<![\w.\"'])({re.escape(meant.text)})\b(?!\s*\()"
        ours = [loc for loc in view.readings if loc[:2] == meant.loc[:2]]
        found += [one for loc in ours for one in _in_text(view.document, loc, pattern)]
    unique = {(one.document.path, one.start): one for one in reversed(found)}
    return list(unique.values())[::-1]


def _mentioned(
    document: Document, spot: Spot, reading: Reading, offset: int, names: Names
) -> Found | None:
    place, text = spot.place, spot.place.text or ""
    index = index_at(document.text, place, offset)
    mention = None if index is None else mention_at(reading, text, index, spot.loc)
    if mention is None:
        return None
    offsets = offsets_in(document.text[place.start : place.end], place.style, text) or []
    start, end = (place.start + offsets[edge] for edge in (mention.start, mention.end))
    meant = declaration(mention, document, names)
    return Found(document, spot, start, end, [meant] if meant else [], mention, reading)


def _names_at(document: Document, spot: Spot, names: Names) -> list[Name]:
    here = (spot.loc, spot.is_key)
    return [one for one in names.all if one.document is document and (one.loc, one.is_key) == here]


def _place(document: Document, name: Name) -> Place | None:
    if not name.is_key:
        return _at(document, name.loc)
    around = _at(document, name.loc[:-1])
    return around.keys.get(name.loc[-1]) if around else None


def _at(document: Document, loc: tuple[str | int, ...]) -> Place | None:
    place = document.root
    for part in loc:
        place = place.children.get(part) if place else None
    return place


def _matches(document: Document, pattern: str) -> Iterator[Mark]:
    """Yield where a pattern's group is found in the texts of a document."""
    waiting: list[tuple[str | int, ...]] = [()]
    while waiting:
        loc = waiting.pop()
        place = _at(document, loc)
        if place is not None and place.text is not None:
            yield from _in_text(document, loc, pattern)
        elif place is not None:
            waiting += [(*loc, part) for part in place.children]


def _in_text(document: Document, loc: tuple[str | int, ...], pattern: str) -> Iterator[Mark]:
    place = _at(document, loc) or _at(document, loc[:-1])
    if place is None or place.text is None or not re.search(pattern, place.text):
        return
    offsets = offsets_in(document.text[place.start : place.end], place.style, place.text) or []
    for found in re.finditer(pattern, place.text) if offsets else ():
        yield Mark(document, *(place.start + offsets[edge] for edge in found.span(1)))
