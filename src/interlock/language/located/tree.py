"""Parser events → a tree of places, built without recursion and within fixed bounds.

Guarantees: any text gives trees or one fault, in time linear in its size; nesting ends at 40
levels and a file at 100,000 nodes after its aliases are expanded, so neither deep nesting nor a
"billion laughs" reaches anything that recurses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import yaml

from interlock.errors import InvariantBroken
from interlock.language.located.lines import Lines
from interlock.language.located.scalars import plain_value
from interlock.language.values import YamlValue

MAX_DEPTH: Final = 40
"""Most levels a document may nest."""

MAX_NODES: Final = 100_000
"""Most nodes a file may have, each alias counted as what it stands for."""


MAX_DOCUMENTS: Final = 1_000
"""Most documents a file may have."""

MAX_FAULTS: Final = 1_000
"""Most faults of one document that are told; nobody mends more at once."""


@dataclass(slots=True)
class Place:
    """A node and where it is written."""

    start: int
    """Offset of its first character in the file."""
    end: int
    """Offset after its last."""
    data: YamlValue
    style: str = ""
    """How a scalar is quoted; empty when plain."""
    text: str | None = None
    """The text of a scalar; None for collections."""
    children: dict[str | int, Place] = field(default_factory=dict)
    """Values of a mapping by key, or items of a sequence by position."""
    keys: dict[str | int, Place] = field(default_factory=dict)
    """Keys of a mapping by themselves."""
    size: int = 1
    """Nodes in it, aliases expanded."""
    height: int = 1
    """Levels in it."""


_NOTHING: Final[dict[str | int, Place]] = {}
"""What is below a scalar, shared by all of them."""


class Fault(NamedTuple):
    """Something the YAML profile refuses."""

    code: str
    message: str
    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last."""
    hint: str | None = None


@dataclass(slots=True)
class Tree:
    """One document."""

    root: Place | None = None
    """Its content; None when the document is empty or was given up."""
    faults: list[Fault] = field(default_factory=list)
    """What is wrong with it, in order of place."""


class _GivenUp(Exception):
    """A bound was crossed; the rest of the file is not read."""


def read_trees(text: str, lines: Lines) -> Iterator[Tree]:
    """Yield the documents of a text; when a bound is crossed, the last has no root.

    Args:
        text: what to read.
        lines: its lines.

    Raises:
        YAMLError: the text is not YAML; the documents before the fault have been yielded.
    """
    builder, count = _Builder(lines), 0
    events = iter(yaml.CSafeLoader(text).get_event, None)  # in C; `yaml.parse` asks twice for each
    try:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                builder.node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                builder.close(event)
            elif isinstance(event, yaml.DocumentEndEvent):
                yield builder.tree
                builder, count = _Builder(lines, builder.nodes), count + 1
            elif isinstance(event, yaml.DocumentStartEvent) and count >= MAX_DOCUMENTS:
                builder.too_many(event)
    except _GivenUp:
        builder.tree.root = None
        yield builder.tree


@dataclass(slots=True)
class _Open:
    """A collection being read."""

    place: Place
    anchor: str | None
    items: list[YamlValue] | None
    """The data of a sequence; None in a mapping."""
    entries: dict[str, YamlValue]
    """The data of a mapping."""
    key: str | None = None
    """The key that waits for its value."""


