"""What documents refer to: the declared signals and facts, probes, and the actions' signatures.

A name that is declared but faulty is known as ``OPEN``: referring to it reports nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.language.expression import NO_PARAMETERS, OPEN, Parameters
from interlock.language.implicit import IMPLICIT_FACT_FIELDS, IMPLICIT_SIGNAL_FIELDS
from interlock.machines.scopes import Fields
from interlock.machines.terms import NO_TERMS, Terms


@dataclass(frozen=True, slots=True)
class Signature:
    """What a caller must know of an action.

    Attributes:
        kind: ``act`` or ``notify``; empty when the action is faulty.
        inputs: typed inputs.
        outputs: typed outputs.
        lasting_ms: longest one attempt and its verification take.
        changes: whether it may change anything: its risk is other than none.
        terms: who may authorise it, among others.
    """

    kind: str
    inputs: Fields
    outputs: Fields
    lasting_ms: int
    changes: bool = True
    terms: Terms = NO_TERMS


FAULTY = Signature("", OPEN, OPEN, 0)
"""The signature of an action that is declared and was refused."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a document may refer to, by name."""

    signals: Mapping[str, Fields]
    facts: Mapping[str, Fields]
    probes: Mapping[str, Fields]
    actions: Mapping[str, Signature] = field(default_factory=dict)
    parameters: Parameters = NO_PARAMETERS

    def element(self, kind: str, name: str) -> Fields | None:
        """Return the readable fields of a signal or fact, or None when it is not declared."""
        declared = self.elements(kind)
        implicit = IMPLICIT_SIGNAL_FIELDS if kind == "signal" else IMPLICIT_FACT_FIELDS
        return {**implicit, **declared[name]} if name in declared else None

    def elements(self, kind: str) -> Mapping[str, Fields]:
        """Return every declared signal or fact."""
        return self.signals if kind == "signal" else self.facts
