"""Which keys and values of documents are names, and of what.

One table for each way a name can be written; ``tests/unit/server/lsp/test_naming.py`` holds them
to the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from interlock.server.lsp.shapes import Slot


def _slots(written: str) -> Iterable[Slot]:
    for one in written.split():
        model, _, keys = one.partition(".")
        yield from ((model, key) for key in keys.split("|"))


def _table(kinds: Mapping[str, str]) -> Mapping[Slot, str]:
    return {slot: kind for kind, written in kinds.items() for slot in _slots(written)}


DECLARING_KEYS: Final = _table(
    {
        "signal": "SignalsDocument.signals",
        "fact": "SignalsDocument.facts",
        "parameter": "ParamsDocument.params",
        "environment": "ParamsDocument.environments",
        "action": "ActionsDocument.actions",
        "target": "InventoryDocument.targets",
        "state": "MachineDocument.states CompoundDefinition.states ForkedDefinition.states",
        "event": "MachineDocument.events",
        "fixture": "ScenariosDocument.fixtures",
        "probe": "CommandFile.probes HttpFile.probes RemoteFile.probes",
        "field": (
            "SignalDefinition.fields FactDefinition.fields MachineDocument.context"
            " ActionDefinition.inputs|outputs"
        ),
    }
)
"""Mappings whose keys declare names."""

DECLARING_VALUES: Final = _table(
    {
        "machine": "MachineDocument.id",
        "outcome": "MachineDocument.outcomes",
        "rule": "RuleDefinition.id",
        "scenario": "ScenarioDefinition.name",
        "alias": "SignalPattern.as FactPattern.as CountPattern.as AbsentPattern.as",
    }
)
"""Keys whose values declare names."""

NAMING_KEYS: Final = _table(
    {
        "event": (
            "RunDefinition.on WaitDefinition.on ApproveDefinition.on UndoDefinition.on"
            " ParallelDefinition.on CompoundDefinition.on"
        ),
        "action": "ScenariosDocument.executors ScenarioDefinition.executors",
        "probe": "ScenariosDocument.probes ScenarioDefinition.probes",
    }
)
"""Mappings whose keys name what is declared elsewhere."""

NAMING_VALUES: Final = _table(
    {
        "signal": (
            "SignalPattern.signal NoSignal.signal Counted.signal Missed.signal WaitSubject.signal"
            " ExampleSignal.signal SignalDefinition.signal"
        ),
        "fact": (
            "FactPattern.fact NoFact.fact WaitSubject.fact AssertConsequence.assert"
            " FactDefinition.fact FactExpected.fact RetractDefinition.retract"
        ),
        "machine": (
            "StartConsequence.start StartedDefinition.started ActionDefinition.machine"
            " OutcomeDefinition.machine PathDefinition.machine StateDefinition.machine"
        ),
        "event": "SendConsequence.send",
        "action": (
            "RunDefinition.run NoticeDefinition.notify RollbackDefinition.action"
            " NeverDefinition.action ActionDefinition.action"
        ),
        "probe": "RequirementDefinition.probe VerifyDefinition.probe",
        "state": (
            "RunDefinition.on|after WaitDefinition.on|after ApproveDefinition.on|after"
            " UndoDefinition.on|after CompoundDefinition.on|after|initial MachineDocument.initial"
            " ParallelDefinition.on|after ForkedDefinition.initial"
            " BranchDefinition.to|else QuestionDefinition.choices|on_expire SlaDefinition.on_breach"
            " NeverDefinition.unless_visited StateDefinition.state PathDefinition.path"
            " HumanDefinition.on"
        ),
        "outcome": "FinalDefinition.final OutcomeDefinition.outcome",
        "rule": (
            "OverlayDocument.target FiredDefinition.fired NotFiredDefinition.not_fired"
            " ScenarioDefinition.covers"
        ),
        "alias": "ExceptionDefinition.on",
        "fixture": "UseDefinition.use",
        "environment": "ScenariosDocument.env",
    }
)
"""Keys whose values name what is declared elsewhere."""

MEMBERS: Final[Mapping[Slot, str]] = {
    slot: key
    for key, written in {
        "assert": "AssertConsequence.set",
        "start": "StartConsequence.with",
        "send": "SendConsequence.with",
        "run": "RunDefinition.with",
        "notify": "NoticeDefinition.with",
        "action": "RollbackDefinition.with ActionDefinition.with",
        "started": "StartedDefinition.with",
        "signal": (
            "ExampleSignal.data SignalDefinition.data|cycle|field Counted.distinct Missed.key"
        ),
        "fact": "FactDefinition.data",
        "retract": "RetractDefinition.data",
        "fields": "SignalDefinition.key|correlate FactDefinition.key",
        "context": "BranchDefinition.set",
    }.items()
    for slot in _slots(written)
}
"""Keys under which fields are named, and the key beside them that says of what they are fields;
``fields`` and ``context`` are the fields themselves, of the declaration or machine around."""

TYPES: Final = frozenset(
    _slots(
        "FieldDefinition.type InputDefinition.type ParameterDefinition.type PickDefinition.type"
        " SignalDefinition.fields FactDefinition.fields MachineDocument.context|events"
        " ActionDefinition.inputs|outputs"
    )
)
"""Keys whose values are names of types."""
