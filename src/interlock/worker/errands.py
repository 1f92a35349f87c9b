"""What a worker has under way; outlives the stream it came by.

Guarantees: a key is done once and an older epoch refused, by ``interlock.ledger``; every
attempt taken ends in one report, and a report is said again on every new stream until the
service has confirmed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import structlog

from interlock import digest
from interlock.errors import ExecutionError, ExecutionRefused, InterlockError
from interlock.ledger import AttemptResult, Claim, Fence, Ledger
from interlock.v1 import executor_pb2 as wire
from interlock.v1.executor_service_pb2 import (
    AttemptReport,
    Goodbye,
    ProbeReport,
    ReportReceipt,
    WorkRequest,
)
from interlock.worker.handler import Handler, W, ended
from interlock.worker.wire import read_assignment, read_question
from interlock.worker.work import Assignment, LeaseKey, Question

MESSAGE_CHARACTERS = 4_000
CODE_CHARACTERS = 64

_OUTCOMES = {
    "ok": wire.ATTEMPT_OUTCOME_OK,
    "error": wire.ATTEMPT_OUTCOME_ERROR,
    "timeout": wire.ATTEMPT_OUTCOME_TIMEOUT,
    "refused": wire.ATTEMPT_OUTCOME_REFUSED,
}

_log = structlog.get_logger(__name__)

Say = Callable[[WorkRequest], None]


class _Running(NamedTuple):
    task: asyncio.Task[None]
    operation: str


class Errands:
    """Attempts and probes under way; for one event loop.

    Args:
        actions: by operation.
        probes: by operation.
        ledger: where effects are remembered.
        group: where functions run.
    """

    def __init__(
        self,
        actions: Mapping[str, Handler[Assignment]],
        probes: Mapping[str, Handler[Question]],
        ledger: Ledger,
        group: asyncio.TaskGroup,
    ) -> None:
        self._actions = actions
        self._probes = probes
        self._ledger = ledger
        self._fence = Fence()
        self._group = group
        self._say: Say | None = None
        self._stopping = False
        self._parted = True  # nothing can come: no stream, or the farewell was said
        self._running: dict[LeaseKey, _Running] = {}
        self._questions: set[asyncio.Task[None]] = set()
        self._unconfirmed: dict[LeaseKey, AttemptReport] = {}
        self._changed = asyncio.Event()

    # --- the stream -------------------------------------------------------------------------

    def connect(self, say: Say) -> None:
        """A stream is open: say again what was not confirmed."""
        self._say = say
        self._parted = False
        for report in self._unconfirmed.values():
            say(WorkRequest(result=report))
        if self._stopping:
            say(WorkRequest(goodbye=Goodbye()))

    def disconnect(self) -> None:
        """The stream is gone; what is under way goes on."""
        self._say = None
        self.part()

    def held(self) -> Iterable[LeaseKey]:
        """Return the leases that need a heartbeat."""
        return tuple(self._running)

    # --- what the service says --------------------------------------------------------------

    def take(self, message: wire.Assignment) -> None:
        """Begin an attempt."""
        key = LeaseKey(message.intent_id, message.attempt, message.epoch)
        if key not in self._running and key not in self._unconfirmed:
            self._running[key] = _Running(
                self._group.create_task(self._attempt(key, message)), message.operation
            )

    def ask(self, message: wire.ProbeAssignment) -> None:
        """Begin to answer a probe."""
        task = self._group.create_task(self._answer(message))
        self._questions.add(task)
        task.add_done_callback(self._questions.discard)

    def revoke(self, key: LeaseKey, reason: str) -> None:
        """Stop an attempt whose lease is gone, where that is possible."""
        _log.warning("lease_revoked", intent=key.intent, attempt=key.attempt, reason=reason)
        running = self._running.get(key)
        if running is not None:
            self._cancel(running)

    def confirm(self, receipt: ReportReceipt) -> None:
        """A report was journalled or refused: it need not be said again."""
        if receipt.HasField("lease"):
            lease = receipt.lease
            self._unconfirmed.pop(LeaseKey(lease.intent_id, lease.attempt, lease.epoch), None)
            self._changed.set()
        if not receipt.accepted:
            _log.warning("report_refused", reason=receipt.reason)

    def part(self) -> None:
        """The service has said farewell: it assigns nothing more."""
        self._parted = True
        self._changed.set()

    # --- the end ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Take nothing more, and let the service know."""
        self._stopping = True
        self._tell(WorkRequest(goodbye=Goodbye()))

    async def idle(self) -> None:
        """Wait until everything is done and confirmed and nothing more can come."""
        while self._running or self._unconfirmed or not self._parted:
            self._changed.clear()
            await self._changed.wait()

    def cancel(self) -> None:
        """Stop everything, where that is possible."""
        for task in self._questions:
            task.cancel()
        for running in self._running.values():
            self._cancel(running)

    def _cancel(self, running: _Running) -> None:
        """Cancel what can be; a thread goes on to its end, and what came of it is remembered."""
        handler = self._actions.get(running.operation)
        if handler is None or handler.stoppable:
            running.task.cancel()

    # --- the work ---------------------------------------------------------------------------

    async def _attempt(self, key: LeaseKey, message: wire.Assignment) -> None:
        try:
            result = await self._result(message)
            report = AttemptReport(
                lease=wire.LeaseKey(intent_id=key.intent, attempt=key.attempt, epoch=key.epoch),
                outcome=_OUTCOMES[result.outcome],
                code=result.code[:CODE_CHARACTERS],
                message=result.message[:MESSAGE_CHARACTERS],
            )
            if result.outputs:
                written = self._actions[message.operation].write(result.outputs)
                report.MergeFrom(AttemptReport(outputs=written))
            self._unconfirmed[key] = report
            self._tell(WorkRequest(result=report))
        finally:
            del self._running[key]
            self._changed.set()

    async def _result(self, message: wire.Assignment) -> AttemptResult:
        """Return how an attempt ended; whatever happened, its lease needs a result."""
        try:
            handler = _known(self._actions, message.operation)
            work = read_assignment(message)
            self._admit(work)
            return await self._ledger.once(
                _claim(message), lambda: _perform(handler, work), repeats_unknown=handler.repeatable
            )
        except InterlockError as error:
            return ended(error)

    def _admit(self, work: Assignment) -> None:
        if self._stopping:
            raise ExecutionRefused("the worker is stopping", reason="stopping")
        fenced = (
            f"operation {work.operation}" if work.target is None else f"target {work.target.id}"
        )
        self._fence.admit(fenced, work.epoch)

    async def _answer(self, message: wire.ProbeAssignment) -> None:
        report = ProbeReport(probe_id=message.probe_id)
        try:
            handler = _known(self._probes, message.operation)
            seen = await handler.run(read_question(message))
            report = ProbeReport(probe_id=message.probe_id, outputs=handler.write(seen))
        except Exception as error:  # noqa: BLE001  # an author's function may raise anything
            if not isinstance(error, InterlockError):
                _log.exception("worker_fault", operation=message.operation)
            report.error = ended(error).message[:MESSAGE_CHARACTERS]
        self._tell(WorkRequest(probe_result=report))

    def _tell(self, request: WorkRequest) -> None:
        if self._say is not None:
            self._say(request)


def _known(handlers: Mapping[str, Handler[W]], operation: str) -> Handler[W]:
    handler = handlers.get(operation)
    if handler is None:
        raise ExecutionRefused(f"there is no operation {operation!r}", reason="unknown_operation")
    return handler


async def _perform(handler: Handler[Assignment], work: Assignment) -> AttemptResult:
    """Do the work; a refusal is passed on, because the ledger must not remember it."""
    try:
        return AttemptResult("ok", outputs=await handler.run(work))
    except ExecutionRefused:
        raise
    except ExecutionError as error:
        return ended(error)
    except Exception as error:  # noqa: BLE001  # an author's function may raise anything
        _log.exception("worker_fault", operation=work.operation)
        return ended(error)


def _claim(message: wire.Assignment) -> Claim:
    """Return what the attempt claims its key for."""
    asked = wire.Assignment(
        action=message.action, operation=message.operation, inputs=message.inputs
    )
    target = message.target.id if message.HasField("target") else ""
    request = digest.digest([asked.SerializeToString(deterministic=True).hex(), target])
    return Claim(message.idempotency_key, message.attempt, request)
