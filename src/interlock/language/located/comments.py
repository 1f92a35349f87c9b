"""The comments of a file, told from ``#`` inside texts by the places of those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from interlock.language.located.tree import Place

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)


class Comment(NamedTuple):
    """A comment."""

    start: int
    """Offset of its ``#``."""
    text: str
    """From the ``#`` to the end of the line."""


def find_comments(text: str, roots: Iterable[Place]) -> Iterator[Comment]:
    """Yield the comments of a file, in order.

    Args:
        text: the file.
        roots: the content of its documents.
    """
    scalars = sorted({(one.start, one.end) for root in roots for one in _scalars(root)})
    parts, at = [], 0
    for start, end in scalars:
        inside = re.sub(r"[^\n]", "x", text[max(start, at) : end])
        parts += [text[at : max(start, at)], inside]
        at = max(at, end)
    for found in _COMMENT.finditer("".join([*parts, text[at:]])):
        yield Comment(found.start(), text[found.start() : found.end()].rstrip())


def _scalars(place: Place) -> Iterator[Place]:
    """Yield texts; a file has at most 100,000 nodes, but aliases may stand for the same ones."""
    seen: set[int] = set()
    waiting = [place]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one.text is not None and one.end > one.start:
            yield one
        waiting += [*one.keys.values(), *one.children.values()]
