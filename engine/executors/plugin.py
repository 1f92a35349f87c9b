"""The frame Interlock's own executors share, so that each file holds only its work.

In order: the operation is known, its inputs are what it declares, the fence passes the
epoch, the ledger has no answer yet, and only then the work starts, under its deadline.
Plugin authors may build on ``Plugin`` or implement ``Executor`` from scratch; the contract
suite is the same.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Never

from interlock import digest
from interlock.engine.executors.base import (
    Attempt,
    AttemptResult,
    Manifest,
    OutcomeWord,
    ProbeRequest,
)
from interlock.engine.executors.inputs import check_inputs
from interlock.engine.executors.text import plain, word
from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout, LeaseLost
from interlock.language.values import Field, Value
from interlock.ledger import Claim, Fence, Ledger


class Plugin(ABC):
    """An executor that only has to say how the work is done.

    Args:
        name: what contracts write in ``executor:``.
        actions: operation to its manifest.
        probes: probe operation to its manifest; the outputs are what it observes.
        ledger: where effects are remembered; in memory by default.
    """

    slack_ms: ClassVar[int] = 0
    """How much longer than the timeout the work may take to end in order, in ms."""

    def __init__(
        self,
        name: str,
        *,
        actions: Mapping[str, Manifest],
        probes: Mapping[str, Manifest],
        ledger: Ledger | None = None,
    ) -> None:
        self.name = name
        self.actions = dict(actions)
        self.probe_manifests = dict(probes)
        self._fence = Fence()
        self._ledger = ledger or Ledger()

    @property
    def probes(self) -> Mapping[str, Mapping[str, Field]]:
        """Probe operation to the fields it observes."""
        return {name: manifest.outputs for name, manifest in self.probe_manifests.items()}

    async def execute(self, attempt: Attempt) -> AttemptResult:
        """Do the work once; see ``Executor.execute``.

        Raises:
            ExecutionRefused: nothing was done: unknown operation, bad input, old epoch.
        """
        self._check(attempt)
        self._fence.admit(_fenced(attempt), attempt.epoch)
        return await self._ledger.once(claim_of(attempt), lambda: self._in_time(attempt))

    async def probe(self, request: ProbeRequest) -> Mapping[str, Value]:
        """Observe; see ``Executor.probe``.

        Raises:
            ExecutionTimeout: it did not answer in time.
            ExecutionRefused: unknown probe or bad input.
        """
        manifest = self.probe_manifests.get(request.operation)
        if manifest is None:
            self._unknown("probe", request.operation, self.probe_manifests)
        check_inputs(manifest.inputs, request.inputs)
        try:
            async with asyncio.timeout((request.timeout_ms + self.slack_ms) / 1000):
                return await self._observe(request)
        except TimeoutError as error:
            raise ExecutionTimeout(f"no answer within {request.timeout_ms} ms") from error

    async def close(self) -> None:
        """Release what is held."""
        return

    def _check(self, attempt: Attempt) -> None:
        """Refuse an attempt that names no operation or gives it wrong inputs."""
        manifest = self.actions.get(attempt.operation)
        if manifest is None:
            self._unknown("action", attempt.operation, self.actions)
        check_inputs(manifest.inputs, attempt.inputs)

    @abstractmethod
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        """Do the work of a checked attempt; may raise any ExecutionError."""

    @abstractmethod
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        """Answer a checked probe; may raise any ExecutionError."""

    async def _in_time(self, attempt: Attempt) -> AttemptResult:
        try:
            async with asyncio.timeout((attempt.timeout_ms + self.slack_ms) / 1000):
                return await self._perform(attempt)
        except TimeoutError:
            return AttemptResult("timeout", "deadline", f"no end within {attempt.timeout_ms} ms")
        except (ExecutionRefused, LeaseLost):
            raise  # dispatch tells them apart from results; the ledger must not record them
        except ExecutionError as error:
            return result_of(error)

    def _unknown(self, what: str, operation: str, known: Mapping[str, Manifest]) -> Never:
        names = ", ".join(sorted(known)) or "none"
        raise ExecutionRefused(
            f"executor {self.name} has no {what} {operation!r}; it has: {names}",
            reason="unknown_operation",
        )


def claim_of(attempt: Attempt) -> Claim:
    """Return what an attempt claims its key for: the action, its inputs and its target."""
    target = None if attempt.target is None else attempt.target["id"]
    asked = [attempt.action, attempt.operation, dict(attempt.inputs), target]
    return Claim(attempt.idempotency_key, attempt.attempt, digest.digest(asked))


def result_of(error: ExecutionError) -> AttemptResult:
    """Return the result an executor's error stands for; ``details['reason']`` is its code."""
    code = error.details.get("reason", error.code)
    return AttemptResult(_outcome(error), word(str(code)), plain(str(error)))


def _outcome(error: ExecutionError) -> OutcomeWord:
    match error:
        case ExecutionTimeout():
            return "timeout"
        case ExecutionRefused():
            return "refused"
        case _:
            return "error"


def _fenced(attempt: Attempt) -> str:
    """Return what the fence guards: the target, or the operation when there is none."""
    if attempt.target is None:
        return f"operation {attempt.operation}"
    return f"target {attempt.target['id']}"
