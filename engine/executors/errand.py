"""What differs between an attempt and a probe on their way through dispatch.

An errand knows how to call its executor and which entry each kind of end becomes.  What a
plugin answers is checked here: a value the journal could not hold, or one the plugin did
not declare, is the plugin's error and never evidence of success.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from interlock.engine.executors.base import (
    RECALLED,
    Attempt,
    AttemptResult,
    Executor,
    ProbeRequest,
)
from interlock.engine.executors.inputs import first_fault
from interlock.engine.executors.plugin import result_of
from interlock.engine.executors.reports import (
    LeaseLostEntry,
    ObservationEntry,
    RecalledEntry,
    Report,
    ResultEntry,
)
from interlock.engine.executors.text import plain, word
from interlock.errors import ExecutionError, LeaseLost
from interlock.language.values import Field
from interlock.ledger import OUTCOMES


class Errand(Protocol):
    """One piece of work, and the entry each end of it becomes."""

    @property
    def work(self) -> Attempt | ProbeRequest:
        """What was submitted."""
        ...

    @property
    def executor(self) -> str:
        """Name of the executor."""
        ...

    @property
    def lane(self) -> tuple[str, str]:
        """What shares one bound: the executor and the sort of work."""
        ...

    @property
    def timeout_s(self) -> float:
        """Seconds the executor has."""
        ...

    def call(self, executor: Executor) -> Awaitable[object]:
        """Return what to await."""
        ...

    def ended(self, executor: Executor, answer: object) -> Report:
        """It answered."""
        ...

    def failed(self, error: Exception) -> Report:
        """It raised, or did not answer (TimeoutError)."""
        ...

    def lost(self, reason: str) -> Report:
        """It was called, and the answer will never be known."""
        ...

    def unsent(self, reason: str) -> Report:
        """It was not called."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptErrand:
    """An attempt at an action."""

    work: Attempt

    @property
    def executor(self) -> str:
        """Name of the executor."""
        return self.work.executor

    @property
    def lane(self) -> tuple[str, str]:
        """Attempts of one executor share a bound."""
        return (self.work.executor, "attempt")

    @property
    def timeout_s(self) -> float:
        """Seconds the executor has."""
        return self.work.timeout_ms / 1000

    def call(self, executor: Executor) -> Awaitable[object]:
        """Return the executor's coroutine."""
        return executor.execute(self.work)

    def ended(self, executor: Executor, answer: object) -> Report:
        """Return the result, or an error when it is not one the journal can hold."""
        if not isinstance(answer, AttemptResult) or answer.outcome not in OUTCOMES:
            return self._error("bad_result", f"{executor.name} answered no result: {answer!r}")
        manifest = executor.actions.get(self.work.operation)
        declared = {} if manifest is None else manifest.outputs
        wanted = declared if answer.outcome == "ok" else _optional(declared)
        fault = first_fault(wanted, answer.outputs)
        if fault is not None:
            return self._error("bad_outputs", f"outputs of {self.work.operation}: {fault}")
        clean = AttemptResult(
            answer.outcome, word(answer.code), plain(answer.message), dict(answer.outputs)
        )
        return ResultEntry.of(self.work, clean)

    def failed(self, error: Exception) -> Report:
        """Return the entry an exception stands for."""
        match error:
            case LeaseLost():
                return self.lost(plain(str(error)))
            case ExecutionError() if error.details.get("reason") == RECALLED:
                return self.unsent(plain(str(error)))
            case ExecutionError():
                return ResultEntry.of(self.work, result_of(error))
            case TimeoutError():
                message = f"no answer within {self.work.timeout_ms} ms and the grace"
                return ResultEntry.of(self.work, AttemptResult("timeout", "deadline", message))
            case _:
                return self._error("executor_fault", f"{type(error).__name__}: {error}")

    def lost(self, reason: str) -> Report:
        """Return a lost lease."""
        return LeaseLostEntry.of(self.work, reason)

    def unsent(self, reason: str) -> Report:
        """Return a recall."""
        return RecalledEntry.of(self.work, reason)

    def _error(self, code: str, message: str) -> ResultEntry:
        return ResultEntry.of(self.work, AttemptResult("error", code, plain(message)))


@dataclass(frozen=True, slots=True)
class ProbeErrand:
    """A probe."""

    work: ProbeRequest

    @property
    def executor(self) -> str:
        """Name of the executor."""
        return self.work.executor

    @property
    def lane(self) -> tuple[str, str]:
        """Probes of one executor share a bound, apart from its attempts."""
        return (self.work.executor, "probe")

    @property
    def timeout_s(self) -> float:
        """Seconds the executor has."""
        return self.work.timeout_ms / 1000

    def call(self, executor: Executor) -> Awaitable[object]:
        """Return the executor's coroutine."""
        return executor.probe(self.work)

    def ended(self, executor: Executor, answer: object) -> Report:
        """Return the observation, or why what came back is none."""
        declared = executor.probes.get(self.work.operation, {})
        if not isinstance(answer, Mapping):
            return self.lost(f"{executor.name} answered no values: {answer!r}")
        fault = first_fault(declared, answer)
        if fault is not None:
            return self.lost(f"values of {self.work.operation}: {fault}")
        return ObservationEntry.seen(self.work, answer)

    def failed(self, error: Exception) -> Report:
        """Return why it saw nothing."""
        match error:
            case ExecutionError():
                return self.lost(str(error))
            case TimeoutError():
                return self.lost(f"no answer within {self.work.timeout_ms} ms and the grace")
            case _:
                return self.lost(f"{type(error).__name__}: {error}")

    def lost(self, reason: str) -> Report:
        """Return an observation of nothing."""
        return ObservationEntry.failed(self.work, plain(reason))

    unsent = lost


def _optional(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields with none of them required: a failure may have few outputs."""
    return {name: replace(field, optional=True) for name, field in fields.items()}
