"""Looking before and after: what a contract requires, and whether the effect is there.

Probes are asked by the dispatcher; what they saw comes back as an entry.  Unknown does not
hold, whether a requirement or a verification asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.executors.base import ProbeRequest
from interlock.engine.fold.admission import admit, answer_by
from interlock.engine.fold.intents import contract_of, end, plan_retry, target_of
from interlock.engine.fold.state import Intent
from interlock.engine.fold.turn import Turn
from interlock.language.values import Value
from interlock.machines.actions import ProbeCall

Data = Mapping[str, Value]


def require(turn: Turn, intent: Intent) -> None:
    """Check requirements in order, asking probes as needed; then go to the gate."""
    contract = contract_of(turn, intent)
    while intent.requirement < len(contract.requires):
        requirement = contract.requires[intent.requirement]
        if requirement.probe is not None:
            _ask(turn, intent, requirement.probe)
            return
        if requirement.holds(intent.inputs) is not True:
            end(turn, intent, "refused", f"not met: {requirement.reason(intent.inputs)}")
            return
        intent.requirement += 1
    admit(turn, intent)


def verify(turn: Turn, intent: Intent) -> None:
    """Start looking for the effect; without a verification the executor's word counts."""
    verification = contract_of(turn, intent).verify
    if verification is None:
        end(turn, intent, "done", "the executor reported success")
        return
    intent.phase, intent.good = "verifying", 0
    turn.state.timers.set(intent.id, "within", turn.at + verification.within_ms)
    _ask(turn, intent, verification.probe)


def ask_again(turn: Turn, intent: Intent) -> None:
    """Ask the probe the intent is waiting for, or due to ask, once more."""
    verification = contract_of(turn, intent).verify
    if intent.phase == "verifying" and verification is not None:
        _ask(turn, intent, verification.probe)
    else:
        require(turn, intent)


def observed(turn: Turn, probe: str, data: Data | None, error: str | None) -> None:
    """Take an observation: a requirement met or not, a verification one step further.

    Args:
        turn: the turn.
        probe: id of the request it answers; an answer nobody waits for is only noted.
        data: the probe's fields, or None when nothing was seen.
        error: why nothing was seen.
    """
    intent = turn.state.intents.get(probe.partition("/")[0])
    if intent is None or intent.probe != probe:
        turn.note("stale", probe=probe, reason="nobody waits for this observation")
        return
    intent.probe = None
    turn.state.timers.cancel(intent.id, "probe")
    if intent.phase == "verifying":
        _looked(turn, intent, data, error)
    else:
        _required(turn, intent, data, error)


def not_seen(turn: Turn, intent: Intent) -> None:
    """The effect was not seen within the contract's time: unverified, never done."""
    if intent.unknown and plan_retry(turn, intent, "timed_out"):
        return
    end(turn, intent, "unverified", "the effect was not seen within the contract's time")


def _required(turn: Turn, intent: Intent, data: Data | None, error: str | None) -> None:
    requirement = contract_of(turn, intent).requires[intent.requirement]
    if data is not None and requirement.holds(intent.inputs, data) is True:
        intent.requirement += 1
        require(turn, intent)
        return
    seen = error or "the probe saw " + ", ".join(
        f"{k}={v}" for k, v in sorted((data or {}).items())
    )
    end(turn, intent, "refused", f"not met: {requirement.reason(intent.inputs)} ({seen})")


def _looked(turn: Turn, intent: Intent, data: Data | None, error: str | None) -> None:
    """Count consecutive good observations; a bad or missing one starts the count again."""
    verification = contract_of(turn, intent).verify
    assert verification is not None  # or it would not be verifying
    good = data is not None and verification.holds(intent.inputs, intent.outputs, data) is True
    intent.good = intent.good + 1 if good else 0
    turn.touch(intent)
    turn.note("looks", intent=intent.id, good=good, in_a_row=intent.good, error=error)
    if intent.good >= verification.consecutive:
        end(turn, intent, "done", f"verified by {intent.good} good observations in a row")
    else:
        turn.state.timers.set(intent.id, "look", turn.at + verification.every_ms)


def _ask(turn: Turn, intent: Intent, call: ProbeCall) -> None:
    contract = contract_of(turn, intent)
    intent.probes += 1
    request = ProbeRequest(
        id=f"{intent.id}/{intent.probes}",
        probe=call.probe,
        executor=call.executor,
        operation=call.operation,
        inputs=call.inputs_of(intent.inputs, intent.outputs),
        target=target_of(turn, intent),
        timeout_ms=contract.timeout_ms,
    )
    intent.probe = request.id
    turn.state.timers.set(intent.id, "probe", answer_by(turn, contract))
    turn.folded.probes.append(request)
    turn.note("probes", id=request.id, intent=intent.id, probe=call.probe, phase=intent.phase)
    turn.touch(intent)
