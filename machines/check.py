"""Checks a compiled machine as a graph: every state is reachable, ends, and never spins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from interlock.machines.definition import (
    ABORTED,
    ChooseState,
    FinalState,
    Machine,
    Trigger,
    ways_out,
)
from interlock.machines.forked import SUCCEEDED
from interlock.machines.source import Source
from interlock.machines.tree import Node

Graph = Mapping[str, frozenset[str]]
"""Leaf path to the leaves it leads to."""

STRUCTURAL = frozenset({"RV603", "RV604", "RV605", "RV612"})
"""Faults that leave holes in the graph; checking it then would report their echoes."""


def check_graph(source: Source, machine: Machine, tree: Node) -> None:
    """Report unreachable states, dead ends, endless choices and outcomes nobody reaches."""
    places = {leaf.path: leaf.loc for leaf in tree.leaves()}
    graph = graph_of(machine, set())
    reached = reachable(graph, machine.initial)
    for path in machine.states:
        if path not in reached and places[path]:
            source.report(places[path], "RV601", f"nothing leads to state {path!r}", key=True)
    for path in _dead_ends(machine):
        if path in reached:
            message = f"state {path!r} never leads to a final state"
            source.report(places[path], "RV602", message, "an abort does not count", key=True)
    for path in _spinning(machine, graph):
        message = f"choices lead back to {path!r} without anything in between"
        source.report(places[path], "RV608", message, key=True)
    if machine.forked is None:
        _check_outcomes(source, machine)
    else:
        _check_join(source, machine, tree, reached)


def graph_of(machine: Machine, without: set[str]) -> Graph:
    """Return where each state leads, some events left out."""
    return {
        path: frozenset(
            branch.dest
            for event, branches in ways_out(state).items()
            if event not in without
            for branch in branches
            if branch.dest is not None
        )
        for path, state in machine.states.items()
    }


def reachable(graph: Graph, start: str) -> set[str]:
    """Return the states that can be come to from one, itself among them."""
    found, pending = {start}, [start]
    while pending:
        for dest in graph[pending.pop()] - found:
            found.add(dest)
            pending.append(dest)
    return found


def _dead_ends(machine: Machine) -> Iterable[str]:
    graph = graph_of(machine, {Trigger.ABORT})
    finals = {path for path, state in machine.states.items() if isinstance(state, FinalState)}
    return [path for path in machine.states if not reachable(graph, path) & finals]


def _spinning(machine: Machine, graph: Graph) -> Iterable[str]:
    """Return the choices from which choices alone lead back; one for each ring."""
    choices = {path for path, state in machine.states.items() if isinstance(state, ChooseState)}
    within = {path: graph[path] & choices for path in machine.states if path in choices}
    seen: set[str] = set()
    for path in within:
        ring = {p for p in reachable(within, path) if _leads(within, p, path)}
        if ring and not ring & seen:
            yield path
        seen |= ring


def _leads(graph: Graph, start: str, goal: str) -> bool:
    return any(goal in reachable(graph, dest) for dest in graph[start])


def _check_join(source: Source, machine: Machine, tree: Node, reached: set[str]) -> None:
    """Report a branch that cannot end well: what waits for it is never joined."""
    ends = {s.outcome for path in reached if isinstance(s := machine.states[path], FinalState)}
    is_sound = ends <= {*machine.outcomes}  # else a final is refused already
    if machine.forked is not None and is_sound and SUCCEEDED not in ends:
        message = f"branch {machine.forked.branch!r} never ends as {SUCCEEDED!r}"
        hint = "add a state `{final: done}` that it comes to when all went well"
        source.report(tree.loc, "RV615", message, hint, key=True)


def _check_outcomes(source: Source, machine: Machine) -> None:
    reached = {s.outcome for s in machine.states.values() if isinstance(s, FinalState)}
    for number, outcome in enumerate(machine.outcomes):
        if outcome not in reached and outcome != ABORTED:
            message = f"no final state gives the outcome {outcome!r}"
            source.report(("outcomes", number), "RV607", message)
