"""Compiles the ways out of one leaf: its handlers, those it inherits, and its timers.

The innermost handler of an event speaks first; when none of its guards is true the next one
outward is asked, and so on.  ``operator.abort`` ends at the built-in ``aborted``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from interlock.language import Loc, nearest
from interlock.language.expression import Scope, compile_template
from interlock.language.values import (
    UNKNOWN,
    Field,
    Unknown,
    Value,
    violation,
)
from interlock.machines.definition import (
    ABORTED,
    SEPARATOR,
    STAY,
    Branch,
    Origin,
    Trigger,
    answer_event,
    timer_event,
)
from interlock.machines.flatten import Way, way
from interlock.machines.formula import Env, Formula, Row
from interlock.machines.scopes import Fields, Scopes
from interlock.machines.source import Source
from interlock.machines.target_schema import BranchDefinition, TargetDefinition
from interlock.machines.tree import Node

_CLOSE_GAP = "end with `else: <state>`"
_OUTSIDE = "it is outside the branch: end as `done` or `failed`, and `on` of the fork leads on"
_ABORT_WHY = "aborted by ${event.by}"
_ANSWER_WHY = "${event.choice} by ${event.by}: ${event.text}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf whose ways out are compiled.

    Attributes:
        node: the leaf.
        results: events it must handle: what its work can end in.
        outputs: outputs of its action; None when it runs none.
    """

    node: Node
    results: tuple[str, ...]
    outputs: Fields | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """One branch as written: where, where its target stands, and what it says."""

    loc: Loc
    target_loc: Loc
    target: str
    definition: BranchDefinition | None

    @property
    def is_guarded(self) -> bool:
        """Whether it can be passed over."""
        return self.definition is not None and self.definition.if_ is not None


def written(target: TargetDefinition, loc: Loc) -> list[Written]:
    """Return the branches of a target, a name counting as one."""
    if isinstance(target, str):
        return [Written(loc, loc, target, None)]
    if isinstance(target, BranchDefinition):
        return [_written(target, loc)]
    return [_written(one, (*loc, number)) for number, one in enumerate(target)]


def _written(branch: BranchDefinition, loc: Loc) -> Written:
    key = "to" if branch.to is not None else "else"
    return Written(loc, (*loc, key), branch.target, branch)


