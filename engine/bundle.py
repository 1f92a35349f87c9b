"""A bundle: the author's files compiled together and addressed by their digest.

The bundle is journalled with its files, so whoever holds the journal can compile it again.
``executors.json`` among the files states the probes and operations of the executors that
were installed when it was activated; types are checked against it, never against plugins.
``environment.json`` states whose parameters count, where that was said: the same files compiled
for another environment are another bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import orjson

from interlock import digest
from interlock.engine.probes import MANIFEST, Fields, read_probes
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic, Span, nearest, ordered
from interlock.language.document import Document, load_documents
from interlock.language.expression import Parameters
from interlock.language.params import read_parameters
from interlock.language.uncollected import uncollected
from interlock.machines.definition import Trigger
from interlock.machines.load import MachineBase, load_machines
from interlock.machines.runtime import MachineRuntime
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.pack import CagedPack
from interlock.rules.declarations import FactType, SignalType
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase
from interlock.rules.verify.refusals import certain_faults

ENVIRONMENT = "environment.json"
"""Name of the file that states for which environment the files were compiled, if for one."""

T = TypeVar("T")

UNDECLARED = "RV210"
"""Code of a name that no document declares."""

_OF_MACHINES = frozenset(map(str, Trigger))


@dataclass(frozen=True)
class Bundle:
    """Compiled rules, machines, actions and inventory.

    Attributes:
        digest: SHA-256 over the sorted file names and contents; the bundle's version.
        files: file name to text, exactly as compiled.
        rulebase: the rules.
        machinebase: machines, actions and inventory.
        packs: the rules as the second engine is asked about them.
        runtimes: id of a machine, or of a branch, to what steps its incidents.
        parameters: what ``params.x`` stands for in its documents.
        warnings: diagnostics that do not stop the bundle.
    """

    digest: str
    files: Mapping[str, str]
    rulebase: RuleBase
    machinebase: MachineBase
    packs: tuple[CagedPack, ...]
    runtimes: Mapping[str, MachineRuntime]
    parameters: Parameters
    warnings: tuple[Diagnostic, ...]

    @classmethod
    @uncollected()
    def compile(
        cls,
        files: Mapping[str, str],
        environment: str | None = None,
        documents: Sequence[Document] | None = None,
        *,
        strict: bool = False,
    ) -> Bundle:
        """Compile files into a bundle.

        Args:
            files: name to text; every ``.yaml`` or ``.yml`` file is read.
            environment: whose parameters count; None: what ``environment.json`` says, if it is
                among the files, else the defaults.
            documents: what the files hold, for whoever has read them already.
            strict: whether rules that can never be meant are faults, too: so for authors, and
                never for a bundle that has been decided with.

        Raises:
            DefinitionError: with every fault of every file, sorted by place.
        """
        files = _stated(files, environment)
        read = documents_of(files) if documents is None else documents
        declared = read_parameters(read, environment_of(files))
        faults = list(declared.diagnostics("error"))
        refuse = partial(certain_faults, of_machines=_OF_MACHINES) if strict else None
        of_machines: list[Diagnostic] = []
        rulebase = _gather(faults, lambda: load_rulebase(read, declared.parameters, refuse))
        machinebase = _gather(
            of_machines,
            lambda: load_machines(
                read,
                signal_types=_fields(rulebase.signal_types) if rulebase else None,
                fact_types=_fields(rulebase.fact_types) if rulebase else None,
                probes=read_probes(files.get(MANIFEST, "{}")),
                parameters=declared.parameters,
            ),
        )
        if rulebase is None:  # what it declares is not known, so no machine can miss it
            of_machines = [fault for fault in of_machines if fault.code != UNDECLARED]
        faults.extend(of_machines)
        if rulebase is not None and machinebase is not None:
            faults.extend(_check_starts(rulebase, machinebase))
        packs = _cage(rulebase, faults) if rulebase is not None else ()
        if rulebase is None or machinebase is None or faults:
            raise _refusal(faults)
        declared.report_unread()
        return cls(
            digest=digest.digest(files),
            files=files,
            rulebase=rulebase,
            machinebase=machinebase,
            packs=packs,
            parameters=declared.parameters,
            runtimes={name: MachineRuntime(m) for name, m in machinebase.definitions.items()},
            warnings=(
                *declared.diagnostics("warning"),
                *_warnings(rulebase, machinebase),
                *machinebase.warnings,
            ),
        )


def _stated(files: Mapping[str, str], environment: str | None) -> dict[str, str]:
    """Return the files with the one that says for which environment they are compiled."""
    if environment is None:
        return dict(files)
    return {**files, ENVIRONMENT: orjson.dumps({"environment": environment}).decode()}


def environment_of(files: Mapping[str, str]) -> str | None:
    """Return for which environment files say they are compiled; None: for none."""
    stated = orjson.loads(files.get(ENVIRONMENT, "{}")).get("environment")
    return None if stated is None else str(stated)


def documents_of(files: Mapping[str, str]) -> list[Document]:
    """Return the documents of a bundle's files, by name of the file."""
    return [
        document
        for name, text in sorted(files.items())
        if name.endswith((".yaml", ".yml"))
        for document in load_documents(text, name)
    ]


