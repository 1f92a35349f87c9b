"""The small changes of what is declared: parameters, and how long signals and facts live."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.language import Document, Loc, YamlValue, validate
from interlock.language.params import ParameterDefinition, ParamsDocument
from interlock.language.values import constant_of
from interlock.machines.definition import Machine, WaitState
from interlock.rules.checks import Written
from interlock.rules.temporal.watches import Count, TimedPattern
from interlock.testing.coverage import Item
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.coverage.conditions import RuleLook
from interlock.testing.mutation.model import Edit, Mutant, Site
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.steps import others


@dataclass(frozen=True, slots=True)
class Readers:
    """What may read what is declared.

    Attributes:
        rules: the rules, each branch by itself.
        machines: the machines.
        documents: every document of the bundle, for its actions.
    """

    rules: Sequence[Written]
    machines: Sequence[MachineLook]
    documents: Sequence[Document]

    def of_parameter(self, name: str, document: Document) -> Site:
        """Return what brings a scenario by a parameter that a document declares."""
        return Site(document, frozenset(self._items(name)), frozenset(self._actions(name)))

    def _items(self, name: str) -> Iterator[Item]:
        for one in self.rules:
            if _reads(name, one.document.at(one.loc)):
                yield from RuleLook.of(one).items
        for look in self.machines:
            if _reads(name, look.document.data):
                yield from look.states.values()

    def _actions(self, name: str) -> Iterator[str]:
        for document in self.documents:
            actions = document.at(("actions",)) if document.kind == "actions/v1" else None
            for action, written in actions.items() if isinstance(actions, Mapping) else ():
                if _reads(name, written):
                    yield action

    def of_element(self, name: str, document: Document) -> Site:
        """Return what brings a scenario by the end of a signal or fact, where that decides."""
        items = set[Item]()
        for one in self.rules:
            if any(_lives(pattern, name) for pattern in one.rule.patterns) or any(
                pattern.declared == name for pattern in one.rule.negations
            ):
                items.update(RuleLook.of(one).items)
        for look in self.machines:
            if _waits(look.machine, name):
                items.update(look.states.values())
        return Site(document, frozenset(items))


def parameter_mutants(
    document: Document, environment: str | None, readers: Readers
) -> Iterator[Mutant]:
    """Yield every small change of the parameters of a document, where their values stand.

    Args:
        document: where they are declared.
        environment: whose values count; None: the defaults.
        readers: what may read them.
    """
    shape = validate(ParamsDocument, document)
    if shape is None:
        return
    own = {} if environment is None else shape.environments.get(environment, {})
    for name, one in shape.params.items():
        loc: Loc = ("params", name, "default")
        if environment is not None and name in own:
            loc = ("environments", environment, name)
        yield from _of_parameter(readers.of_parameter(name, document), loc, name, one)


def _of_parameter(site: Site, loc: Loc, name: str, one: ParameterDefinition) -> Iterator[Mutant]:
    value = site.read(loc)
    try:
        units = constant_of(one.field().type, value)
    except ValueError:
        return
    for other in others(one.field(), value, units):
        change = f"{name}: {_said(value)} → {_said(other)}"
        yield site.mutant(Operator.PARAMETER, change, Edit(loc, other))


def _said(value: YamlValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_said, value))}]"
    return str(value)


def _reads(name: str, data: YamlValue) -> bool:
    return re.search(rf"\bparams\.{re.escape(name)}\b", str(data)) is not None


def ttl_mutants(document: Document, readers: Readers) -> Iterator[Mutant]:
    """Yield the lifetimes by a step, of those signals and facts whose end decides something.

    The end of what is only counted decides nothing: it counts no longer than ``over``.
    """
    for sort in ("signals", "facts"):
        declared = Site(document).read((sort,))
        for name in declared if isinstance(declared, Mapping) else ():
            site = readers.of_element(name, document)
            if site.items:
                yield from site.stepped(Operator.TTL, (sort, name, "ttl"))


def _lives(pattern: object, name: str) -> bool:
    counted = isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Count)
    return not counted and getattr(pattern, "declared", None) == name


def _waits(machine: Machine, name: str) -> bool:
    waits = (state.wait for state in machine.states.values() if isinstance(state, WaitState))
    return any(wait.name == name for wait in waits)
