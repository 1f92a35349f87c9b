"""Blocks of entries → lines, two blanks deeper for every level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from interlock.language.located import Place
from interlock.language.model import conditions_of
from interlock.language.shape import Shapes
from interlock.server.layout.block import Block, Entry, Unusual
from interlock.server.layout.scalars import item, split, written

_STEP = 2


class BlockPrinter:
    """Prints the blocks of one document.

    Args:
        text: the file it stands in.
        shapes: which model each of its mappings is read as.
    """

    def __init__(self, text: str, shapes: Shapes) -> None:
        self._text = text
        self._shapes = shapes

    def lines(self, block: Block, indent: int = 0) -> Iterator[str]:
        """Yield the lines of a block."""
        paragraphs = _paragraphs(block.entries)
        before = None
        for entry in self._ordered(block):
            leading = [*entry.leading, *self._hoisted(entry)]
            if before and paragraphs[entry] != paragraphs[before]:
                leading = ["", *leading]
            elif leading and not leading[0]:
                leading = leading[1:]
            yield from _comments(leading, indent, is_first=before is None)
            before = entry
            first, *more = self._entry(entry, indent)
            yield " " * indent + first
            yield from more
        yield from _comments(block.closing, indent, is_first=False)

    def _ordered(self, block: Block) -> list[Entry]:
        """Return entries in the order of their model; what it does not know comes last."""
        model = self._shapes.model(block.place.data)
        order = key_order(model) if model else []

        def rank(entry: Entry) -> int:
            name = entry.key.text if entry.key else None
            return order.index(name) if name in order else len(order)

        return sorted(block.entries, key=rank)

    def _hoisted(self, entry: Entry) -> list[str]:
        """Return the comments above the first key of an item: they move above its dash."""
        if entry.key is None and isinstance(entry.value, Block):
            first = self._ordered(entry.value)[0]
            moved = _without_blanks(first.leading)
            first.leading = []
            return [*moved, *self._hoisted(first)]
        return []

    def _entry(self, entry: Entry, indent: int) -> list[str]:
        head = "-" if entry.key is None else f"{written(self._text, entry.key)}:"
        conditions = self._conditions(entry)
        if conditions:
            inner = " " * (indent + _STEP)
            return [f"{head}{entry.trailing}", *(f"{inner}- {item(one)}" for one in conditions)]
        if isinstance(entry.value, Block):
            inside = list(self.lines(entry.value, indent + _STEP))
            if entry.key is None:
                return [f"- {inside[0].lstrip()}", *inside[1:]]
            return [f"{head}{entry.trailing}", *inside]
        first, *more = self._leaf(entry.value, entry.column, indent)
        whole = [f"{head} {first}".rstrip(), *more]
        return [*whole[:-1], f"{whole[-1]}{entry.trailing}"]

    def _conditions(self, entry: Entry) -> list[str]:
        """Return the conditions to write one a line; none when they stand so already."""
        model = self._shapes.model(entry.within.place.data)
        if entry.key is None or model is None or entry.key.text not in conditions_of(model):
            return []
        if isinstance(entry.value, Block):
            return self._relisted(entry.value)
        if self._may_hold_comments(entry.value):
            return []
        data = entry.value.data
        texts = data if isinstance(data, Sequence) and not isinstance(data, str) else [data]
        found = [one for text in texts for one in split(text)]
        return found if len(found) > len(texts) else []

    def _relisted(self, block: Block) -> list[str]:
        """Return all conditions of a list when some must be split and no comment is in the way."""
        values = [e.value.data if isinstance(e.value, Place) else None for e in block.entries]
        found = [one for value in values for one in split(value)]
        commented = block.closing or any(
            e.leading
            or e.trailing
            or (isinstance(e.value, Place) and self._may_hold_comments(e.value))
            for e in block.entries
        )
        return found if len(found) > len(values) and not commented else []

    def _may_hold_comments(self, place: Place) -> bool:
        """Return whether a collection in brackets or the head of a block scalar may hold some."""
        raw = self._text[place.start : place.end]
        if place.style in ("|", ">"):
            return "#" in raw.partition("\n")[0]
        return place.text is None and "#" in raw

    def _leaf(self, place: Place, column: int, indent: int) -> list[str]:
        if place.style in ("|", ">"):
            return self._literal(place, indent + _STEP)
        if place.text is not None:
            first, *more = written(self._text, place).split("\n")
            return [first, *(_at(indent + _STEP, line.lstrip()) for line in more)]
        first, *more = self._flow(place).split("\n")
        return [first, *(_shifted(line, indent - column, indent + _STEP) for line in more)]

    def _flow(self, place: Place) -> str:
        """Return a collection in braces or brackets, its texts in our quotes."""
        parts, at = [], place.start
        for leaf in self._leaves(place):
            parts += [self._text[at : leaf.start], written(self._text, leaf)]
            at = leaf.end
        return "".join([*parts, self._text[at : place.end]])

    def _leaves(self, place: Place) -> Iterator[Place]:
        """Yield the scalars of a flow collection, keys too, in the order of the file."""
        for name, child in place.children.items():
            key = place.keys.get(name)
            if key is not None:
                yield key
            if child.start < (key or place).start or self._text.startswith("&", child.start):
                raise Unusual("anchors and aliases")
            if child.text is None:
                yield from self._leaves(child)
            else:
                yield child

    def _literal(self, place: Place, indent: int) -> list[str]:
        """Return a block scalar, its text moved to where it belongs."""
        header, *content = self._text[place.start : place.end].split("\n")
        if any(char in "+0123456789" for char in header.partition("#")[0]):
            raise Unusual("block scalars that say how they are indented or keep line ends")
        while content and not content[-1].strip():
            content.pop()
        first = next((line for line in content if line.strip()), "")
        margin = len(first) - len(first.lstrip(" "))
        return [header.rstrip(), *(_at(indent, line[margin:]) for line in content)]


_LAST = ("fixtures", "states", "expect", "until", "scenarios")
"""Keys that stand below what their model inherits: long, or what comes of the rest."""


def key_order(model: type[BaseModel]) -> list[str]:
    """Return the keys of a model in canonical order: its own before those it inherits.

    What it is (``interlock``, ``type``) and what it is for (``doc`` of a state) come first.
    """
    fields = model.model_fields
    said = [name for kind in model.__mro__ for name in vars(kind).get("__annotations__", {})]
    own = vars(model).get("__annotations__", {})
    first: list[str] = [name for name in ("interlock", "type") if name in fields]
    if "doc" in fields and "doc" not in own and "type" not in fields:
        first.append("doc")
    last = [name for name in _LAST if name in own] if fields.keys() - own.keys() else []
    names = [name for name in dict.fromkeys([*first, *said]) if name in fields]
    return [fields[name].alias or name for name in [*(n for n in names if n not in last), *last]]


def _at(indent: int, line: str) -> str:
    return " " * indent + line if line.strip() else line.strip(" ")


def _shifted(line: str, by: int, least: int) -> str:
    text = line.lstrip(" ")
    return _at(max(len(line) - len(text) + by, least), text.rstrip())


def _paragraphs(entries: Iterable[Entry]) -> dict[Entry, int]:
    """Number the paragraphs that blank lines make of the entries of a block.

    Where entries of two paragraphs meet in the new order stands a blank line, and nowhere else.
    """
    found: dict[Entry, int] = {}
    number = 0
    for entry in entries:
        number += bool(entry.leading) and not entry.leading[0]
        found[entry] = number
    return found


def _without_blanks(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line]


def _comments(lines: Sequence[str], indent: int, *, is_first: bool) -> Iterator[str]:
    """Yield comments, with at most one blank line between and none before the first entry."""
    was_blank = is_first
    for line in lines:
        if line or not was_blank:
            yield " " * indent + line if line else ""
        was_blank = not line
