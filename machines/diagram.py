"""Draws a machine as a Mermaid state diagram.

Events that lead the same way share one arrow; what every state of a compound does alike is
drawn once, from the compound; aborts to the built-in ``aborted`` go without saying.  The same
machine gives the same text.

Source: https://mermaid.js.org/syntax/stateDiagram.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import assert_never

from interlock.machines.definition import (
    ABORTED,
    BREACH,
    CHOOSE,
    SEPARATOR,
    ApproveState,
    Branch,
    ChooseState,
    FinalState,
    Machine,
    ParallelState,
    RunState,
    State,
    UndoState,
    WaitState,
    ways_out,
)

Edge = tuple[str, str]
"""What is written on an arrow, and where it points."""

_CURRENT_STYLE = "classDef current fill:#ffd54f,stroke:#b26a00,stroke-width:3px"


_VISITED_STYLE = "classDef visited fill:#fff3c4,stroke:#b26a00"


def mermaid(
    machine: Machine, current: Collection[str] = (), *, visited: Collection[str] = ()
) -> str:
    """Return the diagram of a machine; a parallel state holds its branches side by side.

    Args:
        machine: what to draw.
        current: paths to highlight; those of branches are called ``fork.branch.state``.
        visited: paths an incident went through.
    """
    lines = ["stateDiagram-v2", *_Sketch(machine).lines()]
    passed = [_name(path) for path in machine.whole if path in visited and path not in current]
    here = [_name(path) for path in machine.whole if path in current]
    if passed:
        lines += [f"  {_VISITED_STYLE}", f"  class {','.join(passed)} visited"]
    if here:
        lines += [f"  {_CURRENT_STYLE}", f"  class {','.join(here)} current"]
    return "\n".join(lines) + "\n"


def edges_of(state: State) -> list[Edge]:
    """Return the ways out of a state; an abort to ``aborted`` goes without saying."""
    return [
        (_label(event, branch), branch.dest)
        for event, branches in ways_out(state).items()
        for branch in branches
        if branch.dest is not None and not (branch.dest == ABORTED and event == "operator.abort")
    ]


def subtitle(state: State) -> str:
    """Return what a state does, in a few words; empty for a final state."""
    match state:
        case RunState():
            return f"run {state.action}"
        case WaitState():
            return f"wait {state.wait.name}"
        case ApproveState():
            return f"ask {state.question.role}"
        case ChooseState():
            return "?"
        case UndoState():
            return "undo"
        case ParallelState():
            return f"all of {', '.join(state.branches)}"
        case FinalState():
            return ""
        case _:
            assert_never(state)


class _Sketch:
    """One machine being drawn, or a branch within the parallel state that forks it."""

    def __init__(self, machine: Machine, around: str = "", depth: int = 1) -> None:
        self._machine = machine
        self._around = around
        self._depth = depth
        self._edges = {path: edges_of(state) for path, state in machine.states.items()}
        is_shown = _is_pointed_at(self._edges)
        self._shown = {path for path in machine.states if path != ABORTED or is_shown}

    def lines(self) -> Iterator[str]:
        """Yield where it begins, its states and the arrows between them."""
        yield f"{self._indent('')}[*] --> {self._name(self._machine.initial)}"
        yield from self._scope("")

    def _name(self, path: str) -> str:
        return _name(self._around + path)

    def _indent(self, scope: str) -> str:
        return "  " * (self._depth + (scope.count(SEPARATOR) + 1 if scope else 0))

    def _scope(self, scope: str) -> Iterator[str]:
        """Yield the states directly within a scope, then the arrows that leave them."""
        depth, machine, edges = self._indent(scope), self._machine, self._edges
        for path in _members(machine, scope):
            within = [leaf for leaf in machine.states if _is_within(leaf, path)]
            if path in machine.states:
                yield from self._leaf(path, depth)
            else:
                common = _common(machine, within, edges)
                for leaf in within:
                    edges[leaf] = [edge for edge in edges[leaf] if edge not in common]
                yield f'{depth}state "{path}" as {self._name(path)} {{'
                yield from self._scope(path)
                yield f"{depth}}}"
                yield from self._arrows(path, common, depth)
        for path in _members(machine, scope):
            if path in machine.states:
                yield from self._arrows(path, edges[path], depth)
                if isinstance(machine.states[path], FinalState) and path in self._shown:
                    yield f"{depth}{self._name(path)} --> [*]"

    def _leaf(self, path: str, depth: str) -> Iterator[str]:
        if path not in self._shown:
            return
        state = self._machine.states[path]
        told = f'{depth}state "{_title(state)}" as {self._name(path)}'
        if not isinstance(state, ParallelState):
            yield told
            return
        yield f"{told} {{"
        for number, (name, branch) in enumerate(state.branches.items()):
            if number:
                yield f"{depth}  --"
            scope = f"{self._around}{path}{SEPARATOR}{name}"
            yield f'{depth}  state "{name}" as {_name(scope)} {{'
            yield from _Sketch(branch, scope + SEPARATOR, len(depth) // 2 + 2).lines()
            yield f"{depth}  }}"
        yield f"{depth}}}"

    def _arrows(self, path: str, edges: list[Edge], depth: str) -> Iterator[str]:
        for dest in dict.fromkeys(dest for _, dest in edges):
            labels = " | ".join(label for label, where in edges if where == dest)
            yield f"{depth}{self._name(path)} --> {self._name(dest)}: {_escaped(labels)}"


def _members(machine: Machine, scope: str) -> list[str]:
    """Return the states and compounds directly within a scope, in the order written."""
    depth = scope.count(SEPARATOR) + 2 if scope else 1
    inside = (path for path in machine.states if not scope or _is_within(path, scope))
    return list(dict.fromkeys(SEPARATOR.join(path.split(SEPARATOR)[:depth]) for path in inside))


def _is_within(path: str, scope: str) -> bool:
    return path == scope or path.startswith(scope + SEPARATOR)


def _common(machine: Machine, leaves: list[str], edges: dict[str, list[Edge]]) -> list[Edge]:
    """Return the edges that every resting leaf of a compound has."""
    resting = [
        edges[path]
        for path in leaves
        if not isinstance(machine.states[path], ChooseState | FinalState)
    ]
    if len(resting) < 2:
        return []
    return [edge for edge in resting[0] if all(edge in others for others in resting)]


def _is_pointed_at(edges: dict[str, list[Edge]]) -> bool:
    return any(dest == ABORTED for found in edges.values() for _, dest in found)


def _label(event: str, branch: Branch) -> str:
    kind, timed, name = event.partition(":")
    kind = "breach of" if name.endswith(BREACH) else kind
    what = f"{kind} {name.rpartition('@')[2]}" if timed else event
    guard = "else" if branch.guard is None else branch.guard.text
    if event == CHOOSE:
        return guard
    return what if branch.guard is None else f"{what} [{guard}]"


def _title(state: State) -> str:
    name, does = state.path.rpartition(SEPARATOR)[2], subtitle(state)
    separator = " " if isinstance(state, ChooseState) else "<br/>"
    return f"{name}{separator}{does}" if does else name


def _name(path: str) -> str:
    # Mermaid's names hold letters, digits and "_"; a state's name may not begin with "_".
    return path.replace(SEPARATOR, "__")


def _escaped(text: str) -> str:
    return text.replace("#", "#35;").replace(";", "#59;").replace("#35#59;", "#35;")