class _Builder:
    """The document being read."""

    def __init__(self, lines: Lines, nodes: int = 0) -> None:
        self.tree = Tree()
        self._lines = lines
        self.nodes = nodes
        self._open: list[_Open] = []
        self._anchors: dict[str, Place | None] = {}

    def node(self, event: yaml.NodeEvent) -> None:
        """Take a scalar, an alias, or the start of a collection."""
        if isinstance(event, yaml.ScalarEvent):  # nearly all are
            self._begin(event)
            self._finished(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._aliased(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
            is_sequence = isinstance(event, yaml.SequenceStartEvent)
            items: list[YamlValue] | None = [] if is_sequence else None
            entries: dict[str, YamlValue] = {}
            place = Place(*_extent(event), entries if items is None else items)
            self._open.append(_Open(place, event.anchor, items, entries))

    def too_many(self, event: yaml.DocumentStartEvent) -> None:
        """Give up at a document that is one too many."""
        message = f"file has more than {MAX_DOCUMENTS:,} documents"
        self._fault("RV004", message, _extent(event), "split the file")
        raise _GivenUp

    def _begin(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            self._fault("RV003", f"tag {event.tag!r} is not allowed", _extent(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._bound(event, 1, 1)

    def close(self, event: yaml.CollectionEndEvent) -> None:
        """Take the end of the innermost collection."""
        closed = self._open.pop()
        closed.place.end = _extent(event)[1]
        self._finished(closed.place, closed.anchor)

    def _scalar(self, event: yaml.ScalarEvent) -> Place:
        data: YamlValue = event.value
        extent = _extent(event)
        if not event.style:
            try:
                data = plain_value(event.value)
            except ValueError as fault:
                self._fault("RV110", str(fault), extent, "quote it if it is text")
        return Place(*extent, data, event.style or "", event.value, _NOTHING, _NOTHING)

    def _aliased(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        place = self._anchors.get(name)
        if place is None:
            inside = name in self._anchors
            problem = "stands inside its own anchor" if inside else "has no anchor before it"
            self._fault("RV004" if inside else "RV001", f"alias *{name} {problem}", _extent(event))
            place = Place(*_extent(event), None, text="")
        self._bound(event, place.size, place.height)
        self._attach(place)

    def _bound(self, event: yaml.Event, nodes: int, height: int) -> None:
        """Give up when ``nodes`` more, ``height`` levels tall at this place, are too much."""
        self.nodes += nodes
        too_deep = len(self._open) + height > MAX_DEPTH
        if too_deep or self.nodes > MAX_NODES:
            message = (
                f"document is nested more than {MAX_DEPTH} levels deep"
                if too_deep
                else f"file has more than {MAX_NODES:,} nodes, aliases expanded"
            )
            self._fault("RV004", message, _extent(event))
            raise _GivenUp

    def _finished(self, place: Place, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = place
        self._attach(place)

    def _attach(self, place: Place) -> None:
        """Put a finished node where it belongs."""
        if not self._open:
            self.tree.root = place
            return
        around = self._open[-1]
        owner = around.place
        owner.size += place.size
        owner.height = max(owner.height, place.height + 1)
        if around.items is not None:
            owner.children[len(around.items)] = place
            around.items.append(place.data)
        elif around.key is None:
            around.key = self._key(owner, place)
        else:
            around.entries[around.key] = place.data
            owner.children[around.key] = place
            around.key = None

    def _key(self, owner: Place, key: Place) -> str:
        """Return a key's text and note its place; its value is kept even when it is at fault."""
        text, extent = key.text, (key.start, key.end)
        if text is None:
            self._fault("RV001", "a key is a plain word, not a collection", extent)
            return "?"
        if text == "<<" and not key.style:
            self._fault("RV005", "merge keys are not allowed", extent, "write the keys out")
        first = owner.keys.get(text)
        if first:
            place = self._lines.span(first.start, first.end)
            hint = f"first set at line {place.line}, column {place.col}"
            self._fault("RV002", f"duplicate key {text!r}", extent, hint)
        else:
            owner.keys[text] = key
        return text

    def _fault(
        self, code: str, message: str, extent: tuple[int, int], hint: str | None = None
    ) -> None:
        self.tree.faults.append(Fault(code, message, *extent, hint))
        if len(self.tree.faults) >= MAX_FAULTS:
            raise _GivenUp


def _extent(event: yaml.Event) -> tuple[int, int]:
    """Return the offsets of what the parser reports, which places every event."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:  # pragma: no cover  # only the parser's stubs know such
        raise InvariantBroken("the YAML parser gave an event no place")
    return start.index, end.index
