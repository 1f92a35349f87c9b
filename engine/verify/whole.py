"""A bundle as it is verified: rules and machines, compiled, with the documents they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import override

from interlock.language.document import Document, load_documents
from interlock.language.expression import OPEN
from interlock.language.params import read_parameters
from interlock.language.values import Field
from interlock.machines.load import MachineBase, load_machines
from interlock.machines.verify import MachineSubject, read_machines
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase
from interlock.rules.verify import Subject, read_subjects

Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Whole:
    """Everything a finding can be about.

    Attributes:
        documents: by place, for what stands where.
        rulebase: the rules, compiled.
        subjects: the rules as they are reasoned about.
        machinebase: machines, actions and inventory, compiled.
        machines: the machines as they are reasoned about.
    """

    documents: Sequence[Document]
    rulebase: RuleBase
    subjects: Sequence[Subject]
    machinebase: MachineBase
    machines: Sequence[MachineSubject]

    @property
    def parts(self) -> Iterator[MachineSubject]:
        """The machines, each followed by the branches of its parallel states."""
        return (part for one in self.machines for part in one.parts)


def read_whole(files: Mapping[str, str], environment: str | None = None) -> Whole:
    """Return the bundle that some files make; what probes there are is ``check``'s business.

    Args:
        files: name to text; every ``.yaml`` or ``.yml`` file is read.
        environment: whose parameters count; None: their defaults.

    Raises:
        DefinitionError: they do not compile.
    """
    documents = [
        document
        for name, text in sorted(files.items())
        if name.endswith((".yaml", ".yml"))
        for document in load_documents(text, name)
    ]
    parameters = read_parameters(documents, environment).parameters
    rulebase = load_rulebase(documents, parameters)
    machinebase = load_machines(
        documents,
        signal_types={name: one.fields for name, one in rulebase.signal_types.items()},
        fact_types={name: one.fields for name, one in rulebase.fact_types.items()},
        probes=_AnyProbe(),
        parameters=parameters,
    )
    return Whole(
        documents,
        rulebase,
        read_subjects(documents, parameters),
        machinebase,
        read_machines(documents, machinebase),
    )


class _AnyProbe(Mapping[str, Fields]):
    """Whatever probe is asked for is there, and sees whatever is read."""

    @override
    def __getitem__(self, name: str) -> Fields:
        return OPEN

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True