def _gather(faults: list[Diagnostic], load: Callable[[], T]) -> T | None:
    """Return what a loader gives, or None after taking its faults."""
    try:
        return load()
    except DefinitionError as refused:
        faults.extend(refused.diagnostics)
        return None


def _cage(rulebase: RuleBase, faults: list[Diagnostic]) -> tuple[CagedPack, ...]:
    """Return the packs of the second engine; a rule beyond its limits is a fault."""
    packs = []
    for pack in rulebase.packs:
        try:
            packs.append(CagedPack(pack))
        except Uncageable as limit:
            rule = next((r for r in pack.rules if f"rule {r.id}:" in str(limit)), pack.rules[0])
            span = Span(rule.line, 1, rule.line, 1)
            message = f"beyond what the second engine can repeat: {limit}"
            faults.append(Diagnostic(rule.path, span, "error", "RV330", message, "split the rule"))
    return tuple(packs)


def _fields(types: Mapping[str, SignalType] | Mapping[str, FactType]) -> Mapping[str, Fields]:
    return {name: declared.fields for name, declared in types.items()}


def _refusal(faults: Iterable[Diagnostic]) -> DefinitionError:
    found = ordered(set(faults))
    first = f"; the first: {found[0]}" if found else ""
    return DefinitionError(f"{len(found)} faults in the bundle{first}", found)


def _warnings(rulebase: RuleBase, machinebase: MachineBase) -> Iterator[Diagnostic]:
    """Return the warnings of the rules, but for those that a machine answers."""
    awaited = machinebase.awaited("fact")
    answered = {one for fact, one in rulebase.unread.items() if fact in awaited}
    return (one for one in rulebase.warnings if one not in answered)


def _check_starts(rulebase: RuleBase, machinebase: MachineBase) -> Iterator[Diagnostic]:
    """Return a fault for every rule that starts a machine otherwise than it wants to be."""
    for start in rulebase.starts:
        machine = machinebase.machines.get(start.machine)
        if machine is None:
            near = nearest(start.machine, machinebase.machines)
            cure = near or "write a machine/v1 document of that id, or name one there is"
            message = f"no machine is called {start.machine!r}"
            yield Diagnostic(start.path, start.span, "error", "RV211", message, cure)
            continue
        for name, field in machine.context.items():
            given = start.inputs.get(name)
            if given is None and not field.optional:
                message = f"machine {machine.id} needs {name!r} in with"
                yield Diagnostic(start.path, start.span, "error", "RV215", message, None)
            elif given is not None and given != field.type:
                message = f"{name!r} of machine {machine.id} is {field.type}, not {given}"
                yield Diagnostic(start.path, start.span, "error", "RV215", message, None)
        for name in sorted(start.inputs.keys() - machine.context.keys()):
            message = f"machine {machine.id} has no context field {name!r}"
            hint = nearest(name, machine.context)
            yield Diagnostic(start.path, start.span, "error", "RV215", message, hint)
