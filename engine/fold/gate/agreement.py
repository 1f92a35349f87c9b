"""Agreement: two engines must have found the same joins before anything acts on them."""

from __future__ import annotations

from interlock.engine.fold.gate.model import Finding, Outcome, Request
from interlock.engine.fold.state import Gate


def agreement(request: Request, gate: Gate, now: int) -> Finding:
    """Hold until the second engine agreed; refuse when it differed or could not say."""
    if request.notifies:
        return Finding("agreement", Outcome.PASS, "notifications need no second engine", {})
    if not gate.second_engine:
        return Finding("agreement", Outcome.PASS, "the operator chose one engine", {})
    numbers: dict[str, int | str | None] = {"needed": request.agree_at, "agreed": gate.agreed}
    if request.disputed:
        return Finding("agreement", Outcome.REFUSE, "the engines do not agree", numbers)
    if gate.agreed < request.agree_at:
        return Finding("agreement", Outcome.HOLD, "the second engine has not answered yet", numbers)
    return Finding("agreement", Outcome.PASS, "both engines found the same joins", numbers)
