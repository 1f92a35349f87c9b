"""Tries mutants: each against the scenarios that come by its place, until one notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interlock.engine.bundle import Bundle, documents_of
from interlock.errors import DefinitionError
from interlock.language import Document
from interlock.machines.load import load_machines
from interlock.machines.runtime import MachineRuntime
from interlock.rules.load import load_rulebase, read_rules
from interlock.testing.coverage import Coverage, Meter
from interlock.testing.mutation.model import Mutant, mutated
from interlock.testing.mutation.of_actions import action_mutants
from interlock.testing.mutation.of_machines import machine_mutants
from interlock.testing.mutation.of_rules import rule_mutants
from interlock.testing.scenario import Scenario, judge, play

PATIENCE: Final = 5
"""How many times as long as it took on the bundle a scenario may take on a mutant."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no scenario noticed.

    Attributes:
        mutant: which.
        tried: how many scenarios came by; none: nobody goes there.
    """

    mutant: Mutant
    tried: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the mutants of a bundle.

    Attributes:
        killed: how many some scenario noticed.
        survivors: the others, by place.
        unfit: how many are no sound bundle; they count for nothing.
    """

    killed: int
    survivors: tuple[Survivor, ...]
    unfit: int

    @property
    def count(self) -> int:
        """How many were tried."""
        return self.killed + len(self.survivors)

    @property
    def percent(self) -> int:
        """The share that was noticed, rounded down; 100 when there are none."""
        return self.killed * 100 // self.count if self.count else 100


@dataclass(frozen=True, slots=True)
class _Came:
    """Where a scenario comes by."""

    scenario: Scenario
    coverage: Coverage
    actions: frozenset[str]
    steps: int

    def by(self, mutant: Mutant) -> bool:
        """Return whether it comes by the place of a mutant."""
        seen = self.coverage.seen
        if any(seen.get(item) for item in mutant.items) or mutant.action in self.actions:
            return True
        return not mutant.items and mutant.action is None

    def notices(self, changed: Bundle) -> bool:
        """Return whether it fails on a mutant; one that goes in circles it notices soon."""
        most = PATIENCE * (self.steps + 10)
        return not judge(play(self.scenario, changed, most)).passed


def try_mutants(bundle: Bundle, scenarios: Sequence[Scenario]) -> Trial:
    """Try every mutant of a bundle.

    Args:
        bundle: what is changed.
        scenarios: which ought to notice; all pass on the bundle as it is.
    """
    meter = Meter(bundle)
    came = []
    for scenario in scenarios:
        played, coverage = meter.play(scenario)
        wanted = frozenset(deed.action for deed in played.recording.deeds.values())
        came.append(_Came(scenario, coverage, wanted, played.steps))
    documents = documents_of(bundle.files)
    killed, unfit, survivors = 0, 0, list[Survivor]()
    for document, mutant in _mutants(bundle, documents, meter):
        changed = _compiled(bundle, documents, document, mutant)
        if changed is None:
            unfit += 1
            continue
        near = [one for one in came if one.by(mutant)]
        if any(one.notices(changed) for one in near):
            killed += 1
        else:
            survivors.append(Survivor(mutant, len(near)))
    survivors.sort(key=lambda one: (one.mutant.path, one.mutant.span, one.mutant.change))
    return Trial(killed, tuple(survivors), unfit)


def _mutants(
    bundle: Bundle, documents: Sequence[Document], meter: Meter
) -> Iterator[tuple[Document, Mutant]]:
    """Yield every mutant once, with the document it changes."""
    seen: set[tuple[str, object]] = set()
    for document, mutant in _all_mutants(bundle, documents, meter):
        key = (mutant.path, (mutant.edit.loc, mutant.edit.key, str(mutant.edit.value)))
        if key not in seen:
            seen.add(key)
            yield document, mutant


def _all_mutants(
    bundle: Bundle, documents: Sequence[Document], meter: Meter
) -> Iterator[tuple[Document, Mutant]]:
    written, _ = read_rules(documents, bundle.parameters)
    for one in written:
        yield from ((one.document, mutant) for mutant in rule_mutants(one))
    by_place = {(one.path, str(one.at(("id",)))): one for one in documents}
    for look in meter.machines:
        document = by_place[look.document.path, look.machine.id]
        yield from ((document, mutant) for mutant in machine_mutants(look))
    for document in documents:
        if document.kind == "actions/v1":
            yield from ((document, mutant) for mutant in action_mutants(document))


def _compiled(
    bundle: Bundle, documents: Sequence[Document], document: Document, mutant: Mutant
) -> Bundle | None:
    """Return the bundle changed, or None when it is none; what is not changed is kept."""
    changed = mutated(documents, document, mutant.edit)
    try:
        if document.kind == "rules/v1":
            return replace(bundle, rulebase=load_rulebase(changed, bundle.parameters))
        machinebase = load_machines(
            changed,
            signal_types={n: one.fields for n, one in bundle.rulebase.signal_types.items()},
            fact_types={n: one.fields for n, one in bundle.rulebase.fact_types.items()},
            probes=bundle.machinebase.probes,
            parameters=bundle.parameters,
        )
    except DefinitionError:
        return None
    runtimes = {name: MachineRuntime(one) for name, one in machinebase.machines.items()}
    return replace(bundle, machinebase=machinebase, runtimes=runtimes)
