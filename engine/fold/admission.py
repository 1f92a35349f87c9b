"""The way through the gate: an intent is judged, then released, held or refused."""

from __future__ import annotations

from interlock.engine.executors.base import Attempt
from interlock.engine.fold import evidence
from interlock.engine.fold.gate.budget import give_back, spend
from interlock.engine.fold.gate.freeze import scopes_of
from interlock.engine.fold.gate.judge import judge
from interlock.engine.fold.gate.model import Budget, Outcome, Request, Verdict
from interlock.engine.fold.intents import (
    contract_of,
    end,
    lay_down,
    take_up,
    target_of,
    unlock,
    work_of,
)
from interlock.engine.fold.state import Incident, Intent
from interlock.engine.fold.turn import Turn
from interlock.engine.lineage import root_of
from interlock.machines.actions import ActionType

HOLD_MS = 60_000
"""How long the gate may hold an intent before it is refused."""

GRACE_MS = 15_000
"""How much longer than it takes dispatch to give up the fold waits for the answer."""


def admit(turn: Turn, intent: Intent) -> None:
    """Judge an intent and act on the verdict."""
    request = request_of(turn, intent)
    verdict = judge(request, turn.state.gate, turn.at)
    if verdict.outcome is Outcome.HOLD and _still_held(intent, verdict):
        return
    intent.verdict = {"intent": intent.id, "attempt": intent.attempt + 1, **verdict.body()}
    turn.touch(intent)
    turn.note("verdicts", **intent.verdict)
    if verdict.outcome is Outcome.PASS:
        _release(turn, intent, request)
    elif verdict.outcome is Outcome.REFUSE:
        end(turn, intent, "refused", verdict.reason)
    elif intent.phase != "held":
        intent.phase = "held"
        turn.state.timers.set(intent.id, "hold", turn.at + HOLD_MS)


def request_of(turn: Turn, intent: Intent) -> Request:
    """Return the intent as the gate sees it."""
    state, contract = turn.state, contract_of(turn, intent)
    incident = _grounds(turn, intent)
    return Request(
        intent=intent.id,
        scopes=_scopes(turn, intent),
        notifies=intent.kind == "notify",
        target=intent.target,
        work=work_of(intent),
        rivals=tuple(sorted(state.at_work.get(work_of(intent), ()))),
        budgets=_budgets(turn, intent),
        evidence_at=evidence.oldest(state, incident, turn.at),
        evidence_max_age_ms=contract.evidence_max_age_ms,
        agree_at=incident.agree_at,
        disputed=incident.disputed,
    )


def rejudge(turn: Turn) -> None:
    """Judge what an interlock held that may let go now, oldest first, until none changes."""
    gate = turn.state.gate
    while gate.changed:
        changed, gate.changed = gate.changed, set()
        held = [i for i in turn.state.intents.values() if i.phase == "held"]
        for intent in sorted(held, key=lambda i: (i.decided_seq, i.id)):
            if intent.phase == "held" and not changed.isdisjoint(_holders(intent)):
                admit(turn, intent)


def _holders(intent: Intent) -> list[str]:
    """Return the interlocks that hold an intent."""
    findings = intent.verdict["findings"]
    return [f["interlock"] for f in findings if f["outcome"] == Outcome.HOLD]


def give_up(turn: Turn, intent: Intent) -> None:
    """Refuse an intent the gate has held for too long."""
    findings = intent.verdict.get("findings", ())
    reasons = "; ".join(f["reason"] for f in findings if f["outcome"] == Outcome.HOLD)
    end(turn, intent, "refused", f"held for {HOLD_MS} ms: {reasons}")


def _still_held(intent: Intent, verdict: Verdict) -> bool:
    """Return whether the gate only repeats, in other numbers, why it holds."""
    if intent.phase != "held":
        return False
    before = [(f["interlock"], f["outcome"]) for f in intent.verdict["findings"]]
    return before == [(f.interlock, f.outcome) for f in verdict.findings]


def _grounds(turn: Turn, intent: Intent) -> Incident:
    """Return the incident whose evidence an intent rests on: that of a branch is its parent's."""
    return turn.state.incidents[root_of(intent.incident)]


def _scopes(turn: Turn, intent: Intent) -> tuple[str, ...]:
    incident, root = turn.state.incidents[intent.incident], _grounds(turn, intent)
    scopes = scopes_of(
        machine=root.machine,
        action=intent.action,
        executor=contract_of(turn, intent).executor,
        target=intent.target,
        incident=root.key,
    )
    return scopes if incident is root else (*scopes, f"machine:{incident.machine}")


def _budgets(turn: Turn, intent: Intent) -> tuple[Budget, ...]:
    return tuple(
        Budget(
            key=f"{intent.action}:{limit.key_of(intent.inputs)}/{limit.per_ms}",
            most=limit.max,
            per_ms=limit.per_ms,
        )
        for limit in contract_of(turn, intent).rates
    )


def _release(turn: Turn, intent: Intent, request: Request) -> None:
    """Let an attempt out: count it, lock its target, set its deadline."""
    contract, state = contract_of(turn, intent), turn.state
    intent.phase, intent.epoch, intent.attempt = "dispatched", state.epoch, intent.attempt + 1
    intent.released_seq, intent.released_at = turn.seq, turn.at
    take_up(state, intent)
    spend(request, state.gate, turn.at)
    if intent.target is not None:
        state.gate.locks[intent.target] = intent.id
    state.timers.cancel(intent.id, "hold")
    state.timers.set(intent.id, "deadline", answer_by(turn, contract))
    send(turn, intent)


def take_back(turn: Turn, intent: Intent) -> None:
    """Undo a release that was never sent."""
    give_back(request_of(turn, intent), turn.state.gate, intent.released_at)
    lay_down(turn.state, intent)
    unlock(turn, intent)
    intent.attempt -= 1
    intent.phase = "recalled"
    turn.touch(intent)


def answer_by(turn: Turn, contract: ActionType) -> int:
    """Return when an answer has to be there, ms.

    Dispatch answers before: work may wait for a place as long as it may take, and ends within
    twice the dispatcher's grace.  Giving up sooner would begin a second attempt beside the first.
    """
    return turn.at + 2 * contract.timeout_ms + GRACE_MS


def send(turn: Turn, intent: Intent) -> None:
    """Hand the intent's current attempt to dispatch, once the decision is on disk."""
    contract = contract_of(turn, intent)
    turn.folded.attempts.append(
        Attempt(
            intent=intent.id,
            attempt=intent.attempt,
            epoch=intent.epoch,
            incident=intent.incident,
            action=intent.action,
            executor=contract.executor,
            operation=contract.operation,
            inputs=intent.inputs,
            target=target_of(turn, intent),
            idempotency_key=intent.idempotency_key,
            timeout_ms=contract.timeout_ms,
            scopes=() if intent.kind == "notify" else _scopes(turn, intent),
        )
    )
