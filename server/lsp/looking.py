"""What the texts of one document may read, from the compilers of rules and machines.

Only that document and what declares names for it are compiled, each in the right shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST, read_probes
from interlock.errors import DefinitionError
from interlock.language.document import Document, Loc, Reading
from interlock.language.params import read_parameters
from interlock.language.values import Field
from interlock.machines.load import load_machines
from interlock.rules.load import read_rules
from interlock.server.cli.unstated import UNSTATED
from interlock.server.lsp.filling import filled
from interlock.testing.scenario.load import load_scenarios, read_shape

_DECLARING = frozenset({"signals/v1", "params/v1", "actions/v1", "inventory/v1"})
"""Kinds that declare what others name."""


@dataclass(frozen=True)
class View:
    """What is known of one document and around it.

    Attributes:
        document: the one looked at, in the shape its author gave it.
        readings: what its texts are read as, by place.
        probes: what each probe sees.
    """

    document: Document
    readings: Mapping[Loc, Reading]
    probes: Mapping[str, Mapping[str, Field]]

    def reading(self, loc: Loc) -> Reading | None:
        """Return what the text at a place is read as, an item of a list as the whole if need be."""
        ways = [loc, (*loc, 0)]
        while loc and isinstance(loc[-1], int):
            loc = loc[:-1]
            ways.append(loc)
        return next((self.readings[way] for way in ways if way in self.readings), None)


def look_at(
    document: Document, others: Sequence[Document], probes: str | None, environment: str | None
) -> View:
    """Return what the texts of a document may read.

    Args:
        document: the one that is looked at.
        others: the other documents of its bundle; findings are added to them.
        probes: the manifest of the probes there are; None: that of a service without settings.
        environment: whose parameters count.
    """
    stated = probes or UNSTATED
    seen = read_probes(stated)
    shaped = filled(document)
    shaped.readings.clear()
    with suppress(DefinitionError):
        if shaped.kind == "test/v1":
            _read_test(shaped, others, stated, environment)
        else:
            _read(shaped, others, seen, environment)
    return View(document, dict(shaped.readings), seen)


def _read(
    shaped: Document,
    others: Sequence[Document],
    probes: Mapping[str, Mapping[str, Field]],
    environment: str | None,
) -> None:
    needed = _DECLARING | ({"rules/v1"} if shaped.kind == "overlay/v1" else set())
    documents = [shaped, *(filled(one) for one in others if one.kind in needed)]
    parameters = read_parameters(documents, environment).parameters
    _, declared = read_rules(documents, parameters)
    load_machines(
        documents,
        signal_types={name: one.fields for name, one in declared.signals.items()},
        fact_types={name: one.fields for name, one in declared.facts.items()},
        probes=probes,
        parameters=parameters,
    )


def _read_test(
    shaped: Document, others: Sequence[Document], probes: str, environment: str | None
) -> None:
    """Look at a test document, which needs the whole bundle to be sound."""
    bundle = Bundle.compile({MANIFEST: probes}, environment, others)
    load_scenarios(shaped, read_shape(shaped), bundle)
