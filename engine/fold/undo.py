"""Compensation: what finished is taken back, newest first, through the same gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.engine.fold.intents import contract_of
from interlock.engine.fold.state import Incident
from interlock.engine.fold.steps import begin
from interlock.engine.fold.turn import Turn


def start(turn: Turn, incident: Incident) -> None:
    """Collect the finished reversible intents of an incident and compensate the newest.

    Those of its branches are among them, in the order in which they were decided.
    """
    family = (incident.id, *turn.state.branches.get(incident.id, ()))
    places = {name: place for place, name in enumerate(family)}
    finished = [i for i in turn.state.done.values() if i.incident in places]
    reversible = [i for i in finished if contract_of(turn, i).rollback is not None]
    newest_first = sorted(
        reversible, key=lambda i: (i.decided_seq, places[i.incident], i.step), reverse=True
    )
    incident.undoing = tuple(intent.id for intent in newest_first)
    turn.note("undo", incident=incident.id, intents=list(incident.undoing))
    _next(turn, incident)


def proceed(turn: Turn, incident: Incident, ended: Mapping[str, Any]) -> None:
    """Go on after a compensating intent ended; one that failed stops the undoing.

    Args:
        turn: the turn.
        incident: whose machine is in its ``undo`` state.
        ended: the event data of the intent, with ``result`` and ``detail``.
    """
    if ended["result"] != "done":
        incident.undoing = ()
        detail = f"a compensation ended {ended['result']}: {ended['detail']}"
        turn.tell(incident.id, "failed", {"kind": "undo"}, data={"detail": detail})
        return
    turn.state.done.pop(incident.undoing[0], None)
    incident.undoing = incident.undoing[1:]
    _next(turn, incident)


def _next(turn: Turn, incident: Incident) -> None:
    if not incident.undoing:
        turn.tell(incident.id, "done", {"kind": "undo"}, data={"detail": "nothing left to undo"})
        return
    intent = turn.state.done[incident.undoing[0]]
    contract = contract_of(turn, intent)
    assert contract.rollback is not None  # or it would not be among those to undo
    inputs = contract.rollback_inputs(intent.inputs, intent.outputs)
    begin(turn, incident, contract.rollback.action, inputs, undoes=intent.id)
