"""One connected worker, from its hello to the end of its stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.desk import Desk, Place
from interlock.engine.executors.lease import AttemptTask, LeaseKey, ProbeTask, Reported, Told
from interlock.errors import ExecutionError, ExecutionRefused, NotReady, SignalRejected
from interlock.language.values import JsonValue, Value

CONFIRM_S = 30.0
"""How long a report waits for its place in the journal."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation as a worker declares it: field name to type, e.g. ``list<string>``."""

    name: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHello:
    """A worker introducing itself.

    Attributes:
        worker: its name, unique among workers of the executor.
        operations: actions it performs.
        probes: probes it answers.
        capacity: how much it takes at a time, at least 1.
    """

    worker: str
    operations: tuple[Offer, ...]
    probes: tuple[Offer, ...]
    capacity: int


class Journal(Protocol):
    """What a session asks of its executor."""

    def result_of(self, attempt: Attempt, reported: Reported) -> AttemptResult:
        """Return the typed result of what was reported.

        Raises:
            SignalRejected: an output is not what the operation declares.
        """
        ...

    def observation_of(
        self, request: ProbeRequest, outputs: Mapping[str, JsonValue]
    ) -> Mapping[str, Value]:
        """Return the typed fields of what a probe saw.

        Raises:
            SignalRejected: an output is not what the probe declares.
        """
        ...

    async def record_late(self, worker: str, key: LeaseKey, reported: Reported) -> str:
        """Journal a report that ends nothing any more; return why it does not."""
        ...


class Session:
    """A worker's side of the desk.

    Args:
        place: the worker, already at the desk.
        desk: who works on what.
        journal: the executor.
    """

    def __init__(self, place: Place, desk: Desk, journal: Journal) -> None:
        self._place = place
        self._desk = desk
        self._journal = journal

    @property
    def worker(self) -> str:
        """The worker's name."""
        return self._place.worker

    @property
    def heartbeat_ms(self) -> int:
        """How often the worker is to renew each lease: three times before it lapses."""
        return self._desk.lease_ms // 3

    async def next(self) -> Told:
        """Wait for and return the next thing the worker is to be told.  Cancelling loses nothing.

        Raises:
            NotReady: the session is over; the worker may come again.
        """
        told = await self._place.told.get()
        if told is None:
            self._place.told.put_nowait(None)
            raise NotReady(f"the session of worker {self.worker} is over")
        return told

    def renew(self, key: LeaseKey) -> int:
        """Start a lease anew; return when it ends, in ms since the epoch.

        Raises:
            ExecutionRefused: the worker does not hold it.
        """
        task = self._own(self._desk.held, key)
        if task is None:
            raise ExecutionRefused(f"worker {self.worker} holds no such lease", reason="no_lease")
        return self._desk.renew(task)

    async def report(self, key: LeaseKey, reported: Reported) -> int | None:
        """Take how an attempt ended; return the entry that holds it once that is durable.

        Idempotent: a repeated report returns the first entry.

        Raises:
            ExecutionRefused: the worker does not hold the lease; what it says is journalled
                as late when the lease was its own or an earlier owner's.
            SignalRejected: an output is not what the operation declares; the attempt ended
                with the error ``bad_output``.
            NotReady: nothing was journalled yet; report again.
        """
        task = self._own(self._desk.held, key)
        if task is not None:
            self._end(task, reported)
        task = self._own(self._desk.done, key)
        if task is None:
            raise ExecutionRefused(
                await self._journal.record_late(self.worker, key, reported), reason="late"
            )
        return await _confirmed(task)

    def observe(self, probe: str, outputs: Mapping[str, JsonValue], error: str) -> None:
        """Take what a probe saw, or, when ``error`` is not empty, why it saw nothing.

        Raises:
            ExecutionRefused: nobody waits for this probe of this worker.
            SignalRejected: an output is not what the probe declares.
        """
        task = self._desk.asked.get(probe)
        if task is None or task.worker != self.worker:
            raise ExecutionRefused(f"nobody waits for probe {probe!r}", reason="no_probe")
        try:
            self._answer(task, outputs, error)
        finally:
            self._desk.withdraw(task, "answered")

    def leave(self) -> None:
        """Be told of no more work; what is under way goes on.  Idempotent."""
        self._desk.leave(self._place)

    def close(self) -> None:
        """End the session.  Idempotent."""
        self._desk.close(self._place)

    def _own(self, tasks: Mapping[LeaseKey, AttemptTask], key: LeaseKey) -> AttemptTask | None:
        task = tasks.get(key)
        return task if task is not None and task.worker == self.worker else None

    def _end(self, task: AttemptTask, reported: Reported) -> None:
        self._desk.report(task)
        try:
            result = self._journal.result_of(task.work, reported)
        except SignalRejected as error:
            task.fail(ExecutionError(f"outputs: {error}", reason="bad_output"))
            raise
        if not task.answer.done():
            task.answer.set_result(result)

    def _answer(self, task: ProbeTask, outputs: Mapping[str, JsonValue], error: str) -> None:
        if error:
            task.fail(ExecutionError(error, reason="worker_error"))
            return
        try:
            seen = self._journal.observation_of(task.work, outputs)
        except SignalRejected as fault:
            task.fail(ExecutionError(f"outputs: {fault}", reason="bad_output"))
            raise
        if not task.answer.done():
            task.answer.set_result(seen)


async def _confirmed(task: AttemptTask) -> int | None:
    """Wait for a report's place in the journal.

    Raises:
        NotReady: it took too long.
    """
    try:
        async with asyncio.timeout(CONFIRM_S):
            return await asyncio.shield(task.seq)
    except TimeoutError as error:
        raise NotReady("the report is not journalled yet; report again") from error
