"""Where nodes and edges of a graph go: layers, then order, then places.  Whole numbers only.

Edges that would close a cycle are turned round while layers are made; an edge over several
layers bends at each of them; the order within layers follows the neighbours' middle.

Source: Sugiyama, Tagawa, Toda, Methods for Visual Understanding of Hierarchical System
Structures, IEEE SMC-11, 1981.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 8
"""How often the layers are ordered and straightened."""

BETWEEN = 24
"""Room between things of one layer."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Places on two axes: along the layers and across them.

    Attributes:
        layer: the layer of each node.
        across: the middle of each node across the layers; 0 is the first edge of the drawing.
        bends: of each edge, by number, the (layer, across) it passes, its ends included, in the
            edge's own direction.
        width: how far the drawing reaches across.
    """

    layer: Sequence[int]
    across: Sequence[int]
    bends: Sequence[Sequence[tuple[int, int]]]
    width: int


def laid_out(extents: Sequence[int], edges: Sequence[tuple[int, int]]) -> Layout:
    """Return where nodes go.

    Args:
        extents: how much room each node takes across the layers.
        edges: pairs of numbers of nodes.
    """
    forward = _acyclic(len(extents), edges)
    layer = _layers(len(extents), forward)
    sizes, layers, chains = list(extents), list(layer), list[list[int]]()
    for source, target in forward:
        chain = [source]
        for between in range(layer[source] + 1, layer[target]):
            chain.append(len(sizes))
            sizes.append(2)
            layers.append(between)
        chains.append([*chain, target])
    rows = _ordered(layers, chains)
    across = _placed(rows, sizes, chains)
    bends = [
        [(layers[item], across[item]) for item in (chain if kept == edge else reversed(chain))]
        for chain, kept, edge in zip(chains, forward, edges, strict=True)
    ]
    width = max((across[i] + size // 2 for i, size in enumerate(sizes)), default=0)
    return Layout(layer, across[: len(extents)], bends, width)


def _acyclic(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the edges, those turned round that lead back to where one came from."""
    out: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        out[source].append(target)
    entered, left, back = set[int](), set[int](), set[tuple[int, int]]()
    for root in range(count):
        stack = [] if root in entered else [(root, iter(out[root]))]
        entered.add(root)
        while stack:
            node, below = stack[-1]
            for target in below:
                if target not in entered:
                    entered.add(target)
                    stack.append((target, iter(out[target])))
                    break
                if target not in left:
                    back.add((node, target))
            else:
                left.add(node)
                stack.pop()
    return [(b, a) if (a, b) in back else (a, b) for a, b in edges]


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the length of the longest way to each node."""
    out: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in edges:
        if source != target:
            out[source].append(target)
            waiting[target] += 1
    layer = [0] * count
    ready = [node for node in range(count) if waiting[node] == 0]
    for node in ready:  # grows while it is walked
        for target in out[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return layer


def _neighbours(
    chains: Sequence[Sequence[int]],
) -> tuple[Mapping[int, list[int]], Mapping[int, list[int]]]:
    """Return what stands before and after each thing."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for chain in chains:
        for a, b in itertools.pairwise(chain):
            after.setdefault(a, []).append(b)
            before.setdefault(b, []).append(a)
    return before, after


def _ordered(layers: Sequence[int], chains: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the things of each layer in the order with the fewest crossings found."""
    rows: list[list[int]] = [[] for _ in range(max(layers, default=-1) + 1)]
    for item, layer in enumerate(layers):
        rows[layer].append(item)
    before, after = _neighbours(chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, after)
    places = {item: n for row in rows for n, item in enumerate(row)}
    for sweep in range(SWEEPS):
        looked_at = after if sweep % 2 else before
        for row in rows[::-1] if sweep % 2 else rows:
            middles = {item: _middle(looked_at.get(item, []), places, item) for item in row}
            row.sort(key=middles.__getitem__)
            places.update((item, n) for n, item in enumerate(row))
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _middle(near: Sequence[int], places: Mapping[int, int], item: int) -> int:
    if not near:
        return places[item] * 1000
    return sum(places[other] for other in near) * 1000 // len(near)


def _crossings(rows: Sequence[Sequence[int]], after: Mapping[int, list[int]]) -> int:
    """Return how many edges cross between the layers."""
    places = {item: n for row in rows for n, item in enumerate(row)}
    total = 0
    for row in rows:
        seen: list[int] = []
        for item in row:
            ends = sorted(places[other] for other in after.get(item, []))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _placed(
    rows: Sequence[Sequence[int]], sizes: Sequence[int], chains: Sequence[Sequence[int]]
) -> list[int]:
    """Return the middle of each thing, near the middle of its neighbours, none overlapping."""
    across = [0] * len(sizes)
    for row in rows:
        _spread(row, sizes, across, [0] * len(row))
    before, after = _neighbours(chains)
    for sweep in range(SWEEPS):
        looked_at = after if sweep % 2 else before
        for row in rows[::-1] if sweep % 2 else rows:
            _spread(row, sizes, across, [_near(item, looked_at, across) for item in row])
    first = min((across[i] - size // 2 for i, size in enumerate(sizes)), default=0)
    return [place - first for place in across]


def _near(item: int, looked_at: Mapping[int, list[int]], across: Sequence[int]) -> int:
    near = looked_at.get(item)
    return sum(across[other] for other in near) // len(near) if near else across[item]


def _spread(
    row: Sequence[int], sizes: Sequence[int], across: list[int], wanted: Sequence[int]
) -> None:
    """Place a layer: between packing it from the left and packing it from the right."""
    gaps = [(sizes[a] + sizes[b]) // 2 + BETWEEN for a, b in itertools.pairwise(row)]
    left = list(wanted)
    for n, gap in enumerate(gaps):
        left[n + 1] = max(left[n + 1], left[n] + gap)
    right = list(wanted)
    for n in range(len(gaps) - 1, -1, -1):
        right[n] = min(right[n], right[n + 1] - gaps[n])
    for item, a, b in zip(row, left, right, strict=True):
        # Twice the half of each, so that rounding never brings two nearer than their gap.
        across[item] = (a + b + 1) // 2
