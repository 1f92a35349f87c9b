"""The states of one machine as a graph."""

from __future__ import annotations

from interlock.engine.graph.model import Draft, Graph, Kind, Node, NodeId, node_id
from interlock.machines.definition import ABORTED, FinalState, Machine, State
from interlock.machines.diagram import edges_of, subtitle


def states_graph(machine: Machine) -> Graph:
    """Return the states with the ways between them; aborts that go without saying are left out."""
    draft = Draft()
    edges = {path: edges_of(state) for path, state in machine.states.items()}
    pointed_at = {dest for found in edges.values() for _, dest in found}
    for path, state in machine.states.items():
        if path != ABORTED or path in pointed_at:
            draft.node(Node(_kind(state), path, subtitle(state)))
    for path, found in edges.items():
        for label, dest in found:
            draft.edge(state_id(machine, path), state_id(machine, dest), label)
    return draft.finished(machine.id, down=True)


def state_id(machine: Machine, path: str) -> NodeId:
    """Return the id of the node of a state."""
    return node_id(_kind(machine.states[path]), path)


def _kind(state: State) -> Kind:
    return "final" if isinstance(state, FinalState) else "state"
