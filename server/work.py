"""What passes between the core and a worker in another process.

On the way out a value travels with its type, because a worker in another language must be
told whether 5000 is a number or five seconds.  On the way back it has the JSON form that
``interlock.language.values.admit`` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from interlock.language.values import JsonValue, Type, Value

OutcomeWord = Literal["ok", "error", "timeout", "refused"]
"""How an attempt ended, as ``interlock.engine.executors`` defines it."""


class Typed(NamedTuple):
    """A runtime value and what it is."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Operation:
    """What a worker can do or see; types as definitions write them, e.g. ``list<string>``."""

    name: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHello:
    """A worker introducing itself; limits as in ``executor_service.proto``."""

    worker: str
    executor: str
    operations: tuple[Operation, ...]
    probes: tuple[Operation, ...]
    capacity: int
    version: str = ""


class LeaseKey(NamedTuple):
    """Names one attempt under one lease."""

    intent: str
    attempt: int
    epoch: int


class Lease(NamedTuple):
    """A worker's right to be working on an attempt."""

    key: LeaseKey
    expires_at: int
    """Ms since the epoch, by the service's clock."""


@dataclass(frozen=True, slots=True)
class WorkTarget:
    """What is acted on or looked at, from the inventory."""

    id: str
    attributes: Mapping[str, Typed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One attempt for a worker to perform."""

    lease: Lease
    incident: str
    action: str
    operation: str
    inputs: Mapping[str, Typed]
    target: WorkTarget | None
    idempotency_key: str
    timeout_ms: int
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAssignment:
    """One question for a worker to answer."""

    probe: str
    operation: str
    inputs: Mapping[str, Typed]
    target: WorkTarget | None
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """A lease the worker no longer holds."""

    key: LeaseKey
    reason: str


Work = Assignment | ProbeAssignment | Revocation
"""What a worker is told."""


@dataclass(frozen=True, slots=True)
class Report:
    """How an attempt ended."""

    key: LeaseKey
    outcome: OutcomeWord
    code: str
    message: str
    outputs: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What a probe saw, or why it saw nothing."""

    probe: str
    outputs: Mapping[str, JsonValue]
    error: str
    """Empty when it saw something."""
