"""What scenarios cover, drawn over a graph: colours, and words for whoever sees none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from interlock.engine.graph.model import Edge, Graph, Mark, Node, NodeId, Overlay
from interlock.rules.checks import Written
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.coverage.conditions import RuleLook
from interlock.testing.coverage.model import Coverage, Item, Sort

LEGEND = "legend"
"""The region of the nodes that say what the colours mean."""

_MEANINGS: Mapping[Mark, str] = {
    "covered": "seen in every way",
    "partly": "seen in some ways",
    "missed": "never seen",
}
_SIGNS: Mapping[Mark, str] = {"covered": "✓", "partly": "◐", "missed": "✗"}

Ends = tuple[NodeId, NodeId]


@dataclass(frozen=True, slots=True)
class Covered:
    """What is drawn over graphs of one bundle.

    Attributes:
        coverage: what was seen.
        rules: the rules, each branch by itself.
        machines: the machines and branches of parallel states.
    """

    coverage: Coverage
    rules: Sequence[Written]
    machines: Sequence[MachineLook]

    def states(self, graph: Graph, machine: str) -> tuple[Graph, Overlay]:
        """Return the graph of a machine's states with what was seen of each, and the colours."""
        ids = {node.name: node.id for node in graph.nodes}
        nodes: dict[NodeId, list[Item]] = {}
        edges: dict[Ends, list[Item]] = {}
        for look in self.machines:
            forked = look.machine.forked
            if machine not in {look.machine.id, forked.machine if forked else ""}:
                continue
            scope = f"{forked.path}." if forked else ""
            for path, item in look.states.items():
                nodes.setdefault(ids.get(scope + path, ""), []).append(item)
            for path, _, branch, item in look.branches():
                dest = scope + (branch.dest or path)
                ends = ids.get(scope + path, ""), ids.get(dest, "")
                edges.setdefault(ends, []).append(item)
        return self._drawn(graph, nodes, edges)

    def flow(self, graph: Graph) -> tuple[Graph, Overlay]:
        """Return the graph of rules, or of everything, with what was seen, and the colours."""
        nodes: dict[NodeId, list[Item]] = {}
        for look in self.machines:
            name = look.machine.forked.machine if look.machine.forked else look.machine.id
            found = nodes.setdefault(f"machine:{name}", [])
            found += [*look.states.values(), *(item for _, _, _, item in look.branches())]
        conditions: dict[NodeId, Node] = {}
        asked: dict[Ends, Edge] = {}
        for written in self.rules:
            look_of = RuleLook.of(written)
            rule = f"rule:{written.rule.id}"
            for item in look_of.items:
                if item.sort is Sort.RULE:
                    nodes.setdefault(rule, []).append(item)
                    continue
                # Equal texts of one rule are two conditions, so the place tells them apart.
                name = f"{item.said} ({item.span.line}:{item.span.col})"
                node = Node("condition", name, place=item.place)
                conditions[node.id] = node
                nodes.setdefault(node.id, []).append(item)
                asked[node.id, rule] = Edge(node.id, rule, "", dashed=True)
        more = replace(
            graph,
            nodes=(*graph.nodes, *conditions.values()),
            edges=(*graph.edges, *asked.values()),
        )
        return self._drawn(more, nodes, {})

    def _drawn(
        self,
        graph: Graph,
        nodes: Mapping[NodeId, Iterable[Item]],
        edges: Mapping[Ends, Iterable[Item]],
    ) -> tuple[Graph, Overlay]:
        shown = {node.id: self._mark(dict.fromkeys(nodes.get(node.id, ()))) for node in graph.nodes}
        taken = {ends: self._mark(dict.fromkeys(items)) for ends, items in edges.items()}
        drawn = replace(
            graph,
            nodes=(*(_noted(node, shown[node.id]) for node in graph.nodes), *_legend()),
            edges=tuple(
                _labelled(edge, taken.get((edge.source, edge.target))) for edge in graph.edges
            ),
        )
        marks = {name: mark for name, (mark, _) in shown.items() if mark is not None}
        marks |= {node.id: mark for node, mark in zip(_legend(), _MEANINGS, strict=True)}
        ends = {ends: mark for ends, (mark, _) in taken.items() if mark is not None}
        return drawn, Overlay(marks=marks, edge_marks=ends)

    def _mark(self, items: Iterable[Item]) -> tuple[Mark | None, str]:
        """Return how much of some items was seen, and in words; nothing where there are none."""
        wanted = [(item, way) for item in items for way in item.ways]
        seen = [(item, way) for item, way in wanted if way in self.coverage.seen.get(item, ())]
        if not wanted:
            return None, ""
        if len(seen) == len(wanted):
            return "covered", "covered"
        left = [way for item, way in wanted if (item, way) not in seen]
        if len(wanted) == 2 and len(left) == 1:
            return "partly", f"never {left[0]}"
        return ("partly", f"{len(seen)} of {len(wanted)} covered") if seen else ("missed", "never")


def _noted(node: Node, said: tuple[Mark | None, str]) -> Node:
    mark, words = said
    if mark is None:
        return node
    note = f"{_SIGNS[mark]} {words}"
    return replace(node, note=f"{node.note}, {note}" if node.note else note)


def _labelled(edge: Edge, said: tuple[Mark | None, str] | None) -> Edge:
    mark, words = said or (None, "")
    if mark is None:
        return edge
    return replace(edge, label=f"{edge.label} {_SIGNS[mark]} {words}".strip())


def _legend() -> Iterator[Node]:
    """Yield what each colour means, in words."""
    for mark, meaning in _MEANINGS.items():
        yield Node("legend", f"{_SIGNS[mark]} {mark}", meaning, region=LEGEND)
