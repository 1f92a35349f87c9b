"""What an incident rests on: how old it is, and at which positions it was found."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.fold.state import Evidence, Incident, State
from interlock.rules.model import Firing, Root


def of(firing: Firing, now: int) -> Evidence:
    """Return what a firing rests on, as seen now."""
    return tuple((element.id, element.position, now) for element in firing.elements)


def oldest(state: State, incident: Incident) -> int | None:
    """Return when the least recently seen signal behind an incident was seen, in ms.

    An element that was withdrawn keeps the time it was last known; None when the incident
    rests on nothing.
    """
    return min((root.seen_at for root in _roots(state, incident)), default=None)


def rests_on(state: State, incident: Incident, position: int) -> bool:
    """Return whether anything behind an incident came in, or was derived, at a position."""
    if any(p == position for e in incident.evidence.values() for _, p, _ in e):
        return True
    return any(root.position == position for root in _roots(state, incident))


def _roots(state: State, incident: Incident) -> Iterator[Root]:
    for elements in incident.evidence.values():
        for element, position, asserted in elements:
            known = state.memory.roots(element) if state.memory is not None else ()
            yield from known or (Root(element, position, asserted),)
