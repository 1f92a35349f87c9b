"""A bundle: the author's files compiled together and addressed by their digest.

The bundle is journalled with its files, so whoever holds the journal can compile it again.
``executors.json`` among the files states the probes and operations of the executors that
were installed when it was activated; types are checked against it, never against plugins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from interlock import digest
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.language.document import Document, load_documents
from interlock.language.values import Field, Kind, Type, parse_type
from interlock.machines.load import MachineBase, load_machines
from interlock.machines.runtime import MachineRuntime
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase

MANIFEST = "executors.json"
"""Name of the file that states what the installed executors offer."""

Probes = Mapping[str, Mapping[str, Field]]
"""Probe name (``executor.operation``) to the fields it observes."""


@dataclass(frozen=True)
class Bundle:
    """Compiled rules, machines, actions and inventory.

    Attributes:
        digest: SHA-256 over the sorted file names and contents; the bundle's version.
        files: file name to text, exactly as compiled.
        rulebase: the rules.
        machinebase: machines, actions and inventory.
        runtimes: machine id to what steps its incidents.
        warnings: diagnostics that do not stop the bundle.
    """

    digest: str
    files: Mapping[str, str]
    rulebase: RuleBase
    machinebase: MachineBase
    runtimes: Mapping[str, MachineRuntime]
    warnings: tuple[Diagnostic, ...]

    @classmethod
    def compile(cls, files: Mapping[str, str]) -> Bundle:
        """Compile files into a bundle.

        Args:
            files: name to text; every ``.yaml`` or ``.yml`` file is read.

        Raises:
            DefinitionError: with every fault of every file, sorted by place.
        """
        documents = _documents(files)
        rulebase = load_rulebase(documents)
        machinebase = load_machines(
            documents,
            signal_types={name: t.fields for name, t in rulebase.signal_types.items()},
            fact_types={name: t.fields for name, t in rulebase.fact_types.items()},
            probes=_probes(files.get(MANIFEST, "{}")),
        )
        faults = _unknown_machines(rulebase, machinebase)
        if faults:
            raise DefinitionError(f"{len(faults)} faults in the bundle", faults)
        return cls(
            digest=digest.digest(dict(files)),
            files=dict(files),
            rulebase=rulebase,
            machinebase=machinebase,
            runtimes={name: MachineRuntime(m) for name, m in machinebase.machines.items()},
            warnings=(*rulebase.warnings, *machinebase.warnings),
        )


def manifest(probes: Probes) -> str:
    """Return the text of ``executors.json`` for the given probes."""
    value = {
        name: {
            field: _type_text(f.type) + ("?" if f.optional else "") for field, f in fields.items()
        }
        for name, fields in probes.items()
    }
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2).decode()


def _type_text(kind: Type) -> str:
    if kind.kind is Kind.LIST and kind.item is not None:
        return f"list<{_type_text(kind.item)}>"
    return f"double({kind.scale})" if kind.kind is Kind.DOUBLE else str(kind)


def _probes(text: str) -> Probes:
    return {
        name: {
            field: Field(parse_type(written.removesuffix("?")), optional=written.endswith("?"))
            for field, written in fields.items()
        }
        for name, fields in orjson.loads(text).items()
    }


def _documents(files: Mapping[str, str]) -> list[Document]:
    return [
        document
        for name, text in sorted(files.items())
        if name.endswith((".yaml", ".yml"))
        for document in load_documents(text, name)
    ]


def _unknown_machines(rulebase: RuleBase, machinebase: MachineBase) -> list[Diagnostic]:
    """Return a diagnostic for every rule that starts a machine nobody defined."""
    return []
