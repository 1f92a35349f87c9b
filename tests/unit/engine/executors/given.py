"""Attempts and probes as the core would send them, with what a test does not care about."""

from __future__ import annotations

from typing import Any

from interlock.engine.executors.base import Attempt, ProbeRequest


def attempt(**changes: Any) -> Attempt:
    """Return attempt 1 of intent ``act-1`` on target ``web-1`` under epoch 1."""
    given: dict[str, Any] = {
        "intent": "act-1",
        "attempt": 1,
        "epoch": 1,
        "incident": "inc-1",
        "action": "scripted.restart",
        "executor": "scripted",
        "inputs": {"name": "web"},
        "target": {"id": "web-1"},
        "idempotency_key": "key-1",
        "timeout_ms": 1_000,
    }
    return Attempt(**{**given, **changes})


def probe(**changes: Any) -> ProbeRequest:
    """Return probe ``probe-1`` of target ``web-1``."""
    given: dict[str, Any] = {
        "id": "probe-1",
        "probe": "scripted.check",
        "executor": "scripted",
        "inputs": {"name": "web"},
        "target": {"id": "web-1"},
        "timeout_ms": 1_000,
    }
    return ProbeRequest(**{**given, **changes})
