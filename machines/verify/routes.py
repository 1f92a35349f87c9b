"""How a machine can come to a state: shortest ways through its branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from interlock.machines.definition import Branch

FORK = "fork"
"""What an edge from a parallel state into a branch is called."""


@dataclass(frozen=True)
class Edge:
    """One branch out of one leaf.

    Attributes:
        source: the leaf.
        event: what takes it.
        number: its place among the branches of the event, from 0.
        branch: the branch.
    """

    source: str
    event: str
    number: int
    branch: Branch

    def within(self, scope: str) -> Edge:
        """Return it as the machine around a branch calls its ends."""
        dest = None if self.branch.dest is None else scope + self.branch.dest
        return Edge(scope + self.source, self.event, self.number, replace(self.branch, dest=dest))


def routes(start: str, edges: Iterable[Edge]) -> Mapping[str, tuple[Edge, ...]]:
    """Return a shortest way from a state to every state that some branches lead to.

    Args:
        start: where it begins; the way there is empty.
        edges: the branches that may be taken; of two ways equally short the one of the
            branches that come first.
    """
    out: dict[str, list[Edge]] = {}
    for edge in edges:
        out.setdefault(edge.source, []).append(edge)
    found: dict[str, tuple[Edge, ...]] = {start: ()}
    front = [start]
    while front:
        after = []
        for path in front:
            for edge in out.get(path, ()):
                dest = edge.branch.dest
                if dest is not None and dest not in found:
                    found[dest] = (*found[path], edge)
                    after.append(dest)
        front = after
    return found


def in_words(route: Iterable[Edge], start: str) -> str:
    """Return a way as its states, e.g. ``asking → (answer:approve) acting``."""
    return " → ".join((start, *(f"({edge.event}) {edge.branch.dest}" for edge in route)))
