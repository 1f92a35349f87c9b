"""Every mutant of a bundle, once, with the document it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from interlock.engine.bundle import Bundle, environment_of
from interlock.language import Document
from interlock.language.expression import Scope
from interlock.language.params import KIND as PARAMETERS
from interlock.rules.checks import Written
from interlock.rules.load import read_rules
from interlock.rules.overlays import KIND as OVERLAY
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.mutation.model import Mutant
from interlock.testing.mutation.of_actions import action_mutants
from interlock.testing.mutation.of_declarations import (
    Readers,
    parameter_mutants,
    ttl_mutants,
)
from interlock.testing.mutation.of_machines import machine_mutants
from interlock.testing.mutation.of_rules import overlay_mutants, precedence_mutants, rule_mutants

Placed: TypeAlias = tuple[Document, Mutant]
"""A mutant, and the document it changes."""


def mutants_of(
    bundle: Bundle, documents: Sequence[Document], machines: Sequence[MachineLook]
) -> Iterator[Placed]:
    """Yield every mutant of a bundle.

    Args:
        bundle: what is changed.
        documents: what it was compiled from.
        machines: its machines with where they are written.
    """
    written, _ = read_rules(documents, bundle.parameters)
    seen: set[str] = set()
    for document, mutant in _all(bundle, documents, machines, written):
        edit = mutant.edit
        start = 0 if document.root is None else document.root.start
        key = repr((mutant.path, start, edit.loc, edit.key, edit.value))
        if key not in seen:
            seen.add(key)
            yield document, mutant


def _all(
    bundle: Bundle,
    documents: Sequence[Document],
    machines: Sequence[MachineLook],
    written: Sequence[Written],
) -> Iterator[Placed]:
    for one in written:
        yield from ((one.document, mutant) for mutant in rule_mutants(one))
    yield from precedence_mutants(written)
    by_place = {(one.path, str(one.at(("id",)))): one for one in documents}
    elements = _elements(bundle)
    for look in machines:
        of = look.machine.forked
        document = by_place[look.document.path, of.machine if of else look.machine.id]
        yield from ((document, mutant) for mutant in machine_mutants(look, elements))
    readers = Readers(written, machines, documents)
    environment = environment_of(bundle.files)
    for document in documents:
        match document.kind:
            case "actions/v1":
                found = action_mutants(document)
            case "signals/v1":
                found = ttl_mutants(document, readers)
            case kind if kind == OVERLAY:
                found = overlay_mutants(document, written)
            case kind if kind == PARAMETERS:
                found = parameter_mutants(document, environment, readers)
            case _:
                continue
        yield from ((document, mutant) for mutant in found)


def _elements(bundle: Bundle) -> Mapping[str, Scope]:
    """Return what may be read of each signal and fact."""
    signals = {name: one.readable for name, one in bundle.rulebase.signal_types.items()}
    facts = {name: one.readable for name, one in bundle.rulebase.fact_types.items()}
    return {
        name: Scope(readable, parameters=bundle.parameters)
        for name, readable in {**signals, **facts}.items()
    }
