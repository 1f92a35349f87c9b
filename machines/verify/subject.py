"""A machine as it is reasoned about: compiled, with its document and where each state stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from interlock.language import Diagnostic, Document, Loc, validate
from interlock.language.diagnostics import Severity
from interlock.machines.actions import ActionType
from interlock.machines.definition import Branch, Machine, State, ways_out
from interlock.machines.load import MachineBase
from interlock.machines.schema import MachineDocument
from interlock.machines.tree import Node, build_tree


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


@dataclass(frozen=True, eq=False)
class MachineSubject:
    """One machine.

    Attributes:
        document: where it is written.
        machine: compiled.
        actions: every action of its bundle.
        tree: its states as nested.
    """

    document: Document
    machine: Machine
    actions: Mapping[str, ActionType]
    tree: Node

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
