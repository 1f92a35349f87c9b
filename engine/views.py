"""What a decision changes in the read models: rows, made from the state's own objects.

The rows are derived: folding the journal again gives the same ones, and ``audit verify``
compares them.
"""

from __future__ import annotations

from dataclasses import asdict

from interlock.digest import canonical
from interlock.engine.fold.questions import question_of
from interlock.engine.fold.state import Incident, Intent, State
from interlock.engine.fold.turn import Folded
from interlock.engine.rows import (
    ActionRow,
    AnnotationRow,
    Derived,
    IncidentRow,
    TransitionRow,
)
from interlock.machines.definition import answer_event
from interlock.machines.questions import acts_at_once


class Changes:
    """Rows to write with one commit: the newest state of each, history rows in order."""

    __slots__ = ("actions", "annotations", "incidents", "transitions")

    def __init__(self) -> None:
        self.incidents: dict[str, IncidentRow] = {}
        self.actions: dict[str, ActionRow] = {}
        self.transitions: list[TransitionRow] = []
        self.annotations: list[AnnotationRow] = []

    def add(self, folded: Folded, state: State) -> None:
        """Add what one entry changed; call it right after the fold, the objects move on."""
        for incident in folded.incidents.values():
            self.incidents[incident.id] = incident_row(incident, state)
        for intent in folded.intents.values():
            self.actions[intent.id] = action_row(intent, state)
        self.transitions.extend(folded.transitions)
        self.annotations.extend(folded.annotations)

    def derived(self, decided_through: int) -> Derived:
        """Return the rows as the store takes them."""
        return Derived(
            incidents=tuple(self.incidents.values()),
            transitions=tuple(self.transitions),
            actions=tuple(self.actions.values()),
            annotations=tuple(self.annotations),
            decided_through=decided_through,
        )


def incident_row(incident: Incident, state: State) -> IncidentRow:
    """Return the row of an incident."""
    machine = state.bundles[incident.bundle].machinebase.definitions[incident.machine]
    return IncidentRow(
        id=incident.id,
        key=incident.key,
        machine=incident.machine,
        machine_digest=machine.digest,
        state=incident.state,
        outcome=incident.outcome,
        severity=incident.severity,
        opened_at=incident.opened_at,
        updated_at=incident.updated_at,
        closed_at=incident.closed_at,
        opened_seq=incident.opened_seq,
        acknowledged_by=incident.acknowledged_by,
        note_count=incident.notes,
        rule=incident.rule,
        why=incident.why,
        question=_question(incident, state),
    )


def _question(incident: Incident, state: State) -> str | None:
    """Return what an incident asks people now, as canonical JSON; None when it asks nothing."""
    asked = state.questions.get(incident.id)
    if asked is None:
        return None
    question = question_of(state, incident)
    return _text(
        {
            "id": asked.id,
            "text": asked.text,
            "shown": asked.shown,
            "role": question.role,
            "quorum": question.quorum,
            "excluded": question.excluded,
            "choices": question.choices,
            "assumes": _assumed(incident, state),
            "asked_at": asked.asked_at,
            "expires_at": asked.asked_at + question.expires_ms,
            "answers": [asdict(one) for one in asked.answers],
        }
    )


def _assumed(incident: Incident, state: State) -> list[str]:
    """Return what the machine and the actions an answer leads to take for granted."""
    base = state.bundles[incident.bundle].machinebase
    machine = base.definitions[incident.machine]
    found = dict.fromkeys(machine.terms.assumes)
    for choice in question_of(state, incident).choices:
        for run in acts_at_once(machine, incident.state, answer_event(choice)):
            found.update(dict.fromkeys(base.actions[run.action].terms.assumes))
    return list(found)


def action_row(intent: Intent, state: State) -> ActionRow:
    """Return the row of an intent."""
    contract = state.bundles[intent.bundle].machinebase.actions[intent.action]
    return ActionRow(
        intent=intent.id,
        incident=intent.incident,
        state=intent.state,
        action=intent.action,
        executor=contract.executor,
        target=intent.target,
        attempt=intent.attempt,
        idempotency_key=intent.idempotency_key,
        status=intent.phase,
        outcome=intent.ended,
        verdict=_text(intent.verdict),
        inputs=_text(intent.inputs),
        outputs=_text(intent.outputs),
        decided_seq=intent.decided_seq,
        result_seq=intent.result_seq,
        at=intent.decided_at,
    )


def _text(value: object) -> str:
    return canonical(value).decode()
