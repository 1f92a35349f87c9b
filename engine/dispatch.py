"""Sends what the gate let pass to executors and reports what came of it.

::

    submit ─► lane of the executor ─► owner still? not frozen? ─► executor ─► report
              (bounded, with deadline)   (checked last of all)     (deadline)   (exactly one)

Guarantees:

* every attempt taken by ``submit`` ends in exactly one report, whatever the executor does:
  a result, a lost lease, or a recall when it was never sent; every probe in one observation;
* between the last check of epoch and freeze and the call there is no await;
* a hung executor holds its own lane only, and nothing past timeout and grace;
* when a report cannot be journalled, ``run`` ends with that error and nothing more is sent.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import structlog

from interlock.engine.executors.base import Attempt, Executor, ProbeRequest
from interlock.engine.executors.call import Call
from interlock.engine.executors.errand import AttemptErrand, Errand, ProbeErrand
from interlock.engine.executors.reports import STOPPING, HandsOn, Report, Reporter
from interlock.errors import ExecutionError, ExecutionRefused, Overloaded

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the dispatcher.

    Attributes:
        per_executor: attempts one executor does at a time; as many probes besides.
        total: calls under way over all executors.
        waiting: work taken and not yet ended; beyond it ``submit`` refuses.
        grace_ms: how much longer than its timeout a call may take, in ms; then it is
            cancelled, and has as long again to end in order.
    """

    per_executor: int = 8
    total: int = 32
    waiting: int = 1_000
    grace_ms: int = 5_000


class Dispatcher:
    """Takes work from the core and keeps executors within bounds.

    Args:
        executors: by name.
        report: journals a report and returns once it is durable; must work until ``run``
            has returned.
        frozen: why an attempt may not be sent at this moment; None when it may.
        epoch: the fencing epoch this process owns now.
        limits: see ``Limits``.
    """

    def __init__(
        self,
        executors: Mapping[str, Executor],
        *,
        report: Reporter,
        frozen: Callable[[Attempt], str | None],
        epoch: Callable[[], int],
        limits: Limits | None = None,
    ) -> None:
        self._executors = dict(executors)
        others: list[object] = list(executors.values())
        for executor in others:
            if isinstance(executor, HandsOn):
                executor.bind(report=report, frozen=frozen, epoch=epoch)
        self._report = report
        self._frozen = frozen
        self._epoch = epoch
        self._limits = limits or Limits()
        self._lanes: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._total = asyncio.Semaphore(self._limits.total)
        self._lock = threading.Lock()  # guards what submit touches from other threads
        self._arrived: deque[Errand] = deque()
        self._starting: deque[Errand] = deque()  # each has a task that will take it from here
        self._in_hand = 0
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def in_hand(self) -> int:
        """Work taken and not yet reported."""
        return self._in_hand

    def submit(self, work: Attempt | ProbeRequest) -> None:
        """Take work.  Thread-safe, never blocks; may be called before ``run``.

        Raises:
            Overloaded: as much as ``limits.waiting`` is in hand, or ``run`` is ending.
        """
        errand = AttemptErrand(work) if isinstance(work, Attempt) else ProbeErrand(work)
        with self._lock:
            if self._closed:
                raise Overloaded(STOPPING)
            if self._in_hand >= self._limits.waiting:
                raise Overloaded(f"{self._in_hand} attempts and probes are in hand already")
            self._in_hand += 1
            self._arrived.append(errand)
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Send work until cancelled; what is in hand is then ended and reported.

        Raises:
            ExceptionGroup: a report could not be journalled.
        """
        with self._lock:
            self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._wake.clear()
                    while self._arrived:
                        self._starting.append(self._arrived.popleft())
                        group.create_task(self._handle())
                    await self._wake.wait()
        finally:
            with self._lock:
                self._closed = True
            # Among them errands whose task was cancelled before its first step.
            for errand in (*self._starting, *self._arrived):
                await self._deliver_last(errand.unsent(STOPPING))

    async def _handle(self) -> None:
        """Carry the next errand from its lane to its report."""
        errand = self._starting.popleft()
        sent = asyncio.Event()
        try:
            report = await self._carry(errand, sent)
        except asyncio.CancelledError:
            end = errand.lost if sent.is_set() else errand.unsent
            await self._deliver_last(end(STOPPING))
            raise
        seq = await self._deliver(report)
        executor: object = self._executors.get(errand.executor)
        if isinstance(executor, HandsOn):
            executor.confirm(errand.work, seq)

    async def _carry(self, errand: Errand, sent: asyncio.Event) -> Report:
        """Return the report that ends the errand; ``sent`` is set once it was called."""
        executor = self._executors.get(errand.executor)
        if executor is None:
            return errand.failed(
                ExecutionRefused(f"no executor {errand.executor!r}", reason="unknown_executor")
            )
        lane = self._lanes.setdefault(errand.lane, asyncio.Semaphore(self._limits.per_executor))
        place = await _place(errand.timeout_s, lane, self._total)
        if place is None:
            return errand.unsent(f"no free place in its lane within {errand.timeout_s} s")
        reason = self._held(errand)
        if reason is not None:
            place.close()
            return errand.unsent(reason)
        sent.set()
        return await self._send(errand, executor, place)

    def _held(self, errand: Errand) -> str | None:
        """Return why the errand may not be sent now; probes always may."""
        if not isinstance(errand.work, Attempt):
            return None
        if errand.work.epoch != self._epoch():
            return f"epoch {errand.work.epoch} is over; the owner's is {self._epoch()}"
        return self._frozen(errand.work)

    async def _send(self, errand: Errand, executor: Executor, place: ExitStack) -> Report:
        try:
            call = Call(lambda: errand.call(executor), on_end=place.close)
            grace_s = self._limits.grace_ms / 1000
            answer = await call.within(errand.timeout_s + grace_s, grace_s)
            return errand.ended(executor, answer)
        except (ExecutionError, TimeoutError) as error:
            return errand.failed(error)
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything
            _log.exception("executor_fault", executor=errand.executor)
            return errand.failed(error)

    async def _deliver(self, report: Report) -> int | None:
        """Journal a report once, also when dispatch is cancelled meanwhile."""
        delivery = asyncio.ensure_future(self._report(report))
        try:
            return await asyncio.shield(delivery)
        except asyncio.CancelledError:
            await asyncio.wait({delivery}, timeout=self._limits.grace_ms / 1000)
            raise
        finally:
            with self._lock:
                self._in_hand -= 1

    async def _deliver_last(self, report: Report) -> None:
        """Journal a report while shutting down, which may not wait without bound."""
        try:
            async with asyncio.timeout(self._limits.grace_ms / 1000):
                await self._deliver(report)
        except TimeoutError:
            _log.error("report_not_journalled", report=report.body())


async def _place(within_s: float, *gates: asyncio.Semaphore) -> ExitStack | None:
    """Pass all gates, or none; closing the result lets go of them.  None: it took too long."""
    with ExitStack() as held:
        try:
            async with asyncio.timeout(within_s):
                for gate in gates:
                    await gate.acquire()
                    held.callback(gate.release)
        except TimeoutError:
            return None
        return held.pop_all()