@dataclass(frozen=True, slots=True)
class BranchCompiler:
    """Compiles branches of one machine."""

    source: Source
    scopes: Scopes
    context: Fields
    root: Node
    outside: frozenset[str] = frozenset()
    """States around a branch of a parallel state: no branch leads there."""

    def handlers(self, leaf: Leaf) -> dict[str, tuple[Branch, ...]]:
        """Return what every event and timer does in a leaf, faults reported."""
        handlers = {event: self._handler(leaf, event) for event in self._events(leaf)}
        for node in (leaf.node.machine, *leaf.node.chain):
            handlers.update(self._timers(leaf, node))
        missing = [event for event in leaf.results if event not in handlers]
        if missing:
            message = f"state {leaf.node.path!r} does not handle: {', '.join(missing)}"
            self.source.report(leaf.node.loc, "RV603", message, "add them under `on`", key=True)
        return {event: branches for event, branches in handlers.items() if branches}

    def choice(self, node: Node, branches: tuple[BranchDefinition, ...]) -> tuple[Branch, ...]:
        """Return the branches of a ``choose`` state, faults reported."""
        ways = [_written(one, (*node.loc, "choose", n)) for n, one in enumerate(branches)]
        self._check_order(ways)
        self._refuse_stay(ways, "RV604", "a choice cannot stay")
        return self._branches(node, node, ways, self.scopes.state())

    def answers(
        self, node: Node, choices: Mapping[str, TargetDefinition]
    ) -> dict[str, tuple[Branch, ...]]:
        """Return what every answer to the question of a state does, faults reported."""
        found: dict[str, tuple[Branch, ...]] = {}
        scope = self.scopes.answer()
        for choice, target in choices.items():
            ways = written(target, (*node.loc, "approve", "choices", choice))
            self._check_order(ways)
            self._refuse_stay(ways, "RV603", "an answer ends the question and cannot stay")
            taken = self._branches(node, node, ways, scope)
            found[answer_event(choice)] = _reasoned(taken, _ANSWER_WHY, scope)
        return found

    def _events(self, leaf: Leaf) -> list[str]:
        """Return the events that mean something in a leaf, sorted."""
        heard = {event for node in leaf.node.chain for event in node.on}
        apart = {*leaf.results, Trigger.ABORT, Trigger.WITHDRAWN, *self.scopes.events}
        return sorted((heard & apart) | {Trigger.ABORT.value})

    def _handler(self, leaf: Leaf, event: str) -> tuple[Branch, ...]:
        scope = self.scopes.event(event, leaf.outputs)
        found: list[Branch] = []
        for owner, ways in self._inside_out(leaf.node, event):
            if event in leaf.results:
                self._refuse_stay(ways, "RV603", f"{event!r} ends the state and cannot stay")
            found.extend(self._branches(leaf.node, owner, ways, scope))
            if not ways[-1].is_guarded:
                return tuple(found)
        if event == Trigger.ABORT:
            return (*found, self._built_in_abort(leaf.node, scope))
        if event in leaf.results:
            loc = (*self._nearest_owner(leaf.node, event).loc, "on", event)
            self.source.report(
                loc,
                "RV612",
                f"{event!r} is not handled when no `if` is true",
                _CLOSE_GAP,
                key=True,
            )
        return tuple(found)

    def _inside_out(self, node: Node, event: str) -> Iterator[tuple[Node, list[Written]]]:
        for owner in reversed(node.chain):
            if event in owner.on:
                ways = written(owner.on[event], (*owner.loc, "on", event))
                if not isinstance(owner.on[event], str | BranchDefinition):
                    self._check_order(ways)
                yield owner, ways

    def _nearest_owner(self, node: Node, event: str) -> Node:
        return next(owner for owner in reversed(node.chain) if event in owner.on)

    def _timers(self, leaf: Leaf, owner: Node) -> dict[str, tuple[Branch, ...]]:
        found: dict[str, tuple[Branch, ...]] = {}
        for one in owner.timed:
            event = timer_event(one.timer.name)
            if event in found:
                message = f"there is another timer of {one.delay}"
                self.source.report(one.at, "RV610", message, key=True)
                continue
            ways = written(one.target, one.loc)
            self._check_order(ways)
            self._refuse_stay(ways, "RV605", "a timer comes once; staying would leave none")
            scope = self.scopes.state()
            taken = self._branches(leaf.node, owner, ways, scope)
            found[event] = _reasoned(taken, one.why, scope) if one.why else taken
        return found

    def _built_in_abort(self, node: Node, scope: Scope) -> Branch:
        taken = way(node, self.root.children[ABORTED])
        why = Formula(_ABORT_WHY, compile_template(_ABORT_WHY, scope))
        return Branch(ABORTED, why=why, cancels=() if taken is None else taken.cancels)

    def _check_order(self, ways: list[Written]) -> None:
        if ways[-1].is_guarded:
            self.source.report(
                ways[-1].loc, "RV612", "nothing happens when no `if` is true", _CLOSE_GAP
            )
        for one in ways[:-1]:
            if not one.is_guarded:
                self.source.report(one.loc, "RV610", "the branches after this one are never taken")

    def _refuse_stay(self, ways: list[Written], code: str, message: str) -> None:
        for one in ways:
            if one.target == STAY:
                self.source.report(one.target_loc, code, message, "name a state")

    def _branches(
        self, leaf: Node, owner: Node, ways: list[Written], scope: Scope
    ) -> tuple[Branch, ...]:
        return tuple(self._branch(leaf, owner, one, scope) for one in ways)

    def _branch(self, leaf: Node, owner: Node, one: Written, scope: Scope) -> Branch:
        target = owner.find(one.target)
        if target is None and one.target != STAY:
            is_outside = one.target.partition(SEPARATOR)[0] in self.outside
            hint = _OUTSIDE if is_outside else nearest(one.target, owner.visible())
            self.source.report(one.target_loc, "RV604", f"unknown state {one.target!r}", hint)
        taken = None if target is None else way(leaf, target)
        if taken is None and one.target != STAY:
            taken = Way("", (), ())  # reported; the machine is refused
        origin = Origin(one.loc, scope)
        branch = (
            Branch(None, origin=origin)
            if taken is None
            else Branch(taken.dest, cancels=taken.cancels, timers=taken.timers, origin=origin)
        )
        return (
            branch if one.definition is None else self._told(branch, one.definition, one.loc, scope)
        )

    def _told(self, branch: Branch, definition: BranchDefinition, loc: Loc, scope: Scope) -> Branch:
        """Return a branch with its guard, context and reason."""
        guard, why = None, None
        if definition.if_ is not None:
            guard, scope = self.source.guard(definition.if_, (*loc, "if"), scope)
        sets = self.source.arguments(definition.set_, (*loc, "set"), scope, self.context)
        if definition.why is not None:
            why = self.source.template(definition.why, (*loc, "why"), scope)
        allowed = tuple((name, _allowed(sets[name], self.context[name])) for name in sets)
        return replace(branch, guard=guard, sets=allowed, why=why)


def _reasoned(branches: tuple[Branch, ...], why: str, scope: Scope) -> tuple[Branch, ...]:
    """Return branches with a reason where the author gave none."""
    told = Formula(why, compile_template(why, scope))
    return tuple(one if one.why is not None else replace(one, why=told) for one in branches)


def _allowed(formula: Formula, field: Field) -> Formula:
    """Return a formula that is unknown where the field would not admit its value."""

    def evaluate(row: Row, env: Env) -> Value | Unknown:
        value = formula.evaluate(row, env)
        if isinstance(value, Unknown) or violation(field, value) is not None:
            return UNKNOWN
        return value

    return Formula(formula.text, evaluate)
