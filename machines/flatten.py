"""Branches across a tree of states: where they lead and which timers end and start.

A target that is a compound state means its initial leaf.  States around both source and
target stay as they are; all others are left (their timers end) and entered (their timers
start).  A target that is around the source is left and entered anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.machines.definition import Timer
from interlock.machines.schema import FinalDefinition
from interlock.machines.tree import Node


@dataclass(frozen=True, slots=True)
class Way:
    """From one leaf to another: timers that end, timers that start."""

    dest: str
    cancels: tuple[str, ...]
    timers: tuple[Timer, ...]


def timers_of(node: Node) -> list[Timer]:
    """Return a state's own timers, shortest first; names are unique in the machine."""
    timers = {one.timer.name: one.timer for one in node.timed}
    return sorted(timers.values(), key=lambda timer: (timer.delay_ms, timer.name))


def way(source: Node | None, target: Node) -> Way | None:
    """Return the way from a leaf (None: the start) to a target.

    None when an ``initial`` on the way down is unknown.
    """
    dest = target.first_leaf()
    if dest is None:
        return None
    left = [] if source is None else source.chain
    entered = dest.chain
    if isinstance(dest.definition, FinalDefinition):
        # Nothing runs in a final state, wherever it stands.
        return Way(dest.path, _names([dest.machine, *left]), ())
    kept = _kept(left, entered, target)
    started = entered[kept:] if source is not None else [dest.machine, *entered]
    return Way(dest.path, _names(left[kept:]), tuple(t for n in started for t in timers_of(n)))


def _kept(left: list[Node], entered: list[Node], target: Node) -> int:
    """Return how many of the outer states stay as they are."""
    kept = 0
    while kept < min(len(left), len(entered)) and left[kept] is entered[kept] is not target:
        kept += 1
    return kept


def _names(nodes: list[Node]) -> tuple[str, ...]:
    return tuple(sorted(timer.name for node in nodes for timer in timers_of(node)))
