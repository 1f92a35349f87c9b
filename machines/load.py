"""Loads machines, actions and inventory: documents in, a ``MachineBase`` or every fault out.

Guarantees: what it returns has passed every check (``RV1xx``, ``RV2xx``, ``RV6xx``, ``RV7xx``),
so that nothing is checked again at run time but the values that come in.  The same documents
give the same digests on any machine, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from interlock.language import (
    Definition,
    Diagnostic,
    Document,
    Loc,
    ordered,
    refuse_errors,
    validate,
)
from interlock.language.expression import NO_PARAMETERS, Parameters
from interlock.language.values import Field
from interlock.machines.actions import ActionType
from interlock.machines.catalogue import FAULTY, Catalogue, Signature
from interlock.machines.check import STRUCTURAL, check_graph
from interlock.machines.contract_schema import ActionsDocument, InventoryDocument
from interlock.machines.contracts import compile_actions, signature_of
from interlock.machines.definition import Machine, WaitState
from interlock.machines.fingerprint import fingerprint
from interlock.machines.inventory import Inventory, Target
from interlock.machines.questions import check_questions
from interlock.machines.schema import MachineDocument
from interlock.machines.source import Source
from interlock.machines.states import compile_machine

Declared = Mapping[str, Mapping[str, Field]]
"""Names of signals, facts or probes, each with its typed fields."""

M = TypeVar("M", bound=Definition)
V = TypeVar("V")


@dataclass(frozen=True)
class MachineBase:
    """Machines, actions and inventory, compiled together.

    Attributes:
        machines: by id.
        actions: by name.
        inventory: the only things actions may be done to.
        probes: the executors' probes the actions were checked against.
        digest: SHA-256 over all of it; the version.
        warnings: diagnostics that do not stop it, sorted by place.
    """

    machines: Mapping[str, Machine]
    actions: Mapping[str, ActionType]
    inventory: Inventory
    probes: Declared
    digest: str
    warnings: tuple[Diagnostic, ...] = ()

    @cached_property
    def definitions(self) -> Mapping[str, Machine]:
        """What an incident may run: the machines, and the branches of their parallel states."""
        found = (one for machine in self.machines.values() for one in (machine, *machine.within))
        return MappingProxyType({one.id: one for one in found})

    def awaited(self, element: str) -> frozenset[str]:
        """Return the names of the signals, or facts, that a state of some machine waits for.

        Args:
            element: ``signal`` or ``fact``.
        """
        states = (s for machine in self.definitions.values() for s in machine.states.values())
        waits = (state.wait for state in states if isinstance(state, WaitState))
        return frozenset(wait.name for wait in waits if wait.element == element)


def load_machines(
    documents: Iterable[Document],
    *,
    signal_types: Declared | None = None,
    fact_types: Declared | None = None,
    probes: Declared | None = None,
    parameters: Parameters = NO_PARAMETERS,
) -> MachineBase:
    """Return the machines, actions and inventory of some documents.

    Args:
        documents: in any order; kinds other than machine/v1, actions/v1 and inventory/v1 are
            left to others.
        signal_types: declared fields of every signal; implicit ones are added here.
        fact_types: declared fields of every fact, likewise.
        probes: fields each probe (``executor.operation``) sees.
        parameters: what ``params.x`` stands for.

    Raises:
        DefinitionError: with every fault of every document.
    """
    ours = sorted(_ours(documents), key=lambda one: one.path)
    shapes = _Shapes.of(ours)
    catalogue = Catalogue(
        signal_types or {}, fact_types or {}, probes or {}, shapes.signatures(), parameters
    )
    base = MachineBase(
        machines=_sorted(_machines(shapes, catalogue)),
        actions=_sorted(_actions(shapes, catalogue)),
        inventory=_inventory(shapes),
        probes=_sorted(catalogue.probes),
        digest="",
    )
    found = [diagnostic for document in ours for diagnostic in document.diagnostics]
    refuse_errors(found)
    return replace(base, digest=fingerprint(base), warnings=tuple(ordered(found)))


@dataclass(frozen=True, slots=True)
class _Shapes:
    """The documents of good shape, by kind, and the names the others declare."""

    machines: list[tuple[Document, MachineDocument]]
    actions: list[tuple[Document, ActionsDocument]]
    inventories: list[tuple[Document, InventoryDocument]]
    faulty_actions: frozenset[str]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> _Shapes:
        return cls(
            _validated(documents, "machine/v1", MachineDocument),
            _validated(documents, "actions/v1", ActionsDocument),
            _validated(documents, "inventory/v1", InventoryDocument),
            frozenset(name for one in documents for name in _declared_actions(one)),
        )

    def signatures(self) -> dict[str, Signature]:
        """Return what callers must know of each action, faulty ones included."""
        known = dict.fromkeys(sorted(self.faulty_actions), FAULTY)
        for document, written in self.actions:
            for name, action in written.actions.items():
                if known.get(name, FAULTY) is not FAULTY:
                    _report_twice(document, ("actions", name), "action", name)
                known[name] = signature_of(action)
        return known


def _ours(documents: Iterable[Document]) -> list[Document]:
    return [one for one in documents if one.kind in _KINDS]


_KINDS = frozenset({"machine/v1", "actions/v1", "inventory/v1"})


def _validated(
    documents: Sequence[Document], kind: str, model: type[M]
) -> list[tuple[Document, M]]:
    ours = [(one, validate(model, one)) for one in documents if one.kind == kind]
    return [(document, found) for document, found in ours if found is not None]


def _declared_actions(document: Document) -> list[str]:
    """Return the names of actions that a document declares, whatever their shape."""
    data = document.data
    actions = data.get("actions") if isinstance(data, Mapping) else None
    if document.kind != "actions/v1" or not isinstance(actions, Mapping):
        return []
    return list(actions)


def _machines(shapes: _Shapes, catalogue: Catalogue) -> dict[str, Machine]:
    found: dict[str, Machine] = {}
    for document, written in shapes.machines:
        if written.id in found:
            _report_twice(document, ("id",), "machine", written.id, key=False)
        compiled = compile_machine(document, written, catalogue)
        if not any(one.code in STRUCTURAL for one in document.diagnostics):
            for part in compiled.parts():
                check_graph(Source(document), part.machine, part.tree)
                check_questions(Source(document), part.machine, part.tree, catalogue)
        found[written.id] = compiled.machine
    return found


def _actions(shapes: _Shapes, catalogue: Catalogue) -> dict[str, ActionType]:
    found: dict[str, ActionType] = {}
    for document, written in shapes.actions:
        found.update(compile_actions(document, written, catalogue))
    return found


def _inventory(shapes: _Shapes) -> Inventory:
    targets: dict[str, Target] = {}
    for document, written in shapes.inventories:
        for name, target in written.targets.items():
            if name in targets:
                _report_twice(document, ("targets", name), "target", name)
            targets[name] = Target(name, target.type, target.domain, target.attributes)
    return Inventory(_sorted(targets))


def _report_twice(document: Document, loc: Loc, what: str, name: str, *, key: bool = True) -> None:
    document.report(loc, "RV122", f"{what} {name!r} is declared twice", key=key)


def _sorted(found: Mapping[str, V]) -> Mapping[str, V]:
    return MappingProxyType(dict(sorted(found.items())))
