"""A bundle with one document edited: what the edit cannot touch is kept as it was compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interlock.engine.bundle import Bundle, environment_of
from interlock.errors import DefinitionError
from interlock.language import Document
from interlock.language.expression import Parameters
from interlock.language.params import read_parameters
from interlock.machines.fingerprint import fingerprint
from interlock.machines.load import MachineBase, load_machines
from interlock.machines.runtime import MachineRuntime
from interlock.rules.load import load_rulebase
from interlock.testing.mutation.model import Edit, mutated

_RULES = frozenset({"rules/v1", "signals/v1", "overlay/v1"})
_CONTRACTS = frozenset({"actions/v1", "inventory/v1"})


class Workshop:
    """Makes mutants of one bundle.

    Args:
        bundle: what is changed.
        documents: what it was compiled from.
    """

    def __init__(self, bundle: Bundle, documents: Sequence[Document]) -> None:
        self._bundle = bundle
        self._documents = documents
        self._contracts = fingerprint(bundle.machinebase.actions)

    def changed(self, document: Document, edit: Edit) -> Bundle | None:
        """Return the bundle with a document edited; None where that is no sound bundle."""
        try:
            match document.kind:
                case "params/v1":
                    return self._with_parameters(document, edit)
                case "machine/v1":
                    return self._with_machine(document, edit)
                case "actions/v1":
                    base = self._machines(mutated(self._of(_CONTRACTS), document, edit))
                    return self._running(replace(self._bundle.machinebase, actions=base.actions))
                case _:
                    documents = mutated(self._of(_RULES), document, edit)
                    rulebase = load_rulebase(documents, self._bundle.parameters)
                    return replace(self._bundle, rulebase=rulebase)
        except DefinitionError:
            return None

    def is_same(self, other: Bundle) -> bool:
        """Return whether a bundle made here is compiled to what the original is compiled to."""
        ours, theirs = self._bundle.machinebase, other.machinebase
        if other.rulebase.digest != self._bundle.rulebase.digest:
            return False
        if any(ours.machines[name].digest != one.digest for name, one in theirs.machines.items()):
            return False
        return theirs.actions is ours.actions or fingerprint(theirs.actions) == self._contracts

    def _of(self, kinds: frozenset[str]) -> list[Document]:
        return [one for one in self._documents if one.kind in kinds]

    def _with_parameters(self, document: Document, edit: Edit) -> Bundle | None:
        documents = mutated(self._documents, document, edit)
        declared = read_parameters(documents, environment_of(self._bundle.files))
        if declared.diagnostics("error"):
            return None
        rulebase = load_rulebase(documents, declared.parameters)
        changed = self._running(self._machines(documents, declared.parameters))
        return replace(changed, rulebase=rulebase, parameters=declared.parameters)

    def _with_machine(self, document: Document, edit: Edit) -> Bundle:
        documents = [document, *self._of(_CONTRACTS)]
        alone = self._machines(mutated(documents, document, edit)).machines
        ours = self._bundle.machinebase
        return self._running(replace(ours, machines={**ours.machines, **alone}))

    def _machines(
        self, documents: Sequence[Document], parameters: Parameters | None = None
    ) -> MachineBase:
        bundle = self._bundle
        return load_machines(
            documents,
            signal_types={n: one.fields for n, one in bundle.rulebase.signal_types.items()},
            fact_types={n: one.fields for n, one in bundle.rulebase.fact_types.items()},
            probes=bundle.machinebase.probes,
            parameters=bundle.parameters if parameters is None else parameters,
        )

    def _running(self, base: MachineBase) -> Bundle:
        """Return the bundle with other machines; the runtimes of those that stay stay."""
        bundle = self._bundle
        runtimes = {
            name: bundle.runtimes[name]
            if bundle.machinebase.definitions.get(name) is machine
            else MachineRuntime(machine)
            for name, machine in base.definitions.items()
        }
        return replace(bundle, machinebase=base, runtimes=runtimes)
