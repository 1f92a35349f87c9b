"""What every stage of an intent's life shares: its contract, its retries and its end.

::

    begin ─► requiring ─► (gate) ─► held ──┐
                             │  ▲──────────┘ judged again when the gate changes
                             ▼
                        dispatched ─► verifying ─► ended: done · failed · timed_out
                             │  ▲                         refused · unverified · abandoned
                             ▼  │
                          waiting (for a retry)
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.fold.fork import settle
from interlock.engine.fold.state import Incident, Intent, State
from interlock.engine.fold.turn import Turn
from interlock.language.values import Value
from interlock.machines.actions import ActionType
from interlock.machines.definition import RunState

AT_WORK = ("dispatched", "verifying", "waiting")
"""Phases in which an intent is at its work."""

COMPENSATED = "interlock.compensated"
"""Event the fold sends itself when a compensating intent has ended."""


def contract_of(turn: Turn, intent: Intent) -> ActionType:
    """Return the contract of the bundle the intent is pinned to."""
    return turn.bundle_of(intent).machinebase.actions[intent.action]


def target_of(turn: Turn, intent: Intent) -> Mapping[str, Value] | None:
    """Return the inventory's attributes of the intent's target, with its id."""
    if intent.target is None:
        return None
    inventory = turn.bundle_of(intent).machinebase.inventory
    return inventory.find(intent.target).seen_by_executor()


def work_of(intent: Intent) -> str:
    """Return action and contract key: equal means the same work."""
    return f"{intent.action}:{intent.key}"


def take_up(state: State, intent: Intent) -> None:
    """Note that an intent is at its work: nobody else should begin it."""
    state.at_work.setdefault(work_of(intent), {})[intent.id] = None


def lay_down(state: State, intent: Intent) -> None:
    """Note that an intent is not at its work any more; one that was not is fine."""
    others = state.at_work.get(work_of(intent), {})
    others.pop(intent.id, None)
    if not others:
        state.at_work.pop(work_of(intent), None)


def is_wanted(turn: Turn, intent: Intent) -> bool:
    """Return whether anybody waits for it: its machine, or people for a notification."""
    return intent.kind == "notify" or turn.state.incidents[intent.incident].current == intent.id


def recall(turn: Turn, intent: Intent) -> None:
    """Let the current attempt not be sent if it has not been."""
    turn.folded.recalls.append((intent.id, intent.attempt, intent.epoch))


def plan_retry(turn: Turn, intent: Intent, reason: str) -> bool:
    """Plan another attempt if the machine's policy has one left for this reason.

    Args:
        turn: the turn.
        intent: the intent whose attempt did not succeed.
        reason: ``transient`` or ``timed_out``.

    Returns:
        Whether an attempt is planned.
    """
    incident = turn.state.incidents[intent.incident]
    machine = turn.bundle_of(intent).machinebase.definitions[incident.machine]
    state = machine.states[intent.state]
    wanted = is_wanted(turn, intent) and intent.purpose == "do"
    policy = state.retry if isinstance(state, RunState) and wanted else None
    if policy is None or reason not in policy.on or intent.attempt >= policy.attempts:
        return False
    due = turn.at + policy.delay_ms(intent.attempt, intent.id)
    turn.state.timers.cancel_all(intent.id)
    turn.state.timers.set(intent.id, "retry", due)
    intent.phase, intent.requirement, intent.probe = "waiting", 0, None
    turn.note("retries", intent=intent.id, after=intent.attempt, due=due, reason=reason)
    turn.touch(intent)
    return True


def unlock(turn: Turn, intent: Intent) -> None:
    """Free the intent's target and let held intents be judged again."""
    gate = turn.state.gate
    if intent.target is not None and gate.locks.get(intent.target) == intent.id:
        del gate.locks[intent.target]
        gate.changed.add("lock")


def end(turn: Turn, intent: Intent, ended: str, detail: str) -> None:
    """End an intent, free what it held and tell the machine that waits for it.

    Args:
        turn: the turn.
        intent: a live intent.
        ended: one of the five results, or ``abandoned``.
        detail: why, for people.
    """
    state = turn.state
    intent.phase, intent.ended, intent.detail = "ended", ended, detail
    intent.result_seq, intent.probe = turn.seq, None
    state.timers.cancel_all(intent.id)
    state.intents.pop(intent.id, None)
    lay_down(state, intent)
    unlock(turn, intent)
    turn.touch(intent)
    turn.note("ended", intent=intent.id, result=ended, detail=detail)
    incident = state.incidents[intent.incident]
    if intent.kind == "act" and intent.purpose == "do":
        _remember(turn, incident, intent)
    if incident.parent and not incident.is_open and intent.kind == "act":
        settle(turn, state.incidents[incident.parent])
    if incident.current == intent.id:
        incident.current = None
        _tell(turn, incident, intent)


def _remember(turn: Turn, incident: Incident, intent: Intent) -> None:
    """Keep what a later ``undo`` would compensate: done, or done as far as anyone knows."""
    parent = turn.state.incidents[incident.parent] if incident.parent else incident
    if intent.ended == "done":
        for one in {incident.id: incident, parent.id: parent}.values():
            one.finished = (*one.finished, intent.action)
    if intent.ended in ("done", "unverified") and parent.is_open:
        turn.state.done[intent.id] = intent


def _tell(turn: Turn, incident: Incident, intent: Intent) -> None:
    turn.tell(
        incident.id,
        COMPENSATED if intent.purpose == "undo" else intent.ended or "",
        {"kind": "step", "intent": intent.id, "result": intent.ended},
        data={"detail": intent.detail, "attempt": intent.attempt, "result": intent.ended or ""},
        outputs=intent.outputs,
    )


def abandon(turn: Turn, incident: Incident) -> None:
    """Let go of the current intent: the machine left the state that waits for it.

    One that was sent lives on until its result; nobody is told.  One that still waits to be sent
    is recalled.
    """
    intent = turn.state.intents.get(incident.current or "")
    incident.current = None
    if intent is None:
        return
    if intent.phase in ("dispatched", "verifying"):
        turn.note("abandoned", intent=intent.id, phase=intent.phase)
        recall(turn, intent)
    else:
        end(turn, intent, "abandoned", "the machine moved on before it was sent")
