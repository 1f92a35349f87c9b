"""Freshness: no acting on evidence older than the action's contract allows."""

from __future__ import annotations

from interlock.engine.fold.gate.model import Finding, Outcome, Request
from interlock.engine.fold.state import Gate


def freshness(request: Request, gate: Gate, now: int) -> Finding:
    """Refuse when the oldest fact behind the incident was last seen too long ago."""
    limit = request.evidence_max_age_ms
    if limit is None:
        return Finding("freshness", Outcome.PASS, "the contract sets no maximum age", {})
    if request.evidence_at is None:
        reason = "nothing is known of the evidence behind this incident"
        return Finding("freshness", Outcome.REFUSE, reason, {"limit_ms": limit, "age_ms": None})
    age = now - request.evidence_at
    numbers: dict[str, int | str | None] = {"limit_ms": limit, "age_ms": age}
    if age > limit:
        reason = f"the evidence is {age} ms old; at most {limit} ms is allowed"
        return Finding("freshness", Outcome.REFUSE, reason, numbers)
    return Finding("freshness", Outcome.PASS, f"the evidence is {age} ms old", numbers)
