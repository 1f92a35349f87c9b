"""What the expressions of machines and actions may read, place by place.

========================  =======================================================
everywhere in a machine   context fields by bare name and as ``ctx``; ``steps`` (names of the
                          finished actions, oldest first); ``incident.id``,
                          ``incident.started_at``
``on`` and ``after``      also ``event``, typed by the event; after ``done`` and ``unverified``
                          also the action's ``outputs``
``wait.where``            the element's fields by bare name, and ``ctx``
``enter`` of a final      also ``from`` (state the incident rested in) and ``why``
an action                 inputs by bare name; its key also ``incident.id``, ``step.id``; probes
                          and rollback as ``contracts`` says
========================  =======================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.language.expression import OPEN, Scope
from interlock.language.values import INT, STRING, TIMESTAMP, Field, Value, list_of
from interlock.machines.definition import RESULTS, Trigger

Fields = Mapping[str, Field]

_TEXT, _TIME = Field(STRING), Field(TIMESTAMP)

FACT_FIELDS: Fields = {"at": _TIME, "name": _TEXT}
"""Names every fact has without declaring them."""

SIGNAL_FIELDS: Fields = {
    **FACT_FIELDS,
    "source": _TEXT,
    "subject": _TEXT,
    "severity": _TEXT,
    "status": _TEXT,
    "id": _TEXT,
}
"""Names every signal has without declaring them."""

INCIDENT_FIELDS: Fields = {"id": _TEXT, "started_at": _TIME}
"""What a machine may read of its incident."""

IDENTITY: Fields = {"id": _TEXT}
"""What an action's key may read of its incident and step."""

RESULT_FIELDS: Fields = {
    "at": _TIME,
    "attempts": Field(INT),
    "code": _TEXT,
    "message": _TEXT,
}
"""Data of the results of an action and of an undo."""

_EVENT_FIELDS: Mapping[str, Fields] = {
    **dict.fromkeys(RESULTS, RESULT_FIELDS),
    Trigger.ABORT: {"at": _TIME, "by": _TEXT, "text": _TEXT},
    Trigger.WITHDRAWN: {"at": _TIME, "rule": _TEXT},
}

TIMER_FIELDS: Fields = {"at": _TIME}
"""Data of a timer's event."""

EVENT_DEFAULTS: Mapping[str, Value] = {
    "at": 0,
    "attempts": 0,
    "by": "",
    "code": "",
    "message": "",
    "rule": "",
    "text": "",
}
"""What the data of a built-in event reads as where the engine gives none."""

RESERVED = frozenset({"ctx", "event", "outputs", "incident", "step", "steps", "from", "why"})
"""Names a context field may not have."""


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of one machine."""

    context: Fields
    events: Mapping[str, Fields]

    def state(self) -> Scope:
        """Return what a state's own texts may read."""
        fields = {**self.context, "steps": Field(list_of(STRING))}
        return Scope(fields, {"ctx": self.context, "incident": INCIDENT_FIELDS})

    def event(self, event: str, outputs: Fields | None, element: Fields) -> Scope:
        """Return what a branch taken on an event may read.

        Args:
            event: its name.
            outputs: those of the state's action; None where no action ran.
            element: fields of what the state waits for; empty when it does not wait.
        """
        scope = self.state()
        bindings = {**scope.bindings, "event": self._data(event, element)}
        if outputs is not None and event in {Trigger.DONE, Trigger.UNVERIFIED}:
            bindings["outputs"] = outputs
        return Scope(scope.fields, bindings)

    def timer(self) -> Scope:
        """Return what a branch taken on a timer may read."""
        scope = self.state()
        return Scope(scope.fields, {**scope.bindings, "event": TIMER_FIELDS})

    def final(self) -> Scope:
        """Return what the notices of a final state may read."""
        scope = self.state()
        return Scope({**scope.fields, "from": _TEXT, "why": _TEXT}, scope.bindings)

    def element(self, fields: Fields) -> Scope:
        """Return what the ``where`` of a wait may read."""
        return Scope(fields, {"ctx": self.context})

    def _data(self, event: str, element: Fields) -> Fields:
        if event == Trigger.MET:
            return element
        if event in self.events:
            return {"at": _TIME, **self.events[event]}
        return _EVENT_FIELDS.get(event, OPEN)
