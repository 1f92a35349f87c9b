"""The steps of an intent's life that entries and timers drive: begin, results, timers.

Unknown is never success: an attempt whose fate nobody knows is looked for when the contract
can be verified, tried again under the same idempotency key when attempts are left, and
otherwise ends ``unverified`` or ``timed_out``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from interlock.digest import derive_id
from interlock.engine.fold.admission import admit, give_up, send, take_back
from interlock.engine.fold.checks import ask_again, not_seen, observed, require, verify
from interlock.engine.fold.intents import (
    contract_of,
    end,
    is_wanted,
    lay_down,
    plan_retry,
    recall,
)
from interlock.engine.fold.state import Incident, Intent
from interlock.engine.fold.turn import Turn
from interlock.errors import InvariantBroken, NotPermitted
from interlock.language.values import Value
from interlock.machines.actions import ActionType


def begin(
    turn: Turn,
    incident: Incident,
    action: str,
    inputs: Mapping[str, Value],
    *,
    undoes: str | None = None,
) -> None:
    """Make an intent and start on what its contract requires.

    Args:
        turn: the turn.
        incident: whose machine wants it.
        action: name of the action in the incident's bundle.
        inputs: values for its inputs; checked here.
        undoes: the finished intent it compensates, if any.
    """
    intent = _new(turn, incident, action, inputs, undoes)
    contract = contract_of(turn, intent)
    try:
        intent.inputs = contract.check_inputs(inputs)
        intent.target = _target(turn, intent, contract)
        intent.key = contract.key(intent.inputs, incident=incident.id, step=intent.id)
    except NotPermitted as refusal:
        end(turn, intent, "refused", str(refusal))
        return
    require(turn, intent)


def _new(
    turn: Turn, incident: Incident, action: str, inputs: Mapping[str, Value], undoes: str | None
) -> Intent:
    incident.steps += 1
    intent = Intent(
        id=derive_id("act", incident.id, incident.steps),
        incident=incident.id,
        step=incident.steps,
        state=incident.state,
        action=action,
        bundle=incident.bundle,
        kind=turn.bundle_of(incident).machinebase.actions[action].kind,
        inputs=dict(inputs),
        decided_seq=turn.seq,
        decided_at=turn.at,
        purpose="undo" if undoes else "do",
        undoes=undoes,
        idempotency_key=_idempotency_key(incident),
    )
    if intent.kind == "act":
        incident.current = intent.id
    turn.state.intents[intent.id] = intent
    turn.touch(intent)
    turn.note(
        "intents",
        id=intent.id,
        incident=incident.id,
        step=intent.step,
        move=incident.moves,
        state=intent.state,
        action=action,
        inputs=intent.inputs,
        purpose=intent.purpose,
        undoes=undoes,
    )
    return intent


def _idempotency_key(incident: Incident) -> str:
    """Return the executor's key: equal over retries, restarts and replays."""
    text = f"interlock/v1\0{incident.id}\0{incident.moves}\0{incident.steps}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _target(turn: Turn, intent: Intent, contract: ActionType) -> str | None:
    """Return the inventory id the contract names; what is not in the inventory is refused."""
    wanted = contract.target_id(intent.inputs)
    if wanted is None:
        return None
    inventory = turn.bundle_of(intent).machinebase.inventory
    return inventory.find(wanted, contract.target_type).id


# --- what comes back ------------------------------------------------------------------------


def finished(turn: Turn, body: Mapping[str, Any]) -> None:
    """Take an executor's result; one of another attempt or epoch is only recorded."""
    intent = _awaited(turn, body, "result")
    if intent is None:
        return
    outcome, code, message = body["outcome"], body["code"], body["message"]
    turn.note("results", intent=intent.id, attempt=intent.attempt, outcome=outcome, code=code)
    if outcome == "ok":
        _succeeded(turn, intent, body["outputs"])
    elif outcome == "timeout":
        _unknown(turn, intent, "timed_out", message or "the executor did not finish in time")
    elif outcome == "refused":
        end(turn, intent, "refused", message or code)
    elif not (
        contract_of(turn, intent).is_transient(code) and plan_retry(turn, intent, "transient")
    ):
        end(turn, intent, "failed", message or code)


