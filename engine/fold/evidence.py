"""What an incident rests on: how old it is, and at which positions it was found.

A state (a signal that keeps the latest) must be said again and again to stay true; an
occurrence (one that keeps all) happened, and counts until its ttl ends.  So only states age.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.fold.state import Ground, Incident, State
from interlock.rules.model import Firing, Root


def of(firing: Firing, now: int) -> tuple[Ground, ...]:
    """Return what a firing rests on, as seen now, and where it was found."""
    return tuple(
        (firing.id, firing.formed_at, e.id, e.type, e.position, now) for e in firing.elements
    )


def without(incident: Incident, firing: str) -> tuple[Ground, ...]:
    """Return what an incident rests on besides a firing."""
    return tuple(ground for ground in incident.evidence if ground[0] != firing)


def oldest(state: State, incident: Incident, now: int) -> int | None:
    """Return when the state least recently said to hold behind an incident was, in ms.

    What was withdrawn keeps the time it was last known; what is absent is known to be so now.  An
    incident that rests on occurrences alone is as old as the latest of them; None when it rests
    on nothing.
    """
    roots = list(_roots(state, incident, now))
    states = [root.said_at for root in roots if _is_state(state, root)]
    if states:
        return min(states)
    return max((root.said_at for root in roots), default=None)


def positions(state: State, incident: Incident) -> set[int]:
    """Return where anything behind an incident came in, or was found."""
    found = {place for ground in incident.evidence for place in (ground[1], ground[4])}
    return found.union(root.position for root in _roots(state, incident, state.at))


def _is_state(state: State, root: Root) -> bool:
    declared = state.memory.rulebase.signal_types.get(root.type) if state.memory else None
    return declared is None or declared.keep_latest


def _roots(state: State, incident: Incident, now: int) -> Iterator[Root]:
    for _, _, element, kind, position, asserted in incident.evidence:
        known = state.memory.roots(element, now) if state.memory is not None else ()
        yield from known or (Root(element, kind, position, asserted),)
