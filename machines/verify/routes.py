"""How a machine can come to a state: shortest ways through its branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from interlock.machines.verify.subject import Edge


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
