"""One entry being folded: the state, the time, and what has come out so far."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.fold.state import Incident, Intent, State
from interlock.engine.model import Body, Kind
from interlock.engine.rows import AnnotationRow, TransitionRow
from interlock.errors import InvariantBroken
from interlock.rules.model import Evaluation

_NO_DATA: Mapping[str, Any] = {}

_ABOUT_A_STATE = ("answer", "fact", "join", "sample", "step", "timer", "undo")
"""Causes of events that mean nothing once the machine has left the state they are about."""


@dataclass(slots=True)
class Folded:
    """What one entry led to.

    Attributes:
        decision: the body to journal, or None when the entry had no effect.
        incidents: incidents whose row changed, by id.
        intents: intents whose row changed, by id.
        transitions: rows to add to the history of state transitions.
        annotations: rows to add to the notes.
        attempts: to dispatch once the decision is durable.
        recalls: intent, number and epoch of attempts nobody waits for any more; not to be
            sent if they have not been.
        probes: to observe once the decision is durable.
        evaluations: to hand to the second engine.
    """

    decision: Body | None = None
    incidents: dict[str, Incident] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    transitions: list[TransitionRow] = field(default_factory=list)
    annotations: list[AnnotationRow] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    recalls: list[tuple[str, int, int]] = field(default_factory=list)
    probes: list[ProbeRequest] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell an incident's machine.

    Attributes:
        incident: id of the incident.
        name: event name as machines spell it, e.g. ``done`` or ``operator.abort``.
        cause: where it came from, journalled with the transition it triggers.
        data: what guards and ``why`` texts may read as ``event``.
        outputs: what they may read as ``outputs``.
        moves: how often the machine had moved when this was about the state it was in; None
            for what is about the incident, whatever its state.
    """

    incident: str
    name: str
    cause: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    moves: int | None = None


class Turn:
    """The fold of one entry: reads and changes ``state``, collects into ``folded``."""

    __slots__ = ("_record", "at", "events", "folded", "heard", "seq", "state")

    def __init__(self, state: State, seq: int, at: int) -> None:
        self.state = state
        self.seq = seq
        self.at = at
        self.folded = Folded()
        self.events: deque[Event] = deque()
        self.heard: Counter[str] = Counter()
        self._record: dict[str, list[dict[str, Any]]] = {}

    def note(self, topic: str, **values: Any) -> None:
        """Add an item to a list of the decision; items keep the order they were decided in."""
        self._record.setdefault(topic, []).append(values)

    def touch(self, item: Incident | Intent) -> None:
        """Say that the read-model row of an incident or intent changed."""
        if isinstance(item, Incident):
            item.updated_at = self.at
            self.folded.incidents[item.id] = item
        else:
            self.folded.intents[item.id] = item

    def tell(
        self,
        incident: str,
        name: str,
        cause: Mapping[str, Any],
        *,
        data: Mapping[str, Any] = _NO_DATA,
        outputs: Mapping[str, Any] = _NO_DATA,
    ) -> None:
        """Queue an event for an incident's machine; delivered before the turn ends."""
        known = self.state.incidents.get(incident)
        moves = known.moves if known is not None and cause["kind"] in _ABOUT_A_STATE else None
        self.events.append(Event(incident, name, cause, data, outputs, moves))

    def bundle_of(self, item: Incident | Intent) -> Bundle:
        """Return the bundle an incident or intent is pinned to."""
        bundle = self.state.bundles.get(item.bundle)
        if bundle is None:
            raise InvariantBroken(f"bundle {item.bundle} of {item.id} is not loaded")
        return bundle

    def finish(self) -> Folded:
        """Close the turn and return what it led to, with the decision's body."""
        if self._record:
            bundle = self.state.bundle
            self.folded.decision = {
                "at": self.at,
                "kind": str(Kind.DECISION),
                "of": self.seq,
                "bundle": bundle.digest if bundle else None,
                **self._record,
            }
        return self.folded
