"""What a worker holds while it works, what it is told, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Self, TypeVar

from interlock.engine.executors.base import Attempt, AttemptResult, OutcomeWord, ProbeRequest
from interlock.language.values import JsonValue, Value

W = TypeVar("W", Attempt, ProbeRequest)
A = TypeVar("A")


class LeaseKey(NamedTuple):
    """Names one attempt under one lease."""

    intent: str
    attempt: int
    epoch: int

    @classmethod
    def of(cls, attempt: Attempt) -> LeaseKey:
        """Return the key of an attempt."""
        return cls(attempt.intent, attempt.attempt, attempt.epoch)


@dataclass(frozen=True, slots=True)
class Assigned:
    """An attempt the worker is to perform; it holds the lease until ``expires_at``."""

    attempt: Attempt
    expires_at: int
    """Ms since the epoch, by the service's clock."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe the worker is to answer."""

    request: ProbeRequest


@dataclass(frozen=True, slots=True)
class Revoked:
    """A lease the worker no longer holds."""

    key: LeaseKey
    reason: str


Told = Assigned | Asked | Revoked
"""What a worker is told."""


@dataclass(frozen=True, slots=True)
class Reported:
    """How a worker says an attempt ended; outputs in their JSON form, not yet checked."""

    outcome: OutcomeWord
    code: str = ""
    message: str = ""
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Task(Generic[W, A]):
    """One piece of work on its way through workers.

    Attributes:
        work: what is to be done.
        answer: what the executor's caller waits for.
        seq: the journal entry of its report, once that is durable.
        worker: who holds it; None while it waits.
        lapse: the clock of its lease.
    """

    work: W
    answer: asyncio.Future[A]
    seq: asyncio.Future[int | None]
    worker: str | None = None
    lapse: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, work: W) -> Self:
        """Return the task of a piece of work, for the running event loop."""
        loop = asyncio.get_running_loop()
        return cls(work, loop.create_future(), loop.create_future())

    def fail(self, error: Exception) -> None:
        """End the wait for the answer with an error, if anybody still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)


class AttemptTask(Task[Attempt, AttemptResult]):
    """An attempt."""


class ProbeTask(Task[ProbeRequest, Mapping[str, Value]]):
    """A probe."""


AnyTask = AttemptTask | ProbeTask
