"""Incidents whose machine waits for a signal or fact, and what ends their wait.

A signal counts when it comes in after the wait began.  A fact counts as long as it stands, so
one that stood before the wait began counts from then on.  An incident reads both by the
declarations of the bundle it is pinned to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from interlock.engine.bundle import Bundle
from interlock.engine.fold.state import Incident, State
from interlock.engine.fold.turn import Turn
from interlock.language.values import Unknown
from interlock.machines.wait import Wait
from interlock.rules.model import FactChange, Row


def begin(turn: Turn, incident: Incident) -> None:
    """Let an incident that has entered a ``wait`` state hear of what it waits for."""
    wait = enlist(turn.state, incident)
    if wait is not None and wait.element == "fact":
        _look(turn, incident, wait)


def enlist(state: State, incident: Incident) -> Wait | None:
    """Put a waiting incident on the index; None when it does not wait or cannot be met."""
    wait = _wait_of(state, incident)
    if wait is None:
        return None
    key = None
    if wait.key is not None:
        value = wait.key_value(incident.context)
        if isinstance(value, Unknown):
            return None
        key = (wait.key[0], value)
    state.waits.add(incident.id, wait.name, key)
    return wait


def end(turn: Turn, incident: Incident) -> None:
    """Forget what an incident waited for; one that did not wait is fine."""
    turn.state.waits.remove(incident.id)
    turn.state.timers.cancel(incident.id, "hold")


def sampled(turn: Turn, name: str, row_of: Callable[[Bundle], Row | None]) -> None:
    """Hold a signal that came in against every incident that may wait for it.

    Args:
        turn: the turn.
        name: of the signal.
        row_of: the signal as a bundle declares it; None when it is not what that declares.
    """
    for digest, bundle in sorted(turn.state.bundles.items()):
        row = row_of(bundle)
        if row is None:
            continue
        for incident, wait in _waiting(turn.state, "signal", name, row):
            if incident.bundle == digest:
                _hold(turn, incident, wait, (row,))


def facts_changed(turn: Turn, changes: Iterable[FactChange]) -> None:
    """Look again at what stands, for every incident these changes may concern."""
    concerned: dict[str, tuple[Incident, Wait]] = {}
    for fact in changes:
        for incident, wait in _waiting(turn.state, "fact", fact.fact, fact.fields):
            concerned[incident.id] = (incident, wait)
    for _, (incident, wait) in sorted(concerned.items()):
        _look(turn, incident, wait)


def _look(turn: Turn, incident: Incident, wait: Wait) -> None:
    """Hold the facts that stand against what an incident waits for."""
    memory, pinned = turn.state.memory, turn.bundle_of(incident).rulebase
    assert memory is not None  # or there were no incident
    known = memory.rulebase.fact_types.get(wait.name)
    _hold(
        turn,
        incident,
        wait,
        memory.rows_of(wait.name) if known == pinned.fact_types[wait.name] else (),
    )


def _hold(turn: Turn, incident: Incident, wait: Wait, rows: Iterable[Row]) -> None:
    timers = turn.state.timers
    if not any(wait.holds(row, incident.context) for row in rows):
        timers.cancel(incident.id, "hold")
    elif wait.hold_ms == 0:
        kind = "sample" if wait.element == "signal" else "fact"
        turn.tell(incident.id, "met", {"kind": kind, "of": wait.name, "seq": turn.seq})
    elif not timers.is_set(incident.id, "hold"):
        timers.set(incident.id, "hold", turn.at + wait.hold_ms)


def _waiting(state: State, element: str, name: str, row: Row) -> list[tuple[Incident, Wait]]:
    found = []
    for incident_id in state.waits.candidates(name, row):
        incident = state.incidents[incident_id]
        wait = _wait_of(state, incident)
        if wait is not None and wait.element == element:
            found.append((incident, wait))
    return found


def _wait_of(state: State, incident: Incident) -> Wait | None:
    return state.bundles[incident.bundle].runtimes[incident.machine].waits(incident.state)