def lost(turn: Turn, body: Mapping[str, Any]) -> None:
    """Take the news that nobody knows what became of an attempt."""
    intent = _awaited(turn, body, "lease")
    if intent is not None:
        _unknown(turn, intent, "unverified", body["reason"])


def recalled(turn: Turn, body: Mapping[str, Any]) -> None:
    """Take back an attempt that dispatch did not send; it was never tried.

    It is judged again at once, or by the next owner when this one sends nothing more.
    """
    intent = _awaited(turn, body, "recall")
    if intent is None:
        return
    turn.note("results", intent=intent.id, attempt=intent.attempt, outcome="recalled", code="")
    if not is_wanted(turn, intent):
        end(turn, intent, "abandoned", "the machine moved on before it was sent")
        return
    take_back(turn, intent)
    if not body.get("stopping", False):
        admit(turn, intent)


def orphaned(turn: Turn, decided: int) -> None:
    """After a new owner started: old attempts are unknown, what was being looked for is anew.

    Args:
        turn: the turn.
        decided: position up to which the old owner's decisions were on disk; an attempt
            released later was never sent, so it is released again, not counted as unknown.
    """
    for intent in sorted(turn.state.intents.values(), key=lambda i: (i.decided_seq, i.id)):
        if intent.phase == "dispatched" and intent.released_seq > decided:
            if is_wanted(turn, intent):
                intent.epoch = turn.state.epoch
                send(turn, intent)
            else:
                end(turn, intent, "abandoned", "the machine moved on before it was sent")
        elif intent.phase == "dispatched":
            turn.state.timers.cancel(intent.id, "deadline")
            _unknown(turn, intent, "unverified", "the process that sent it has ended")
        elif intent.phase == "verifying":
            turn.state.timers.cancel_all(intent.id)
            verify(turn, intent)
        elif intent.phase == "requiring":
            ask_again(turn, intent)
        elif intent.phase == "recalled":
            admit(turn, intent)


def _awaited(turn: Turn, body: Mapping[str, Any], what: str) -> Intent | None:
    """Return the intent an answer is for, its deadline lifted, or None after noting it."""
    intent = turn.state.intents.get(body["intent"])
    answer = (body["attempt"], body["epoch"])
    if intent and intent.phase == "dispatched" and (intent.attempt, intent.epoch) == answer:
        turn.state.timers.cancel(intent.id, "deadline")
        return intent
    turn.note(
        "stale",
        intent=body["intent"],
        attempt=body["attempt"],
        epoch=body["epoch"],
        reason=f"this {what} is not of the attempt in flight",
    )
    return None


def _succeeded(turn: Turn, intent: Intent, outputs: Mapping[str, Value]) -> None:
    intent.unknown = False
    try:
        intent.outputs = contract_of(turn, intent).check_outputs(outputs)
    except NotPermitted as refusal:
        end(turn, intent, "unverified", f"the executor's outputs break the contract: {refusal}")
        return
    verify(turn, intent)


def _unknown(turn: Turn, intent: Intent, ended: str, reason: str) -> None:
    """The attempt may or may not have worked: look, else try again, else say so."""
    intent.unknown = True
    turn.note("unknown", intent=intent.id, attempt=intent.attempt, reason=reason)
    if ended == "unverified" and contract_of(turn, intent).verify is not None:
        verify(turn, intent)
    elif not plan_retry(turn, intent, "timed_out"):
        end(turn, intent, ended, reason)


def due(turn: Turn, intent: Intent, timer: str) -> None:
    """Take a timer of a live intent."""
    match timer:
        case "hold":
            give_up(turn, intent)
        case "deadline":
            recall(turn, intent)
            _unknown(turn, intent, "timed_out", "no result by the deadline")
        case "retry":
            intent.phase = "requiring"
            lay_down(turn.state, intent)
            require(turn, intent)
        case "probe":
            observed(turn, intent.probe or "", None, "no observation by the deadline")
        case "look":
            ask_again(turn, intent)
        case "within":
            not_seen(turn, intent)
        case _:
            raise InvariantBroken(f"an intent has no timer {timer}")
