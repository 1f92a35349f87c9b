"""The states of a machine as the author nested them, before they are flattened.

Targets are looked up in the scope of the state that names them, then outward; a dotted target
goes down from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from interlock.language import Loc
from interlock.language.values import format_duration, parse_duration
from interlock.machines.definition import ABORTED, BREACH, SEPARATOR, Timer
from interlock.machines.schema import (
    ApproveDefinition,
    CompoundDefinition,
    FinalDefinition,
    ForkedDefinition,
    MachineDocument,
    ParallelDefinition,
    StateDefinition,
)
from interlock.machines.target_schema import SlaDefinition, TargetDefinition


@dataclass(frozen=True, slots=True)
class Timed:
    """What happens in a state after a delay, and where that is said.

    Attributes:
        timer: its timer; the name is unique in the machine.
        delay: as written.
        target: where it leads.
        loc: place of the target.
        at: place to report a fault of the timer at.
        why: reason where the author gives none; empty for none.
    """

    timer: Timer
    delay: str
    target: TargetDefinition
    loc: Loc
    at: Loc
    why: str = ""


@dataclass(eq=False, slots=True)
class Node:
    """A state, compound state, or the machine itself; a branch is a machine of its own.

    Attributes:
        name: name within its scope; empty for the machine.
        path: names from the outermost state, joined; empty for the machine.
        loc: place in the document.
        definition: what the author wrote.
        parent: the scope around it; None for the machine.
        children: states within, in the order written.
    """

    name: str
    path: str
    loc: Loc
    definition: StateDefinition | MachineDocument | ForkedDefinition
    parent: Node | None
    children: dict[str, Node] = field(default_factory=dict)

    @property
    def chain(self) -> list[Node]:
        """The states around it, outermost first, and itself."""
        around = [] if self.parent is None or self.parent.parent is None else self.parent.chain
        return [*around, self]

    @property
    def is_built_in(self) -> bool:
        """Whether it stands in no document: the ``aborted`` of a machine that has none."""
        return self.parent is not None and not self.loc

    @property
    def on(self) -> Mapping[str, TargetDefinition]:
        """Its own handlers."""
        return getattr(self.definition, "on", {})

    @property
    def after(self) -> Mapping[str, TargetDefinition]:
        """Its own timers, by their delay as written."""
        return getattr(self.definition, "after", {})

    @property
    def timed(self) -> list[Timed]:
        """Its own timers: those under ``after``, the end of what it asks, its service level."""
        found = []
        for text, target in self.after.items():
            loc = (*self.loc, "after", text)
            found.append(Timed(self._timer(text), text, target, loc, loc))
        if isinstance(self.definition, ApproveDefinition):
            asked, loc = self.definition.approve, (*self.loc, "approve")
            if asked.expires is not None and asked.on_expire is not None:
                text, target = asked.expires, asked.on_expire
                at, why = (*loc, "expires"), f"no answer within {text}"
                found.append(Timed(self._timer(text), text, target, (*loc, "on_expire"), at, why))
        sla: SlaDefinition | None = getattr(self.definition, "sla", None)
        if sla is not None:
            timer = Timer(f"{self.path}{BREACH}", parse_duration(sla.resolve_within))
            loc, why = (*self.loc, "sla"), f"not resolved within {sla.resolve_within}"
            at, text = (*loc, "resolve_within"), sla.resolve_within
            found.append(Timed(timer, text, sla.on_breach, (*loc, "on_breach"), at, why))
        return found

    def _timer(self, delay: str) -> Timer:
        ms = parse_duration(delay)
        return Timer(f"{self.path}@{format_duration(ms)}", ms)

    @property
    def initial(self) -> str | None:
        """The state within that is entered first; None for a leaf."""
        if isinstance(self.definition, CompoundDefinition | MachineDocument | ForkedDefinition):
            return self.definition.initial
        return None

    def within(self) -> Iterator[Node]:
        """Yield the states within, compounds before what they hold."""
        for child in self.children.values():
            yield child
            yield from child.within()

    def leaves(self) -> Iterator[Node]:
        """Yield the states within that hold no states, in the order written."""
        if not self.children:
            yield self
        for child in self.children.values():
            yield from child.leaves()

    @property
    def machine(self) -> Node:
        """The machine it is part of."""
        return self if self.parent is None else self.parent.machine

    @property
    def _scope(self) -> Node:
        """Where the targets it names are looked up first."""
        return self if self.parent is None else self.parent

    def find(self, target: str) -> Node | None:
        """Return the state that a target named in this state means."""
        first, *rest = target.split(SEPARATOR)
        scope: Node | None = self._scope
        while scope is not None:
            if first in scope.children:
                return scope.children[first].descend(rest)
            scope = scope.parent
        return None

    def descend(self, names: list[str]) -> Node | None:
        """Return the state down these names, or None."""
        if not names:
            return self
        child = self.children.get(names[0])
        return None if child is None else child.descend(names[1:])

    def visible(self) -> list[str]:
        """Return the names a target in this state may begin with."""
        found: list[str] = []
        scope: Node | None = self._scope
        while scope is not None:
            found.extend(scope.children)
            scope = scope.parent
        return found

    def first_leaf(self) -> Node | None:
        """Return the leaf entered when this state is; None when an ``initial`` is unknown."""
        if self.initial is None:
            return self
        first = self.children.get(self.initial)
        return None if first is None else first.first_leaf()


def build_tree(document: MachineDocument) -> Node:
    """Return the machine as a tree, with the built-in ``aborted`` where it has none."""
    return _planted((), document)


def build_branches(node: Node) -> dict[str, Node]:
    """Return each branch of a parallel state as a tree, by its name; of another state nothing."""
    if not isinstance(node.definition, ParallelDefinition):
        return {}
    return {
        name: _planted((*node.loc, "parallel", "branches", name), branch)
        for name, branch in node.definition.parallel.branches.items()
    }


def _planted(loc: Loc, definition: MachineDocument | ForkedDefinition) -> Node:
    root = Node("", "", loc, definition, None)
    _grow(root, definition.states)
    if ABORTED not in root.children:
        builtin = FinalDefinition(final=ABORTED, doc="An operator aborted the incident.")
        root.children[ABORTED] = Node(ABORTED, ABORTED, (), builtin, root)
    return root


def _grow(scope: Node, states: Mapping[str, StateDefinition]) -> None:
    for name, definition in states.items():
        path = f"{scope.path}{SEPARATOR}{name}" if scope.path else name
        node = Node(name, path, (*scope.loc, "states", name), definition, scope)
        scope.children[name] = node
        if isinstance(definition, CompoundDefinition):
            _grow(node, definition.states)
