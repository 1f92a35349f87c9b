"""Incidents and moves as the tests of the services need them."""

from __future__ import annotations

from interlock.server.views import (
    Answer,
    Explanation,
    Incident,
    Position,
    Question,
    Transition,
)
from tests.fakes.core import MemoryCore

QUESTION = Question(
    id="ask-1",
    text="Go on?",
    shown=("service: shop",),
    role="keeper",
    quorum=2,
    excluded=("mallory",),
    choices=("approve", "reject"),
    asked_at=1000,
    expires_at=601_000,
    answers=(
        Answer(
            actor="bo",
            roles=("keeper",),
            choice="approve",
            reason="seen it",
            at=2000,
            position=Position(0, 9),
        ),
    ),
)
FORKED = {"parent": "inc-1", "branch": "db", "machine": "web-down/fixing/db"}
"""A branch of the first incident."""


def incident(number: int = 1, **fields: object) -> Incident:
    given: dict[str, object] = {
        "id": f"inc-{number}",
        "machine": "web-down",
        "version": "ab" * 32,
        "subject": "checkout",
        "state": "repair.restart",
        "opened_at": 1000 + number,
        "changed_at": 2000 + number,
        "position": Position(0, number),
        "title": "The web server does not answer",
        "severity": "high",
        "rule": "web-is-down",
    }
    return Incident(**{**given, **fields})  # type: ignore[arg-type]  # whatever a test wants


def transition(number: int = 1, **fields: object) -> Transition:
    given: dict[str, object] = {
        "incident": "inc-1",
        "machine": "web-down",
        "source": "diagnose",
        "trigger": "met",
        "destination": "repair",
        "at": 1000 * number,
        "position": Position(0, number),
    }
    return Transition(**{**given, **fields})  # type: ignore[arg-type]  # whatever a test wants


def explanation() -> Explanation:
    signal = Explanation("signal", "s3", "web.down from prober-eu1", Position(0, 3), 1500)
    firing = Explanation("firing", "fir-1", "web-is-down fired", Position(0, 4), 1500, (signal,))
    return Explanation("incident", "inc-1", "web-down for checkout", None, None, (firing,))


def core_with(count: int) -> MemoryCore:
    """Return a core with so many incidents, of which every other is closed."""
    core = MemoryCore()
    for number in range(1, count + 1):
        closed = {} if number % 2 else {"closed_at": 3000, "outcome": "resolved"}
        core.incidents[f"inc-{number}"] = incident(number, **closed)
        core.transitions.append(transition(number, incident=f"inc-{number}"))
    core.reasons["inc-1"] = explanation()
    return core
