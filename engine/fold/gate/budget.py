"""Budgets: how many attempts a window of time may see, whoever asks for them."""

from __future__ import annotations

from collections import deque

from interlock.engine.fold.gate.model import Budget, Finding, Outcome, Request
from interlock.engine.fold.state import Gate

EVERYTHING = Budget(key="everything", most=120, per_ms=3_600_000)
"""The limit over all that acts: a storm of incidents meets it before production does."""


def applicable(request: Request) -> tuple[Budget, ...]:
    """Return the budgets that bound an intent.

    A notification has only its contract's: when a storm has spent what automation may do,
    people must still hear of it.
    """
    return request.budgets if request.notifies else (*request.budgets, EVERYTHING)


def budget(request: Request, gate: Gate, now: int) -> Finding:
    """Refuse when any budget that applies is spent; the tightest one is reported."""
    lefts = [(b.most - used(gate, b, now), b) for b in applicable(request)]
    if not lefts:
        return Finding("budget", Outcome.PASS, "the contract sets no limit", {})
    left, tightest = min(lefts, key=lambda pair: (pair[0], pair[1].key))
    numbers: dict[str, int | str | None] = {
        "key": tightest.key,
        "used": tightest.most - left,
        "most": tightest.most,
        "per_ms": tightest.per_ms,
    }
    if left <= 0:
        reason = f"{tightest.most} attempts per {tightest.per_ms} ms are spent for {tightest.key}"
        return Finding("budget", Outcome.REFUSE, reason, numbers)
    return Finding("budget", Outcome.PASS, f"{left} attempts left for {tightest.key}", numbers)


def used(gate: Gate, limit: Budget, now: int) -> int:
    """Return how many attempts the window ending now has seen."""
    since = now - limit.per_ms
    return sum(1 for at in gate.spent.get(limit.key, ()) if at > since)


def spend(request: Request, gate: Gate, now: int) -> None:
    """Count one attempt against every budget, forgetting those no window can see."""
    for limit in applicable(request):
        times = gate.spent.setdefault(limit.key, deque())
        while times and times[0] <= now - limit.per_ms:
            times.popleft()
        times.append(now)


def give_back(request: Request, gate: Gate, spent_at: int) -> None:
    """Take back what an attempt spent that was never sent."""
    for limit in applicable(request):
        times = gate.spent.get(limit.key)
        if times and spent_at in times:
            times.remove(spent_at)
