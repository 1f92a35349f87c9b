"""What a worker's functions are given and give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

Scalar: TypeAlias = str | int | bool | Decimal | datetime | timedelta
"""One plain value; a datetime has a zone."""

WorkerValue: TypeAlias = Scalar | float | Sequence[Scalar | float]
"""What an output may be; inputs are never floats: a ``double`` arrives as a Decimal."""


class LeaseKey(NamedTuple):
    """Names one attempt under one lease."""

    intent: str
    attempt: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on or looked at: an entry of the inventory."""

    id: str
    attributes: Mapping[str, Scalar | Sequence[Scalar]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One attempt at an action.

    Attributes:
        intent: identifier of the action; the same over all its attempts.
        attempt: number of this try, from 1.
        epoch: fencing epoch of the owner; pass it on to whatever can check it.
        incident: the incident it is for.
        action: the action as its contract names it.
        operation: what is to be done.
        inputs: by name, as declared.
        target: what to act on; None when the contract has none.
        idempotency_key: the same over attempts and restarts; pass it on, too.
        timeout: how long the work may take.
        traceparent: W3C trace context; empty when there is none.
    """

    intent: str
    attempt: int
    epoch: int
    incident: str
    action: str
    operation: str
    inputs: Mapping[str, Scalar | Sequence[Scalar]]
    target: Target | None
    idempotency_key: str
    timeout: timedelta
    traceparent: str

    @property
    def lease(self) -> LeaseKey:
        """The lease it is done under."""
        return LeaseKey(self.intent, self.attempt, self.epoch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question about the world; answering it changes nothing.

    Attributes:
        id: identifier of the question.
        operation: which probe.
        inputs: by name, as declared.
        target: what to look at; None when there is nothing particular.
        timeout: how long the answer may take.
    """

    id: str
    operation: str
    inputs: Mapping[str, Scalar | Sequence[Scalar]]
    target: Target | None
    timeout: timedelta
