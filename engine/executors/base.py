"""The seam between deciding and doing: what an executor is given and what it answers.

An executor is asked only for intents that are already durable and that the gate let pass.
It promises three things, which ``tests/contract/test_executor_contract.py`` holds every
executor to: one idempotency key has one effect, an older fencing epoch is refused, and
every call ends by its timeout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.language.values import Field, Value
from interlock.ledger.result import AttemptResult, OutcomeWord  # pure, unlike its neighbours

__all__ = [
    "RECALLED",
    "Attempt",
    "AttemptResult",
    "Executor",
    "Manifest",
    "OutcomeWord",
    "ProbeRequest",
]

RECALLED = "recalled"
"""Reason of an ``ExecutionRefused`` that means: a freeze came before it was handed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at an action, released by the core after its durable decision.

    Attributes:
        intent: identifier of the action intent; the same over all its attempts.
        attempt: number of this try, from 1.
        epoch: fencing epoch of the owner that sends it; a newer owner has a larger one.
        incident: the incident it is for.
        action: name of the action contract, e.g. ``web.restart``.
        executor: name of the executor that is to do it.
        inputs: runtime values, typed and checked by the contract.
        target: the inventory's attributes of what is acted on, with its ``id``; None when
            the contract has no target.
        idempotency_key: the same over attempts, restarts and replays of one intent.
        timeout_ms: how long the executor may take, in ms; at least 1.
        operation: what the executor is to do; empty means the part of ``action`` after its
            last dot.
        scopes: the scopes a freeze of which covers it, e.g. ``executor:command``.
    """

    intent: str
    attempt: int
    epoch: int
    incident: str
    action: str
    executor: str
    inputs: Mapping[str, Value]
    target: Mapping[str, Value] | None
    idempotency_key: str
    timeout_ms: int
    operation: str = ""
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Name the operation after the action when the contract does not name one."""
        if not self.operation:
            object.__setattr__(self, "operation", self.action.rpartition(".")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """One question about the world; probes change nothing and may be repeated freely.

    Attributes:
        id: identifier under which the observation is journalled.
        probe: name of the probe, ``executor.operation``.
        executor: name of the executor that answers.
        inputs: runtime values, typed and checked by the contract.
        target: the inventory's attributes of what is looked at; None when there is none.
        timeout_ms: how long the executor may take, in ms; at least 1.
        operation: which probe of the executor; empty means the part of ``probe`` after its
            last dot.
    """

    id: str
    probe: str
    executor: str
    inputs: Mapping[str, Value]
    target: Mapping[str, Value] | None
    timeout_ms: int
    operation: str = ""

    def __post_init__(self) -> None:
        """Name the operation after the probe when the request does not name one."""
        if not self.operation:
            object.__setattr__(self, "operation", self.probe.rpartition(".")[2])


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one operation takes and gives.

    Attributes:
        inputs: field of every input it takes.
        outputs: field of every output it may give.
        doc: one sentence for authors.
    """

    inputs: Mapping[str, Field] = field(default_factory=dict)
    outputs: Mapping[str, Field] = field(default_factory=dict)
    doc: str = ""


class Executor(Protocol):
    """A plugin that does the work; entry point group ``interlock.executors``.

    An entry point names a factory ``(settings: Mapping[str, str]) -> Executor``.  All calls
    come from one event loop and may overlap.
    """

    @property
    def name(self) -> str:
        """The name contracts use in ``executor:``."""
        ...

    @property
    def actions(self) -> Mapping[str, Manifest]:
        """Operation to its manifest."""
        ...

    @property
    def probes(self) -> Mapping[str, Mapping[str, Field]]:
        """Probe operation to the fields it observes."""
        ...

    async def execute(self, attempt: Attempt) -> AttemptResult:
        """Do the work once and say how it ended.

        Idempotent: a repeated attempt is answered from the record of the first.

        Raises:
            ExecutionRefused: nothing was done: unknown operation, bad input, old epoch.
            ExecutionTimeout: the deadline passed and the effect is unknown.
            ExecutionError: the work failed.
            LeaseLost: who was doing it has gone and the effect is unknown.
        """
        ...

    async def probe(self, request: ProbeRequest) -> Mapping[str, Value]:
        """Observe and return the probe's declared fields.

        Raises:
            ExecutionError: nothing could be observed; the message says why.
        """
        ...

    async def close(self) -> None:
        """Release what is held; called once, when nothing is running any more."""
        ...
