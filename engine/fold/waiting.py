"""Incidents whose machine waits for a signal or fact, and what they hear.

A signal counts when it comes in after the wait began.  A fact counts as long as it stands, so
one that stood before the wait began counts from then on.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.fold.state import Incident
from interlock.engine.fold.turn import Turn
from interlock.language.values import Unknown, Value
from interlock.machines.definition import Wait
from interlock.rules.model import FactChange

Row = Mapping[str, Value]


def begin(turn: Turn, incident: Incident) -> None:
    """Let an incident that has entered a ``wait`` state hear of what it waits for."""
    wait = enlist(turn, incident)
    if wait is not None and wait.element == "fact" and turn.state.memory is not None:
        for fact in turn.state.memory.facts():
            if fact.fact == wait.name:
                _hear(turn, incident, wait, _row(fact))


def enlist(turn: Turn, incident: Incident) -> Wait | None:
    """Put a waiting incident on the index; None when it does not wait or cannot be met."""
    wait = turn.bundle_of(incident).runtimes[incident.machine].waits(incident.state)
    if wait is None:
        return None
    key = None
    if wait.key is not None:
        value = wait.key_value(incident.context)
        if isinstance(value, Unknown):
            return None
        key = (wait.key[0], value)
    turn.state.waits.add(incident.id, wait.name, key)
    return wait


def sampled(turn: Turn, name: str, row: Row) -> None:
    """Hold a signal that came in against every incident that may wait for it."""
    for incident, wait in _waiting(turn, name, row):
        _hear(turn, incident, wait, row)


def asserted(turn: Turn, fact: FactChange) -> None:
    """Hold a fact that came to stand against every incident that may wait for it."""
    sampled(turn, fact.fact, _row(fact))


def retracted(turn: Turn, fact: FactChange) -> None:
    """Let every incident that held on to a fact know that it stands no more."""
    row = _row(fact)
    for incident, wait in _waiting(turn, fact.fact, row):
        if wait.holds(row, incident.context):
            turn.state.timers.cancel(incident.id, "hold")


def _waiting(turn: Turn, name: str, row: Row) -> list[tuple[Incident, Wait]]:
    found = []
    for name_of in turn.state.waits.candidates(name, row):
        incident = turn.state.incidents[name_of]
        wait = turn.bundle_of(incident).runtimes[incident.machine].waits(incident.state)
        if wait is not None:
            found.append((incident, wait))
    return found


def _hear(turn: Turn, incident: Incident, wait: Wait, row: Row) -> None:
    timers = turn.state.timers
    if not wait.holds(row, incident.context):
        timers.cancel(incident.id, "hold")
    elif wait.hold_ms == 0:
        turn.tell(incident.id, "met", {"kind": "sample", "seq": turn.seq})
    elif not timers.is_set(incident.id, "hold"):
        timers.set(incident.id, "hold", turn.at + wait.hold_ms)


def _row(fact: FactChange) -> Row:
    return {"name": fact.fact, **fact.fields}
