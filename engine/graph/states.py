"""The states of one machine as a graph, those of its branches in regions."""

from __future__ import annotations

from interlock.engine.graph.model import Draft, Graph, Kind, Node, NodeId, node_id
from interlock.machines.definition import ABORTED, FinalState, Machine, State
from interlock.machines.diagram import edges_of, subtitle


def states_graph(machine: Machine) -> Graph:
    """Return the states with the ways between them; aborts that go without saying are left out.

    A state of a branch is called ``fork.branch.state``, and dashed ways lead into the branch.
    """
    draft, whole = Draft(), machine.whole
    edges = {
        path: [(label, scope + dest) for label, dest in edges_of(state)]
        for path, (scope, state) in whole.items()
    }
    pointed_at = {dest for found in edges.values() for _, dest in found}
    for path, (scope, state) in whole.items():
        if state.path != ABORTED or path in pointed_at:
            draft.node(Node(_kind(state), path, subtitle(state), region=scope.rstrip(".")))
    for path, found in edges.items():
        for label, dest in found:
            draft.edge(state_id(machine, path), state_id(machine, dest), label)
    for fork in machine.forks:
        for name, branch in fork.branches.items():
            begin = state_id(machine, f"{fork.path}.{name}.{branch.initial}")
            draft.edge(state_id(machine, fork.path), begin, name, dashed=True)
    return draft.finished(machine.id, down=True)


def state_id(machine: Machine, path: str) -> NodeId:
    """Return the id of the node of a state."""
    return node_id(_kind(machine.whole[path][1]), path)


def _kind(state: State) -> Kind:
    return "final" if isinstance(state, FinalState) else "state"
