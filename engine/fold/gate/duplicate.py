"""Duplicate in flight: the same work is not asked for twice at a time."""

from __future__ import annotations

from interlock.engine.fold.gate.model import Finding, Outcome, Request
from interlock.engine.fold.state import Gate


def duplicate(request: Request, gate: Gate, now: int) -> Finding:
    """Refuse an intent whose work another live intent is already doing."""
    numbers: dict[str, int | str | None] = {"in_flight": len(request.rivals), "work": request.work}
    if request.rivals:
        reason = f"{request.rivals[0]} is already doing {request.work}"
        return Finding("duplicate", Outcome.REFUSE, reason, numbers)
    return Finding("duplicate", Outcome.PASS, "no other intent does this work", numbers)
