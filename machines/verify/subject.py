"""A machine as it is reasoned about: compiled, with its document and where each state stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from interlock.language import Diagnostic, Document, Loc, validate
from interlock.language.diagnostics import Severity
from interlock.machines.actions import ActionType
from interlock.machines.definition import (
    SEPARATOR,
    Branch,
    FinalState,
    Machine,
    ParallelState,
    State,
    Trigger,
    ways_out,
)
from interlock.machines.forked import SUCCEEDED
from interlock.machines.load import MachineBase
from interlock.machines.schema import MachineDocument
from interlock.machines.tree import Node, build_branches, build_tree
from interlock.machines.verify.routes import FORK, Edge, routes


@dataclass(frozen=True, eq=False)
class MachineSubject:
    """One machine, or one branch of a parallel state.

    Attributes:
        document: where it is written.
        machine: compiled.
        actions: every action of its bundle.
        tree: its states as nested.
        around: of a branch, the states around it, its fork the last.
    """

    document: Document
    machine: Machine
    actions: Mapping[str, ActionType]
    tree: Node
    around: tuple[Node, ...] = ()

    @property
    def started(self) -> str:
        """Id of the machine that rules start: of a branch, the one that forks."""
        return self.machine.id if self.machine.forked is None else self.machine.forked.machine

    @cached_property
    def within(self) -> tuple[MachineSubject, ...]:
        """The branches of its parallel states."""
        return tuple(
            replace(self, machine=state.branches[name], tree=root, around=tuple(leaf.chain))
            for leaf in self.tree.leaves()
            if isinstance(state := self.machine.states.get(leaf.path), ParallelState)
            for name, root in build_branches(leaf).items()
        )

    @property
    def parts(self) -> tuple[MachineSubject, ...]:
        """It, and its branches."""
        return self, *self.within

    @cached_property
    def places(self) -> Mapping[str, Loc]:
        """Where each leaf is written; a built-in one is nowhere."""
        return {leaf.path: leaf.loc for leaf in self.tree.leaves()}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every way out of every leaf, in the order written."""
        return tuple(
            edge for path, state in self.machine.states.items() for edge in _out(path, state)
        )

    @cached_property
    def whole(self) -> Mapping[str, tuple[State, Loc]]:
        """Every state with its place; one of a branch is called ``fork.branch.state``."""
        found = {path: (self.machine.states[path], self.places[path]) for path in self._written}
        for branch in self.within:
            found.update((branch.scope + path, one) for path, one in branch.whole.items())
        return found

    @property
    def _written(self) -> Iterator[str]:
        return (path for path in self.machine.states if path in self.places)

    @property
    def scope(self) -> str:
        """What stands before its states' names in the machine that forks; empty for a machine."""
        forked = self.machine.forked
        return "" if forked is None else f"{forked.path}{SEPARATOR}"

    @cached_property
    def walk(self) -> tuple[Edge, ...]:
        """Every way out of every state of ``whole``, the ways into branches among them."""
        found = list(self.edges)
        for number, branch in enumerate(self.within):
            begin = Branch(branch.scope + branch.machine.initial)
            fork = "" if branch.machine.forked is None else branch.machine.forked.state
            found.append(Edge(fork, FORK, number, begin))
            found += (edge.within(branch.scope) for edge in branch.walk)
        return tuple(found)

    def joins(self, edge: Edge, free: Sequence[Edge]) -> bool:
        """Return whether an edge can be taken on free ways alone: all branches end well on them.

        Args:
            edge: any; one that no join takes asks nothing of branches.
            free: those edges of ``walk`` that may be taken.
        """
        if edge.event != Trigger.JOINED:
            return True
        return all(
            branch.ends_well(free)
            for branch in self.within
            if branch.machine.forked is not None and branch.machine.forked.state == edge.source
        )

    def ends_well(self, walk: Sequence[Edge]) -> bool:
        """Return whether a branch begins, and comes to ``done``, by some edges of a ``walk``."""
        begin = self.scope + self.machine.initial
        if not any((edge.event, edge.branch.dest) == (FORK, begin) for edge in walk):
            return False
        reached = routes(begin, walk)
        return any(
            isinstance(state, FinalState) and state.outcome == SUCCEEDED
            for path, state in self.machine.states.items()
            if self.scope + path in reached
        )

    @cached_property
    def delays(self) -> Mapping[str, int]:
        """How long each timer takes, ms."""
        timers = [timer for edge in self.edges for timer in edge.branch.timers]
        return {timer.name: timer.delay_ms for timer in (*self.machine.initial_timers, *timers)}

    def finding(
        self,
        loc: Loc,
        code: str,
        message: str,
        hint: str | None = None,
        severity: Severity = "warning",
        *,
        key: bool = False,
    ) -> Diagnostic:
        """Return a finding at a place of the document."""
        span = self.document.span(loc, key=key)
        return Diagnostic(self.document.path, span, severity, code, message, hint)


def read_machines(documents: Iterable[Document], base: MachineBase) -> list[MachineSubject]:
    """Return the machines of documents that a base was made of, as they are reasoned about."""
    found = []
    for document in documents:
        written = validate(MachineDocument, document) if document.kind == "machine/v1" else None
        if written is not None:
            machine = base.machines[written.id]
            found.append(MachineSubject(document, machine, base.actions, build_tree(written)))
    return sorted(found, key=lambda one: one.machine.id)


def written_actions(document: Document) -> list[str]:
    """Return the names of the actions a document declares."""
    data = document.data
    actions = data.get("actions") if isinstance(data, Mapping) else None
    is_ours = document.kind == "actions/v1" and isinstance(actions, Mapping)
    return list(actions) if is_ours and isinstance(actions, Mapping) else []


def _out(path: str, state: State) -> Iterator[Edge]:
    for event, branches in ways_out(state).items():
        for number, branch in enumerate(branches):
            yield Edge(path, event, number, branch)
