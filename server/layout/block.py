"""A document as blocks of entries, each with the comments that belong to it.

A comment on a line of its own belongs to the entry below it, or, when it is indented deeper than
that, to the end of the block above; one behind something belongs to that.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from interlock.language.located import Place

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")


class Unusual(Exception):
    """A file uses YAML that the layout does not touch: anchors, aliases, complex keys, …."""


@dataclass(eq=False)
class Entry:
    """A key with its value, or an item of a list."""

    start: int
    """Offset of the key, or of the dash."""
    column: int
    key: Place | None
    value: Block | Place
    within: Block
    leading: list[str] = field(default_factory=list)
    """Comments and blank lines above it."""
    trailing: str = ""
    """Comment behind it, with the gap before."""


@dataclass(eq=False)
class Block:
    """A mapping or list in block style."""

    place: Place
    around: Entry | None
    entries: list[Entry] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    """Comments and blank lines below its last entry."""

    @property
    def column(self) -> int:
        """Where its entries begin."""
        return self.entries[0].column

    def walk(self) -> Iterator[Entry]:
        """Yield every entry in it, in the order of the file."""
        for entry in self.entries:
            yield entry
            if isinstance(entry.value, Block):
                yield from entry.value.walk()


def read_block(text: str, root: Place, start: int, end: int) -> Block:
    """Return a document as a block.

    Args:
        text: the file.
        root: the document's content, a mapping in block style.
        start: where the document begins, comments included.
        end: where it ends.

    Raises:
        Unusual: it uses YAML that is not laid out.
    """
    block = _block(text, root, None)
    _attach(text, block, start, end)
    return block


def _block(text: str, place: Place, around: Entry | None) -> Block:
    block = Block(place, around)
    before = place.start
    for name, value in place.children.items():
        key = place.keys.get(name)
        start = key.start if key else _dash(text, before, value)
        if start < before or value.start < start or text.startswith("&", value.start):
            raise Unusual("anchors and aliases")
        line = text.rfind("\n", 0, start) + 1
        if text[line:start].strip(" -"):
            raise Unusual("something before a key")
        entry = Entry(start, start - line, key, value, block)
        if value.children and text[value.start] not in "{[":
            entry.value = _block(text, value, entry)
        block.entries.append(entry)
        before = max(value.end, start + 1)
    return block


def _dash(text: str, before: int, value: Place) -> int:
    dash = text.rfind("-", before, value.start)
    if dash < 0 or text[dash + 1 : value.start].strip(" "):
        raise Unusual("an item that is not on the line of its dash")
    return dash


def _attach(text: str, root: Block, start: int, end: int) -> None:
    """Give every comment and blank line of a document to the entry it belongs to."""
    entries = deque(root.walk())
    pending: list[tuple[int, str]] = []
    last = None
    for began, shown, line in _lines(text, list(_leaves(text, entries)), start, end):
        if not shown.strip() or shown.lstrip().startswith("#"):
            pending.append((len(shown) - len(shown.lstrip()), line.strip()))
            continue
        while entries and entries[0].start <= began + len(shown):
            if entries[0].start >= began and pending:
                entries[0].leading = _lead(pending, entries[0].column, last)
                pending = []
            last = entries.popleft()
        comment = _COMMENT.search(shown)
        if comment and last:
            if last.trailing:
                raise Unusual("two comments behind one thing")
            before = shown[: comment.start()]
            gap = len(before) - len(before.rstrip())
            last.trailing = " " * max(gap, 2) + line[comment.start() :].rstrip()
    root.closing += _lead(pending, -1, last)


def _lines(
    text: str, leaves: list[tuple[int, int]], start: int, end: int
) -> Iterator[tuple[int, str, str]]:
    """Yield the lines of a document: offset, blotted out, as written; no blank ones in texts."""
    within = {found.end() for leaf in leaves for found in re.compile("\n").finditer(text, *leaf)}
    at = start
    for shown in _hidden(text, leaves)[start:end].split("\n"):
        if shown.strip() or at not in within:
            yield at, shown, text[at : at + len(shown)]
        at += len(shown) + 1


def _lead(pending: list[tuple[int, str]], column: int, last: Entry | None) -> list[str]:
    """Give what is indented deeper than the next entry to the blocks above; return the rest."""
    rest = 0
    for number, (indent, line) in enumerate(pending):
        if line and indent <= column:
            break
        home = _home(last, indent) if line and last else None
        if home and home.column > column:
            home.closing += [one for _, one in pending[rest : number + 1]]
            rest = number + 1
    return [one for _, one in pending[rest:]]


def _home(entry: Entry | None, indent: int) -> Block | None:
    """Return the innermost block, up from an entry, that a comment so far right belongs to."""
    while entry is not None:
        if entry.within.column <= indent and entry.within.around is not None:
            return entry.within
        entry = entry.within.around
    return None


def _leaves(text: str, entries: Iterable[Entry]) -> Iterator[tuple[int, int]]:
    """Yield where scalars and flow collections stand, without the blank lines behind them."""
    for entry in entries:
        for leaf in (entry.key, entry.value if isinstance(entry.value, Place) else None):
            if leaf is not None:
                yield leaf.start, leaf.start + len(text[leaf.start : leaf.end].rstrip())


def _hidden(text: str, leaves: list[tuple[int, int]]) -> str:
    """Return the text with everything blotted out in which ``#`` begins no comment."""
    parts, at = [], 0
    for start, end in leaves:
        parts += [text[at:start], re.sub(r"[^\n]", "x", text[start:end])]
        at = max(at, end)
    return "".join([*parts, text[at:]])
