"""Target lock: one actor per target, across all rules, machines and actions."""

from __future__ import annotations

from interlock.engine.fold.gate.model import Finding, Outcome, Request
from interlock.engine.fold.state import Gate


def lock(request: Request, gate: Gate, now: int) -> Finding:
    """Hold while another intent works on the target."""
    if request.target is None:
        return Finding("lock", Outcome.PASS, "the action has no target", {})
    holder = gate.locks.get(request.target)
    if holder is None or holder == request.intent:
        return Finding(
            "lock", Outcome.PASS, f"{request.target} is free", {"target": request.target}
        )
    reason = f"{holder} is at work on {request.target}"
    return Finding("lock", Outcome.HOLD, reason, {"target": request.target, "holder": holder})
