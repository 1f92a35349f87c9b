"""Graphs as text for other programs: Mermaid flowcharts and DOT.

Nodes are numbered, so that no name can be taken for syntax; labels are quoted and escaped.

Source: https://mermaid.js.org/syntax/flowchart.html, https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.engine.graph.model import NOTHING, Edge, Graph, Kind, Mark, Node, Overlay

_BRACKETS: Mapping[Kind, tuple[str, str]] = {
    "signal": ("([", "])"),
    "fact": ("[(", ")]"),
    "rule": ("[", "]"),
    "machine": ("{{", "}}"),
    "action": ("[[", "]]"),
    "state": ("(", ")"),
    "final": ("((", "))"),
    "condition": ("[/", "/]"),
    "legend": ("[", "]"),
}
_SHAPES: Mapping[Kind, str] = {
    "signal": "oval",
    "fact": "cylinder",
    "rule": "box",
    "machine": "hexagon",
    "action": "component",
    "state": "box",
    "final": "doublecircle",
    "condition": "parallelogram",
    "legend": "note",
}
_CLASSES = (
    "  classDef visited fill:#fff3c4,stroke:#b26a00",
    "  classDef current fill:#ffd54f,stroke:#b26a00,stroke-width:3px",
)


MARKED: Mapping[Mark, tuple[str, str, str]] = {
    "covered": ("#c8e6c9", "#2e7d32", ""),
    "partly": ("#fff3c4", "#b26a00", "6 3"),
    "missed": ("#ffcdd2", "#c62828", "2 2"),
}
"""Fill, stroke and dashes of what scenarios have seen so much of."""


def mermaid(graph: Graph, overlay: Overlay = NOTHING) -> str:
    """Return a graph as a Mermaid flowchart."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = [f"flowchart {'TB' if graph.down else 'LR'}"]
    for node in graph.nodes:
        before, after = _BRACKETS[node.kind]
        lines.append(f'  {numbers[node.id]}{before}"{_mermaid_label(node)}"{after}')
    for edge in graph.edges:
        arrow = "-.->" if edge.dashed else "-->"
        label = f'|"{_mermaid_text(edge.label)}"|' if edge.label else ""
        lines.append(f"  {numbers[edge.source]} {arrow}{label} {numbers[edge.target]}")
    return "\n".join([*lines, *_mermaid_marks(graph, overlay, numbers)]) + "\n"


def dot(graph: Graph, overlay: Overlay = NOTHING) -> str:
    """Return a graph in the language of Graphviz."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = [
        f"digraph {_dot_text(graph.title)} {{",
        f"  rankdir={'TB' if graph.down else 'LR'}",
        '  node [fontname="sans-serif"]',
    ]
    for number, (region, nodes) in enumerate(_by_region(graph.nodes).items()):
        drawn = [_dot_node(node, numbers[node.id], overlay) for node in nodes]
        if region:
            head = f"  subgraph cluster_{number} {{ label={_dot_text(region)}; style=dashed"
            drawn = [head, *drawn, "  }"]
        lines += drawn
    for edge in graph.edges:
        ends = f"{numbers[edge.source]} -> {numbers[edge.target]}"
        lines.append(f"  {ends} [{', '.join(_dot_edge(edge, overlay))}]")
    return "\n".join([*lines, "}"]) + "\n"


def _by_region(nodes: Sequence[Node]) -> Mapping[str, Sequence[Node]]:
    """Return the nodes by region, those of none first."""
    found: dict[str, list[Node]] = {"": []}
    for node in nodes:
        found.setdefault(node.region, []).append(node)
    return found


def _dot_node(node: Node, number: str, overlay: Overlay) -> str:
    label = "\n".join(part for part in (node.name, node.note) if part)
    fill = _dot_fill(node, overlay)
    return f"  {number} [label={_dot_text(label)}, shape={_SHAPES[node.kind]}{fill}]"


def _mermaid_label(node: Node) -> str:
    name = _mermaid_text(node.name)
    return f"{name}<br/>{_mermaid_text(node.note)}" if node.note else name


def _mermaid_text(text: str) -> str:
    """Return a text that cannot end its quotes: whatever is not plain becomes its number."""
    return "".join(c if c.isalnum() or c in " ._-/:,()=+" else f"#{ord(c)};" for c in text)


def _mermaid_marks(graph: Graph, overlay: Overlay, numbers: Mapping[str, str]) -> Iterator[str]:
    current = [numbers[node.id] for node in graph.nodes if node.id in overlay.current]
    visited = [
        numbers[node.id]
        for node in graph.nodes
        if node.id in overlay.visited and node.id not in overlay.current
    ]
    taken = [
        str(number)
        for number, edge in enumerate(graph.edges)
        if (edge.source, edge.target) in overlay.taken
    ]
    if current or visited:
        yield from _CLASSES
    if visited:
        yield f"  class {','.join(visited)} visited"
    if current:
        yield f"  class {','.join(current)} current"
    if taken:
        yield f"  linkStyle {','.join(taken)} stroke:#b26a00,stroke-width:3px"
    for mark, (fill, stroke, dashes) in MARKED.items():
        dashed = f",stroke-dasharray:{dashes}" if dashes else ""
        mine = [numbers[n.id] for n in graph.nodes if overlay.marks.get(n.id) == mark]
        ends = [(edge.source, edge.target) for edge in graph.edges]
        ways = [str(n) for n, one in enumerate(ends) if overlay.edge_marks.get(one) == mark]
        if mine:
            yield f"  classDef {mark} fill:{fill},stroke:{stroke}{dashed}"
            yield f"  class {','.join(mine)} {mark}"
        if ways:
            yield f"  linkStyle {','.join(ways)} stroke:{stroke}{dashed}"


def _dot_text(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in plain) + '"'


def _dot_fill(node: Node, overlay: Overlay) -> str:
    if (mark := overlay.marks.get(node.id)) is not None:
        fill, stroke, dashes = MARKED[mark]
        style = "filled,dashed" if dashes else "filled"
        return f', style="{style}", fillcolor="{fill}", color="{stroke}"'
    if node.id in overlay.current:
        return ', style=filled, fillcolor="#ffd54f"'
    return ', style=filled, fillcolor="#fff3c4"' if node.id in overlay.visited else ""


def _dot_edge(edge: Edge, overlay: Overlay) -> Iterator[str]:
    yield f"label={_dot_text(edge.label)}"
    if edge.dashed:
        yield "style=dashed"
    if (edge.source, edge.target) in overlay.taken:
        yield 'color="#b26a00", penwidth=3'
    if (mark := overlay.edge_marks.get((edge.source, edge.target))) is not None:
        yield f'color="{MARKED[mark][1]}"'
