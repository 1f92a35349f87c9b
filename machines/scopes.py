"""What the expressions of machines and actions may read, place by place.

========================  =======================================================
everywhere in a machine   context fields by bare name and as ``ctx``; ``steps`` (names of the
                          finished actions, oldest first); ``incident.id``,
                          ``incident.started_at``; parameters as ``params``
``on``                    also ``event``, typed by the event: ``detail``, ``attempt``,
                          ``result`` (results), ``by``, ``text`` (``operator.abort``), what the
                          machine declares (its own events); after ``done`` and
                          ``unverified`` also the action's ``outputs``
invariants                also ``running``, ``visited`` (names) and ``state``
``wait.where``            the element's fields by bare name, and ``ctx``
``choices``               also ``event.by``, ``event.choice``, ``event.text``
``ask``, ``show``         also ``from`` (state the incident rested in) and ``why``
``enter`` of an approve   also ``from``, ``why`` and ``question.text``
``enter`` of a final      also ``from`` and ``why``
an action                 inputs by bare name; its key also ``incident.id``, ``step.id``; probes
                          and rollback as ``contracts`` says
========================  =======================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interlock.language.expression import NO_PARAMETERS, OPEN, Parameters, Scope
from interlock.language.values import INT, STRING, TIMESTAMP, Field, Value, list_of
from interlock.machines.definition import RESULTS, Trigger

Fields = Mapping[str, Field]

_TEXT, _TIME = Field(STRING), Field(TIMESTAMP)

INCIDENT_FIELDS: Fields = {"id": _TEXT, "started_at": _TIME}
"""What a machine may read of its incident."""

IDENTITY: Fields = {"id": _TEXT}
"""What an action's key may read of its incident and step."""

RESULT_FIELDS: Fields = {"attempt": Field(INT), "detail": _TEXT, "result": _TEXT}
"""Data of the results of an action; ``attempt`` counts from 1, ``detail`` is for people."""

UNDO_FIELDS: Fields = {"detail": _TEXT}
"""Data of the results of an undo, and of a fork."""

ABORT_FIELDS: Fields = {"by": _TEXT, "text": _TEXT}
"""Data of ``operator.abort``: who, and what they said."""

ANSWER_FIELDS: Fields = {"by": _TEXT, "choice": _TEXT, "text": _TEXT}
"""Data of an answer: those who chose it, what they chose, and what they said."""

QUESTION_FIELDS: Fields = {"text": _TEXT}
"""What the notices of a question may read of it."""

WATCHED: Fields = {
    "running": Field(list_of(STRING)),
    "state": _TEXT,
    "visited": Field(list_of(STRING)),
}
"""What invariants read besides: actions under way, where the incident is, and where it was."""

EVENT_DEFAULTS: Mapping[str, Value] = {
    "attempt": 0,
    "by": "",
    "choice": "",
    "detail": "",
    "result": "",
    "text": "",
}
"""What the data of a built-in event reads as where the engine gives none."""

RESERVED = frozenset({"ctx", "event", "outputs", "incident", "step", "steps", "from", "why"})
"""Names a context field may not have."""


def with_outputs(scope: Scope, outputs: Fields) -> Scope:
    """Return a scope that also reads an action's ``outputs``.

    They are unknown where none came back: an attempt whose result was lost and whose effect
    is there is done without outputs.  Nobody need ask ``has`` for that.
    """
    if outputs is OPEN:
        return replace(scope, bindings={**scope.bindings, "outputs": OPEN})
    maybe = {name: replace(field, optional=True) for name, field in outputs.items()}
    known = frozenset(("outputs", name) for name, field in outputs.items() if not field.optional)
    bindings = {**scope.bindings, "outputs": maybe}
    return replace(scope, bindings=bindings, present=scope.present | known)


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of one machine."""

    context: Fields
    events: Mapping[str, Fields]
    parameters: Parameters = NO_PARAMETERS

    def state(self) -> Scope:
        """Return what a state's own texts may read."""
        fields = {**self.context, "steps": Field(list_of(STRING))}
        bindings = {"ctx": self.context, "incident": INCIDENT_FIELDS}
        return Scope(fields, bindings, parameters=self.parameters)

    def event(self, event: str, outputs: Fields | None = None) -> Scope:
        """Return what a branch taken on an event may read.

        Args:
            event: its name.
            outputs: those of the state's action; None where no action ran.
        """
        scope = self.state()
        data = self._data(event, runs=outputs is not None)
        scope = replace(scope, bindings={**scope.bindings, "event": data})
        if outputs is None or event not in {Trigger.DONE, Trigger.UNVERIFIED}:
            return scope
        return with_outputs(scope, outputs)

    def answer(self) -> Scope:
        """Return what a branch taken on an answer may read."""
        scope = self.state()
        return replace(scope, bindings={**scope.bindings, "event": ANSWER_FIELDS})

    def told(self) -> Scope:
        """Return what a question, and the notices of a final state, may read."""
        scope = self.state()
        return replace(scope, fields={**scope.fields, "from": _TEXT, "why": _TEXT})

    def asked(self) -> Scope:
        """Return what the notices of a question may read."""
        scope = self.told()
        return replace(scope, bindings={**scope.bindings, "question": QUESTION_FIELDS})

    def watched(self) -> Scope:
        """Return what an invariant may read."""
        scope = self.state()
        return replace(scope, fields={**scope.fields, **WATCHED})

    def element(self, fields: Fields) -> Scope:
        """Return what the ``where`` of a wait may read."""
        return Scope(fields, {"ctx": self.context}, parameters=self.parameters)

    def _data(self, event: str, *, runs: bool) -> Fields:
        if event in self.events:
            return self.events[event]
        if event == Trigger.ABORT:
            return ABORT_FIELDS
        if event == Trigger.JOINED:
            return UNDO_FIELDS
        if event in RESULTS:
            return RESULT_FIELDS if runs else UNDO_FIELDS
        return {}
