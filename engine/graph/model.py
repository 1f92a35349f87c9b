"""A graph: named nodes of some kinds, labelled edges, and what an incident went through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "signal", "fact", "rule", "machine", "action", "state", "final", "condition", "legend"
]
"""What a node stands for."""

Mark: TypeAlias = Literal["covered", "partly", "missed"]
"""How much of something scenarios have seen."""

NodeId: TypeAlias = str
"""``kind:name``, e.g. ``rule:shop/roll-back``."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing.

    Attributes:
        kind: what it is.
        name: its own name.
        note: a second line, for people; may be empty.
        place: where it is written, ``file:line``; empty where that is not known.
        region: the branch of a parallel state it is part of; empty for none.
    """

    kind: Kind
    name: str
    note: str = ""
    place: str = ""
    region: str = ""

    @property
    def id(self) -> NodeId:
        """What edges call it."""
        return node_id(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Edge:
    """One thing leads to another.

    Attributes:
        source, target: ids of nodes.
        label: for people; may be empty.
        dashed: whether it is looked at, not caused: a negation, a wait, a way back.
    """

    source: NodeId
    target: NodeId
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges in the order they are drawn.

    Attributes:
        title: one line.
        down: whether it is read from top to bottom, not from left to right.
        nodes: by no order but their own; ids are unique.
        edges: between nodes that are there; at most one from one node to another.
    """

    title: str
    down: bool
    nodes: Sequence[Node]
    edges: Sequence[Edge]


@dataclass(frozen=True, slots=True)
class Overlay:
    """What an incident went through, or what scenarios have seen.

    Attributes:
        visited: nodes it touched.
        current: where it is, or ended.
        taken: edges it went along, as (source, target).
        marks: how much of a node was seen.
        edge_marks: how much of an edge was seen.
    """

    visited: frozenset[NodeId] = frozenset()
    current: frozenset[NodeId] = frozenset()
    taken: frozenset[tuple[NodeId, NodeId]] = frozenset()
    marks: Mapping[NodeId, Mark] = field(default_factory=dict)
    edge_marks: Mapping[tuple[NodeId, NodeId], Mark] = field(default_factory=dict)


NOTHING = Overlay()
"""No incident."""


def node_id(kind: Kind, name: str) -> NodeId:
    """Return the id of a node."""
    return f"{kind}:{name}"


class Draft:
    """A graph while it is collected: nodes once, edges of one pair together."""

    def __init__(self) -> None:
        self._nodes: dict[NodeId, Node] = {}
        self._edges: dict[tuple[NodeId, NodeId], list[Edge]] = {}

    def node(self, node: Node) -> NodeId:
        """Add a node unless it is there; return its id."""
        self._nodes.setdefault(node.id, node)
        return node.id

    def edge(
        self, source: NodeId, target: NodeId, label: str = "", *, dashed: bool = False
    ) -> None:
        """Add an edge; both ends may be added before or after."""
        self._edges.setdefault((source, target), []).append(Edge(source, target, label, dashed))

    def finished(self, title: str, *, down: bool) -> Graph:
        """Return the graph; labels of edges that join the same nodes are listed on one."""
        edges = [_joined(edges) for edges in self._edges.values()]
        there = [edge for edge in edges if {edge.source, edge.target} <= self._nodes.keys()]
        return Graph(title, down, tuple(self._nodes.values()), tuple(there))


def _joined(edges: Sequence[Edge]) -> Edge:
    labels = dict.fromkeys(edge.label for edge in edges if edge.label)
    dashed = all(edge.dashed for edge in edges)
    return Edge(edges[0].source, edges[0].target, " | ".join(labels), dashed)


def record(graph: Graph, overlay: Overlay = NOTHING) -> Mapping[str, object]:
    """Return a graph as JSON: nodes and edges, each with what an incident made of it."""
    return {
        "title": graph.title,
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind,
                "name": node.name,
                "note": node.note,
                "place": node.place,
                "region": node.region,
                "visited": node.id in overlay.visited,
                "current": node.id in overlay.current,
                **({"covered": overlay.marks.get(node.id)} if overlay.marks else {}),
            }
            for node in graph.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "label": edge.label,
                "dashed": edge.dashed,
                "taken": (edge.source, edge.target) in overlay.taken,
                **_marked(edge, overlay),
            }
            for edge in graph.edges
        ],
    }


def _marked(edge: Edge, overlay: Overlay) -> Mapping[str, object]:
    ends = edge.source, edge.target
    return {"covered": overlay.edge_marks.get(ends)} if overlay.marks else {}
