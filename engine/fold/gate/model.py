"""What the gate is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What an interlock, or the whole gate, says."""

    PASS = "pass"
    HOLD = "hold"
    REFUSE = "refuse"


HOLDING = ("freeze", "agreement", "lock")
"""The interlocks that may hold an intent; what they hold is judged again when they may let go."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``most`` attempts with one key in any ``per_ms``.

    Attributes:
        key: what is counted together, e.g. ``service.restart:web-1``.
        most: attempts allowed, at least 1.
        per_ms: length of the sliding window in ms.
    """

    key: str
    most: int
    per_ms: int


@dataclass(frozen=True, slots=True)
class Request:
    """An intent as the gate sees it.

    Attributes:
        intent: its id.
        scopes: the scopes a freeze of which covers it.
        notifies: True for a notification, which changes nothing in production.
        target: inventory id, or None when the contract has no target.
        work: action and contract key: equal means the same work.
        rivals: other live intents with the same work, sorted.
        budgets: counted limits that apply.
        evidence_at: when the oldest fact behind the incident was last seen, ms; None when
            nothing is known of it.
        evidence_max_age_ms: how old that may be; None when the contract does not say.
        agree_at: position the second engine must have agreed through.
        disputed: whether the engines differed about the incident's firings.
    """

    intent: str
    scopes: tuple[str, ...]
    notifies: bool
    target: str | None
    work: str
    rivals: tuple[str, ...]
    budgets: tuple[Budget, ...]
    evidence_at: int | None
    evidence_max_age_ms: int | None
    agree_at: int
    disputed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What one interlock says, with the numbers it was made from."""

    interlock: str
    outcome: Outcome
    reason: str
    numbers: Mapping[str, int | str | None]

    def body(self) -> dict[str, object]:
        """Return the journalled form."""
        return {
            "interlock": self.interlock,
            "outcome": str(self.outcome),
            "reason": self.reason,
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer: the worst finding decides."""

    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """The reasons of the findings that decided, joined for people."""
        return "; ".join(f.reason for f in self.findings if f.outcome is self.outcome)

    def body(self) -> dict[str, object]:
        """Return the journalled form."""
        return {
            "outcome": str(self.outcome),
            "findings": [finding.body() for finding in self.findings],
        }
