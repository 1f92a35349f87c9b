"""What comes back from executors: the entries that dispatch hands to the journal.

One of ``ResultEntry``, ``LeaseLostEntry`` and ``RecalledEntry`` ends every attempt; one
``ObservationEntry`` ends every probe.  ``body`` is the entry's body but for ``at``, which
the journal stamps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.model import Kind
from interlock.language.values import Value

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """How an attempt ended; a late one carries the old epoch and is recorded, not applied."""

    intent: str
    attempt: int
    epoch: int
    result: AttemptResult

    @classmethod
    def of(cls, attempt: Attempt, result: AttemptResult) -> ResultEntry:
        """Return the entry that ends the attempt with a result."""
        return cls(attempt.intent, attempt.attempt, attempt.epoch, result)

    def body(self) -> Body:
        """Return the canonical body without ``at``."""
        return _about(self, Kind.RESULT) | {
            "outcome": self.result.outcome,
            "code": self.result.code,
            "message": self.result.message,
            "outputs": dict(self.result.outputs),
        }


@dataclass(frozen=True, slots=True)
class LeaseLostEntry:
    """It was sent and nobody knows what became of it."""

    intent: str
    attempt: int
    epoch: int
    reason: str

    @classmethod
    def of(cls, attempt: Attempt, reason: str) -> LeaseLostEntry:
        """Return the entry that ends the attempt as lost."""
        return cls(attempt.intent, attempt.attempt, attempt.epoch, reason)

    def body(self) -> Body:
        """Return the canonical body without ``at``."""
        return _about(self, Kind.LEASE_LOST) | {"reason": self.reason}


STOPPING = "dispatch is shutting down"
"""Reason of a recall after which this process sends nothing more."""


@dataclass(frozen=True, slots=True)
class RecalledEntry:
    """It was not sent; nothing was done."""

    intent: str
    attempt: int
    epoch: int
    reason: str

    @classmethod
    def of(cls, attempt: Attempt, reason: str) -> RecalledEntry:
        """Return the entry that ends the attempt before it was sent."""
        return cls(attempt.intent, attempt.attempt, attempt.epoch, reason)

    def body(self) -> Body:
        """Return the canonical body without ``at``."""
        stopping = self.reason == STOPPING
        return _about(self, Kind.RECALLED) | {"reason": self.reason, "stopping": stopping}


@dataclass(frozen=True, slots=True)
class ObservationEntry:
    """What a probe saw (``data``), or why it saw nothing (``error``); never both."""

    probe: str
    data: Mapping[str, Value] | None
    error: str | None

    @classmethod
    def seen(cls, request: ProbeRequest, data: Mapping[str, Value]) -> ObservationEntry:
        """Return the entry of an answered probe."""
        return cls(request.id, dict(data), None)

    @classmethod
    def failed(cls, request: ProbeRequest, error: str) -> ObservationEntry:
        """Return the entry of a probe that saw nothing."""
        return cls(request.id, None, error)

    def body(self) -> Body:
        """Return the canonical body without ``at``."""
        data = None if self.data is None else dict(self.data)
        return {
            "kind": Kind.OBSERVATION.value,
            "probe": self.probe,
            "data": data,
            "error": self.error,
        }


AttemptEntry = ResultEntry | LeaseLostEntry | RecalledEntry
"""What ends an attempt."""

Report = AttemptEntry | ObservationEntry
"""What ends a piece of work."""

Reporter = Callable[[Report], Awaitable[int | None]]
"""Journals a report; returns its sequence number once it is durable (None: not known)."""


@runtime_checkable
class HandsOn(Protocol):
    """An executor that hands work on to others, and so outlives the call that brought it."""

    def bind(
        self,
        *,
        report: Reporter,
        frozen: Callable[[Attempt], str | None],
        epoch: Callable[[], int],
    ) -> None:
        """Take what dispatch itself decides and reports by."""
        ...

    def confirm(self, work: Attempt | ProbeRequest, seq: int | None) -> None:
        """The report of ``work`` is entry ``seq`` of the journal."""
        ...


def _about(entry: AttemptEntry, kind: Kind) -> Body:
    return {
        "kind": kind.value,
        "intent": entry.intent,
        "attempt": entry.attempt,
        "epoch": entry.epoch,
    }
