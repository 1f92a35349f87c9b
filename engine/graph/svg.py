"""Graphs as SVG: a picture that needs nothing to be shown, and runs nothing.

Guarantees: well-formed XML whatever the names are; no script, no link, nothing from elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from interlock.engine.graph.layout import Layout, laid_out
from interlock.engine.graph.model import NOTHING, Edge, Graph, Kind, Node, Overlay
from interlock.engine.graph.text import MARKED

CHARACTER = 7
"""Width of a character, px."""
LONGEST = 48
"""Characters of a line; what is longer is cut, and whole in its title."""
HEIGHT, MARGIN, GAP, ROOM = 40, 16, 28, 8
"""Of a node; round the drawing; between layers; round a region: px."""

_FILLS: Mapping[Kind, str] = {
    "signal": "#e3f2fd",
    "fact": "#e8f5e9",
    "rule": "#f3e5f5",
    "machine": "#ede7f6",
    "action": "#fbe9e7",
    "state": "#f5f5f5",
    "final": "#e0e0e0",
    "condition": "#fafafa",
    "legend": "#ffffff",
}
_TINTS = ("#e1f5fe", "#f1f8e9", "#fff8e1", "#fce4ec")
"""Of the regions, in turn."""

_STYLE = (
    "text{font:12px monospace;text-anchor:middle;fill:#212121}"
    ".note{fill:#616161;font-size:11px}.label{font-size:11px;fill:#424242;stroke:#fff;"
    "stroke-width:3px;paint-order:stroke}"
    "rect,ellipse{stroke:#757575}.region{fill:none;stroke-dasharray:3 3}"
    "path{fill:none;stroke:#757575}.dashed{stroke-dasharray:5 4}"
    ".visited{fill:#fff3c4;stroke:#b26a00}.current{fill:#ffd54f;stroke:#b26a00;stroke-width:3}"
    ".taken{stroke:#b26a00;stroke-width:3}"
)
_MARKS = "".join(
    f".{mark}{{fill:{fill};stroke:{stroke};stroke-dasharray:{dashes or 'none'}}}"
    f"path.{mark}{{fill:none}}"
    for mark, (fill, stroke, dashes) in MARKED.items()
)
"""Of what scenarios have seen; in drawings of nothing else."""

_MARKER = (
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#757575"/>'
    "</marker></defs>"
)

Point = tuple[int, int]

Box = tuple[int, int, int, int]
"""Left, top, right and low edge, px."""


def svg(graph: Graph, overlay: Overlay = NOTHING) -> str:
    """Return a graph as an SVG document."""
    return "\n".join(_Drawing(graph, overlay).lines()) + "\n"


@dataclass(frozen=True, slots=True)
class _Item:
    """What takes room: a node, or the label of an edge."""

    size: Point
    node: Node | None = None


class _Drawing:
    """One graph with its places: its nodes by number, then the labels of its edges."""

    def __init__(self, graph: Graph, overlay: Overlay) -> None:
        self._graph = graph
        self._overlay = overlay
        self._items = [_Item((_width(node), HEIGHT), node) for node in graph.nodes]
        numbers = {node.id: number for number, node in enumerate(graph.nodes)}
        self._ends = [(numbers[e.source], numbers[e.target]) for e in graph.edges]
        self._labels: dict[int, int] = {}
        self._parts: list[list[int]] = []
        halves = self._halves()
        self._layout: Layout = laid_out([self._across(item) for item in self._items], halves)
        self._begins, self._sizes = self._layers()

    def lines(self) -> Iterator[str]:
        """Yield the document."""
        along = self._begins[-1] - GAP + MARGIN
        across = self._layout.width + 2 * MARGIN
        width, height = (across, along) if self._graph.down else (along, across)
        title = _text(self._graph.title)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
        )
        yield f"<title>{title}</title>"
        yield f"<style>{_STYLE}{_MARKS if self._overlay.marks else ''}</style>"
        yield _MARKER
        yield f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>'
        yield from self._frames()
        for number, edge in enumerate(self._graph.edges):
            yield self._path(number, edge)
        for number, item in enumerate(self._items):
            if item.node is not None:
                middle, fill = self._middle(number), self._fill(item.node)
                yield from _node(item.node, middle, item.size[0], (self._overlay, fill))
        for number, edge in enumerate(self._graph.edges):
            if edge.label:
                yield self._label(number, edge)
        yield "</svg>"

    def _frames(self) -> Iterator[str]:
        """Yield a frame round each region, unless something else stands in it, too."""
        boxes = [
            (item.node, self._box(number))
            for number, item in enumerate(self._items)
            if item.node is not None
        ]
        for region in dict.fromkeys(node.region for node, _ in boxes if node.region):
            corners = [box for node, box in boxes if node.region == region]
            frame = _around(corners)
            if not any(_meet(frame, box) for node, box in boxes if node.region != region):
                x, y, right, low = frame
                yield (
                    f'<rect x="{x}" y="{y}" width="{right - x}" height="{low - y}" rx="8" '
                    f'class="region"><title>{_text(region)}</title></rect>'
                )

    def _fill(self, node: Node) -> str:
        """Return the colour of a node; the states of a region have one of their own."""
        regions = list(dict.fromkeys(n.region for n in self._graph.nodes if n.region))
        if node.region:
            return _TINTS[regions.index(node.region) % len(_TINTS)]
        return _FILLS[node.kind]

    def _box(self, number: int) -> Box:
        (x, y), (width, height) = self._middle(number), self._items[number].size
        return x - width // 2, y - height // 2, x + width // 2, y + height // 2

    def _halves(self) -> list[tuple[int, int]]:
        """Return the edges, those with a label in two halves with the label between them."""
        halves: list[tuple[int, int]] = []
        for number, (source, target) in enumerate(self._ends):
            label = self._graph.edges[number].label
            if not label or source == target:
                self._parts.append([len(halves)])
                halves.append((source, target))
                continue
            self._labels[number] = here = len(self._items)
            self._items.append(_Item((_long(label) * CHARACTER, 16)))
            self._parts.append([len(halves), len(halves) + 1])
            halves += [(source, here), (here, target)]
        return halves

    def _across(self, item: _Item) -> int:
        return item.size[0] if self._graph.down else item.size[1]

    def _layers(self) -> tuple[list[int], list[int]]:
        """Return where each layer begins along the drawing (and the next one would), its size."""
        sizes = [0] * (max(self._layout.layer, default=-1) + 1)
        for layer, item in zip(self._layout.layer, self._items, strict=True):
            sizes[layer] = max(sizes[layer], item.size[1] if self._graph.down else item.size[0])
        begins = [MARGIN]
        for size in sizes:
            begins.append(begins[-1] + size + GAP)
        return begins, sizes

    def _at(self, layer: int, across: int) -> Point:
        along, across = self._begins[layer] + self._sizes[layer] // 2, across + MARGIN
        return (across, along) if self._graph.down else (along, across)

    def _middle(self, number: int) -> Point:
        return self._at(self._layout.layer[number], self._layout.across[number])

    def _path(self, number: int, edge: Edge) -> str:
        names = ["dashed"] if edge.dashed else []
        ends = edge.source, edge.target
        names += ["taken"] if ends in self._overlay.taken else []
        names += [self._overlay.edge_marks[ends]] if ends in self._overlay.edge_marks else []
        kind = f' class="{" ".join(names)}"' if names else ""
        return f'<path d="{self._curve(number)}"{kind} marker-end="url(#end)"/>'

    def _curve(self, number: int) -> str:
        if self._ends[number][0] == self._ends[number][1]:
            x, y = self._loop(number)
            return f"M{x} {y - 8}C{x + 40} {y - 30} {x + 40} {y + 30} {x} {y + 8}"
        points = self._points(number)
        drawn = [f"M{points[0][0]} {points[0][1]}"]
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            if self._graph.down:
                drawn.append(f"C{ax} {(ay + by) // 2} {bx} {(ay + by) // 2} {bx} {by}")
            else:
                drawn.append(f"C{(ax + bx) // 2} {ay} {(ax + bx) // 2} {by} {bx} {by}")
        return "".join(drawn)

    def _points(self, number: int) -> list[Point]:
        """Return the points an edge goes through, from border to border."""
        bends = [bend for half in self._parts[number] for bend in self._layout.bends[half]]
        bends = [one for n, one in enumerate(bends) if n == 0 or bends[n - 1] != one]
        points = [self._at(layer, across) for layer, across in bends]
        source, target = self._ends[number]
        points[0] = self._border(source, points[0], forward=bends[1][0] > bends[0][0])
        points[-1] = self._border(target, points[-1], forward=bends[-2][0] > bends[-1][0])
        return points

    def _border(self, number: int, point: Point, *, forward: bool) -> Point:
        width, height = self._items[number].size
        half = (height if self._graph.down else width) // 2 * (1 if forward else -1)
        return (point[0], point[1] + half) if self._graph.down else (point[0] + half, point[1])

    def _loop(self, number: int) -> Point:
        """Return where an edge from a node to itself begins: at its right."""
        node = self._ends[number][0]
        x, y = self._middle(node)
        return x + self._items[node].size[0] // 2, y

    def _label(self, number: int, edge: Edge) -> str:
        label = self._labels.get(number)
        if label is None:
            x, y = self._loop(number)
            x += 40
        else:
            x, y = self._middle(label)
        return (
            f'<text class="label" x="{x}" y="{y + 4}">'
            f"{_text(_cut(edge.label))}<title>{_text(edge.label)}</title></text>"
        )


def _around(boxes: Sequence[Box]) -> Box:
    """Return the box that holds some boxes, and a little room."""
    left, top, right, low = zip(*boxes, strict=True)
    return min(left) - ROOM, min(top) - ROOM, max(right) + ROOM, max(low) + ROOM


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _node(node: Node, middle: Point, width: int, colours: tuple[Overlay, str]) -> Iterator[str]:
    (x, y), half, (overlay, fill) = middle, width // 2, colours
    mark = "visited" if node.id in overlay.visited else ""
    mark = "current" if node.id in overlay.current else mark
    mark = overlay.marks.get(node.id, mark)
    kind = f' class="{mark}"' if mark else f' style="fill:{fill}"'
    said = " ".join(part for part in (node.kind, node.name, node.note, node.place) if part)
    yield f"<g><title>{_text(said)}</title>"
    if node.kind in ("signal", "final"):
        yield f'<ellipse cx="{x}" cy="{y}" rx="{half}" ry="{HEIGHT // 2}"{kind}/>'
    else:
        corner = 12 if node.kind in ("state", "machine") else 2
        yield (
            f'<rect x="{x - half}" y="{y - HEIGHT // 2}" width="{width}" '
            f'height="{HEIGHT}" rx="{corner}"{kind}/>'
        )
    yield f'<text x="{x}" y="{y - 3 if node.note else y + 4}">{_text(_cut(node.name))}</text>'
    if node.note:
        yield f'<text class="note" x="{x}" y="{y + 13}">{_text(_cut(node.note))}</text>'
    yield "</g>"


def _width(node: Node) -> int:
    round_ = 40 if node.kind in ("signal", "final") else 20
    return max(_long(node.name), _long(node.note), 6) * CHARACTER + round_


def _long(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in _cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _text(text: str) -> str:
    """Return a text that XML can hold, and that is nothing but text."""
    held = "".join(c if _is_allowed(c) else "\N{REPLACEMENT CHARACTER}" for c in text)
    return escape(held, {'"': "&quot;"})


def _is_allowed(character: str) -> bool:
    """Whether it is shown as itself: no control, no change of direction, no lone surrogate."""
    return character.isprintable() and character not in "\ufffe\uffff"
