"""Invariants of a machine: compiled, and held against what an incident has done.

They judge tests and verification; the live service never asks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from interlock.language import nearest
from interlock.language.expression import Scope
from interlock.language.values import Value
from interlock.machines.catalogue import Catalogue
from interlock.machines.definition import SEPARATOR, Invariant, Origin
from interlock.machines.formula import Env, Formula, Row
from interlock.machines.invariant_schema import InvariantDefinition, NeverDefinition
from interlock.machines.scopes import WATCHED, Scopes
from interlock.machines.source import Source
from interlock.machines.tree import Node, build_branches


@dataclass(slots=True)
class Course:
    """What an incident has done so far, as invariants read it.

    Attributes:
        context: its typed values.
        steps: names of the finished actions, oldest first.
        running: names of the actions under way, in the order they began.
        visited: states it has come to, oldest first; the last is where it is.
        incident: its ``id`` and ``started_at``.
    """

    context: Row
    steps: Sequence[str] = ()
    running: Sequence[str] = ()
    visited: list[str] = field(default_factory=list)
    incident: Row = field(default_factory=lambda: {"id": "", "started_at": 0})

    def row(self) -> Row:
        """Return what an invariant's expressions read by bare name."""
        watched: dict[str, Value] = {
            "running": tuple(self.running),
            "state": self.visited[-1] if self.visited else "",
            "steps": tuple(self.steps),
            "visited": tuple(self.visited),
        }
        return {**self.context, **watched}


def violated(invariants: Sequence[Invariant], course: Course) -> Iterator[tuple[Invariant, str]]:
    """Yield what does not hold of an incident where it is, and how that was seen."""
    for one in invariants:
        if one.check is not None:
            value = _evaluate(one.check, course)
            if value is not True:
                said = "false" if value is False else "unknown"
                yield one, f"{one.check.text} is {said} in {course.visited[-1]}"


def begun(
    invariants: Sequence[Invariant], course: Course, action: str
) -> Iterator[tuple[Invariant, str]]:
    """Yield what should not be, now that an incident wants an action done, and how."""
    for one in invariants:
        if one.action == action and not _excused(one, course):
            before = f" without {' or '.join(one.unless_visited)}" if one.unless_visited else ""
            yield one, f"{action} began in {course.visited[-1]}{before}"


def _excused(invariant: Invariant, course: Course) -> bool:
    if invariant.condition is not None and _evaluate(invariant.condition, course) is False:
        return True
    return any(_is_within(path, one) for path in course.visited for one in invariant.unless_visited)


def _is_within(path: str, state: str) -> bool:
    return path == state or path.startswith(state + SEPARATOR)


def _evaluate(formula: Formula, course: Course) -> object:
    env: Env = {"ctx": course.context, "incident": course.incident}
    return formula.evaluate(course.row(), env)


# --- compiling ------------------------------------------------------------------------------


def compile_invariants(
    source: Source, written: Sequence[InvariantDefinition], catalogue: Catalogue, around: Around
) -> tuple[Invariant, ...]:
    """Return a machine's invariants compiled, faults reported in place."""
    compiler = _Compiler(source, catalogue, around.root, around.scopes.watched())
    if written:
        for name in around.scopes.context.keys() & WATCHED.keys():
            message = f"{name!r} is what invariants call what they watch"
            source.report(("context", name), "RV214", message, "name it otherwise", key=True)
    return tuple(compiler.invariant(one, number) for number, one in enumerate(written))


def _paths(root: Node) -> Iterator[str]:
    """Yield what states are called; those of branches ``fork.branch.state``."""
    for node in root.within():
        yield node.path
        for name, branch in build_branches(node).items():
            scope = f"{node.path}{SEPARATOR}{name}"
            yield scope
            yield from (f"{scope}{SEPARATOR}{one.path}" for one in branch.within())


@dataclass(frozen=True, slots=True)
class Around:
    """The machine that invariants are about: its states and what may be read in it."""

    root: Node
    scopes: Scopes


@dataclass(frozen=True, slots=True)
class _Compiler:
    source: Source
    catalogue: Catalogue
    root: Node
    scope: Scope

    def invariant(self, written: InvariantDefinition, number: int) -> Invariant:
        loc = ("invariants", number)
        origin = Origin(loc, self.scope)
        if written.never is not None:
            return self._never(written.name, written.never, origin)
        text = written.check or ""
        check = self.source.condition(text, (*loc, "check"), self.scope)
        return Invariant(name=written.name, check=check, origin=origin)

    def _never(self, name: str, written: NeverDefinition, origin: Origin) -> Invariant:
        loc = (*origin.loc, "never")
        if written.action not in self.catalogue.actions:
            known = list(self.catalogue.actions)
            self.source.unknown((*loc, "action"), "RV211", "action", written.action, known)
        condition = None
        if written.if_ is not None:
            condition = self.source.condition(written.if_, (*loc, "if"), self.scope)
        states = [
            self._state(state, (*loc, "unless_visited", place))
            for place, state in enumerate(written.unless_visited)
        ]
        return Invariant(
            name=name,
            action=written.action,
            unless_visited=tuple(states),
            condition=condition,
            origin=origin,
        )

    def _state(self, name: str, loc: tuple[str | int, ...]) -> str:
        """Return the path of a state: the one at that path, or the only one of that name."""
        paths = set(_paths(self.root))
        named = [path for path in sorted(paths) if path.rpartition(SEPARATOR)[2] == name]
        if name in paths or len(named) == 1:
            return name if name in paths else named[0]
        message = f"several states are called {name!r}" if named else f"unknown state {name!r}"
        hint = f"one of: {', '.join(named)}" if named else nearest(name, sorted(paths))
        self.source.report(loc, "RV604", message, hint)
        return name
