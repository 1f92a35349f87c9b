"""Judge one intent by every interlock."""

from __future__ import annotations

from interlock.engine.fold.gate.agreement import agreement
from interlock.engine.fold.gate.budget import budget
from interlock.engine.fold.gate.duplicate import duplicate
from interlock.engine.fold.gate.freeze import freeze
from interlock.engine.fold.gate.freshness import freshness
from interlock.engine.fold.gate.lock import lock
from interlock.engine.fold.gate.model import Outcome, Request, Verdict
from interlock.engine.fold.state import Gate

INTERLOCKS = (freeze, agreement, duplicate, lock, freshness, budget)
"""Every interlock, in the order findings are listed; none can be skipped."""

_WORST = (Outcome.REFUSE, Outcome.HOLD)


def judge(request: Request, gate: Gate, now: int) -> Verdict:
    """Return the verdict on a request; reads nothing but its arguments.

    Args:
        request: the intent.
        gate: limits, locks and freezes as they stand.
        now: logical time, ms.
    """
    findings = tuple(interlock(request, gate, now) for interlock in INTERLOCKS)
    outcomes = {finding.outcome for finding in findings}
    outcome = next((o for o in _WORST if o in outcomes), Outcome.PASS)
    return Verdict(outcome, findings)
