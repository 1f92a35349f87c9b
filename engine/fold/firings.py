"""What the rules found becomes part of the decision and moves incidents."""

from __future__ import annotations

import dataclasses
from typing import Any

from interlock.engine.fold import incidents, waiting
from interlock.engine.fold.disputes import give_up_oldest
from interlock.engine.fold.turn import Turn
from interlock.machines.definition import Trigger
from interlock.rules.model import (
    Advise,
    AssertFact,
    Conflict,
    ElementRef,
    FactChange,
    Firing,
    Outcome,
    Row,
    SendEvent,
    StartMachine,
    Suppressed,
    UnknownTest,
)

_OF_MACHINES = frozenset(map(str, Trigger))


def take(turn: Turn, outcome: Outcome) -> None:
    """Record an outcome of the rule base and act on its firings and withdrawals."""
    _record(turn, outcome)
    turn.folded.evaluations.extend(outcome.evaluations)
    if turn.state.gate.second_engine:
        turn.state.evaluations.extend(outcome.evaluations)
        give_up_oldest(turn)
    for firing in outcome.firings:
        if not firing.shadow:
            _consequences(turn, firing)
    for firing_id in outcome.withdrawn:
        incidents.withdraw(turn, firing_id)
    waiting.facts_changed(turn, (*outcome.facts_retracted, *outcome.facts_asserted))


def _consequences(turn: Turn, firing: Firing) -> None:
    moved = _carried_over(turn, firing)
    for consequence in firing.consequences:
        match consequence:
            case StartMachine():
                if not moved:
                    incidents.open_or_join(turn, firing, consequence)
            case SendEvent(event, incident, data):
                if firing.supersedes is None:
                    _send(turn, firing, event, incident, data)
            case Advise(text):
                turn.note("advice", firing=firing.id, text=text)
            case AssertFact():
                pass  # the rules have applied it


def _carried_over(turn: Turn, firing: Firing) -> bool:
    """Move the incident of a superseded firing to this one; the condition never stopped."""
    incident = turn.state.incidents.get(turn.state.supports.get(firing.supersedes or "", ""))
    if incident is None:
        return False
    incidents.support(turn, incident, firing)
    return True


def _send(turn: Turn, firing: Firing, event: str, key: str, data: Row) -> None:
    """Tell the incidents of a key; what machines say themselves, such as `done`, no rule says."""
    cause = {"kind": "firing", "firing": firing.id, "rule": firing.rule}
    everyone = sorted(turn.state.incidents.values(), key=lambda i: (i.opened_seq, i.id))
    for incident in everyone:
        if incident.is_open and incident.key == key:
            if event in _OF_MACHINES:
                turn.note("unheard", incident=incident.id, event=event, reason="no rule may say so")
                continue
            if not incident.parent:  # a branch rests on what its parent rests on
                incidents.rely(turn, incident, firing)
            turn.tell(incident.id, event, cause, data=data)


def _record(turn: Turn, outcome: Outcome) -> None:
    _record_firings(turn, outcome)
    for firing_id in outcome.withdrawn:
        turn.note("withdrawn", firing=firing_id)
    for fact in outcome.facts_asserted:
        turn.note("facts_asserted", **_plain(fact))
    for fact in outcome.facts_retracted:
        turn.note("facts_retracted", **_plain(fact))
    for conflict in outcome.conflicts:
        turn.note("conflicts", **_plain(conflict))
    for unknown in outcome.unknowns:
        turn.note("unknowns", **_plain(unknown))
    if outcome.fuel_exhausted:
        turn.note("fuel_exhausted", position=turn.seq)


def _record_firings(turn: Turn, outcome: Outcome) -> None:
    for firing in outcome.firings:
        turn.note(
            "firings",
            id=firing.id,
            rule=firing.rule,
            why=firing.why,
            shadow=firing.shadow,
            formed_at=firing.formed_at,
            supersedes=firing.supersedes,
            elements=[_element(element) for element in firing.elements],
            **({"branch": firing.branch} if firing.branch else {}),
        )
    for held in outcome.suppressed:
        turn.note("suppressed", **_suppressed(held))


def _element(ref: ElementRef) -> dict[str, Any]:
    said = {"as": ref.alias, "id": ref.id, "type": ref.type, "position": ref.position}
    if ref.basis is None:
        return said
    told = {**dataclasses.asdict(ref.basis), "of": list(ref.basis.of)}
    return {**said, "basis": {key: value for key, value in told.items() if value is not None}}


def _suppressed(held: Suppressed) -> dict[str, Any]:
    return {
        "id": held.id,
        "rule": held.rule,
        "why": held.why,
        "elements": [_element(element) for element in held.elements],
        "kind": held.kind,
        "by": held.by,
        "until": held.until,
        **({"reason": held.reason} if held.reason else {}),
        **({"branch": held.branch} if held.branch else {}),
    }


def _plain(value: FactChange | Conflict | UnknownTest) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
