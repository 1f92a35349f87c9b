"""Hands attempts to workers in other processes, under a lease.

::

    dispatch ── attempt ──► desk: queue ──► a worker with room ──► session ──► worker
                                              │ heartbeats keep its lease
        ◄── result, or a lost lease ──────────┘

A worker declares what it can do, and gets an operation only when its declaration equals the
operator's.  It keeps its leases when its stream breaks and may report in a new session; when
it stays away they lapse.  What it reports after that is journalled under the old lease, as
the late result it is, and never applied.  A freeze that comes while an attempt waits for a
worker recalls it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from interlock.engine.clock import Clock, SystemClock
from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.executors.desk import REMEMBERED, Desk, Place
from interlock.engine.executors.lease import AttemptTask, LeaseKey, ProbeTask, Reported
from interlock.engine.executors.plugin import Plugin
from interlock.engine.executors.remote_file import read_manifests
from interlock.engine.executors.reports import Reporter, ResultEntry
from interlock.engine.executors.session import Offer, Session, WorkerHello
from interlock.engine.executors.settings import check_settings, require_setting
from interlock.engine.executors.text import plain, word
from interlock.errors import (
    ExecutionRefused,
    ExecutionTimeout,
    NotPermitted,
    NotReady,
    RequestRejected,
    SignalRejected,
)
from interlock.language.values import Field, JsonValue, Value, admit, parse_type

LEASE_MS = 15_000
"""How long a lease lasts without a heartbeat, in ms."""


class RemoteExecutor(Plugin):
    """An executor whose work is done elsewhere.

    Args:
        name: what contracts and workers call it.
        actions: operation to its manifest, as the operator declares it.
        probes: likewise for probes.
        lease_ms: how long a lease lasts without a heartbeat, in ms.
        clock: the wall clock that leases are told in.
    """

    slack_ms: ClassVar[int] = 500  # its own deadline comes first: it knows who held the work

    def __init__(
        self,
        name: str,
        *,
        actions: Mapping[str, Manifest],
        probes: Mapping[str, Manifest],
        lease_ms: int = LEASE_MS,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(name, actions=actions, probes=probes)
        self._desk = Desk(lease_ms, clock or SystemClock(), self._withheld)
        self._report: Reporter | None = None
        self._frozen: Callable[[Attempt], str | None] = _unbound
        self._epoch: Callable[[], int] = int
        self._late: OrderedDict[LeaseKey, str] = OrderedDict()

    # --- for dispatch -----------------------------------------------------------------------

    def bind(
        self,
        *,
        report: Reporter,
        frozen: Callable[[Attempt], str | None],
        epoch: Callable[[], int],
    ) -> None:
        """Take from dispatch what is needed after it has handed an attempt over."""
        self._report, self._frozen, self._epoch = report, frozen, epoch

    def confirm(self, work: Attempt | ProbeRequest, seq: int | None) -> None:
        """Let the worker know that what it reported is durable."""
        if isinstance(work, Attempt):
            task = self._desk.done.get(LeaseKey.of(work))
            if task is not None and not task.seq.done():
                task.seq.set_result(seq)

    # --- for the server ---------------------------------------------------------------------

    def attach(self, hello: WorkerHello) -> Session:
        """Open a worker's session.

        Raises:
            NotReady: dispatch has not begun.
            NotPermitted: a worker of that name is connected already.
            RequestRejected: it offers nothing the operator declares, or declares it otherwise.
        """
        if self._report is None:
            raise NotReady(f"executor {self.name} takes no workers yet")
        if self._desk.is_connected(hello.worker):
            raise NotPermitted(f"worker {hello.worker!r} is connected already")
        place = Place(
            hello.worker,
            _agreed(hello.operations, self.actions),
            _agreed(hello.probes, self.probe_manifests),
            hello.capacity,
        )
        if not place.operations | place.probes:
            raise RequestRejected(f"executor {self.name} declares nothing that the worker offers")
        self._desk.open(place)
        return Session(place, self._desk, self)

    def result_of(self, attempt: Attempt, reported: Reported) -> AttemptResult:
        """Return the typed result of what a worker reported.

        Raises:
            SignalRejected: an output is not what the operation declares.
        """
        declared = self.actions[attempt.operation].outputs
        outputs = admit(declared, reported.outputs, {}) if reported.outcome == "ok" else {}
        return AttemptResult(
            reported.outcome, word(reported.code), plain(reported.message), outputs
        )

    def observation_of(
        self, request: ProbeRequest, outputs: Mapping[str, JsonValue]
    ) -> Mapping[str, Value]:
        """Return the typed fields of what a probe saw.

        Raises:
            SignalRejected: an output is not what the probe declares.
        """
        return admit(self.probes[request.operation], outputs, {})

    async def record_late(self, worker: str, key: LeaseKey, reported: Reported) -> str:
        """Journal, once, a report that ends nothing any more; return why it does not."""
        if key in self._late:
            return self._late[key]
        task = self._desk.gone.get(key)
        if task is not None and task.worker == worker:
            reason = "the lease was lost; what became of it is recorded, not applied"
        elif task is None and key.epoch < self._epoch():
            reason = "the lease is an earlier owner's; what became of it is recorded, not applied"
        else:
            return f"worker {worker} was never given this lease"
        if self._report is not None:
            await self._report(ResultEntry(*key, self._late_result(task, reported)))
        self._late[key] = reason
        if len(self._late) > REMEMBERED:
            self._late.popitem(last=False)
        return reason

    # --- the work ---------------------------------------------------------------------------

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        task = AttemptTask.of(attempt)
        self._desk.add(task)
        try:
            async with asyncio.timeout(attempt.timeout_ms / 1000):
                return await task.answer
        except TimeoutError as error:
            raise self._late_answer(task.worker, attempt.timeout_ms) from error
        finally:
            self._desk.withdraw(task, "its time is over")

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        task = ProbeTask.of(request)
        self._desk.add(task)
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                return await task.answer
        except TimeoutError as error:
            raise self._late_answer(task.worker, request.timeout_ms) from error
        finally:
            self._desk.withdraw(task, "its time is over")

    def _late_answer(self, worker: str | None, timeout_ms: int) -> Exception:
        if worker is None:
            return ExecutionRefused(
                f"nothing was done: no worker of {self.name} had room for {timeout_ms} ms",
                reason="no_worker",
            )
        return ExecutionTimeout(
            f"worker {worker} did not end within {timeout_ms} ms", reason="deadline"
        )

    def _withheld(self, attempt: Attempt) -> str | None:
        if attempt.epoch != self._epoch():
            return f"epoch {attempt.epoch} is over; the owner's is {self._epoch()}"
        return self._frozen(attempt)

    def _late_result(self, task: AttemptTask | None, reported: Reported) -> AttemptResult:
        """Return what a late report says; outputs only where their types are still known."""
        if task is not None:
            try:
                return self.result_of(task.work, reported)
            except SignalRejected as error:
                return AttemptResult("error", "bad_output", plain(f"outputs: {error}"))
        return AttemptResult(reported.outcome, word(reported.code), plain(reported.message))


def create(settings: Mapping[str, str]) -> RemoteExecutor:
    """Make the executor.

    Args:
        settings: ``name``; ``operations``, the operator's file of what workers do.

    Raises:
        DefinitionError: a setting or the file is wrong.
    """
    check_settings("remote", settings, "name", "operations")
    actions, probes = read_manifests(Path(require_setting("remote", settings, "operations")))
    return RemoteExecutor(
        require_setting("remote", settings, "name"), actions=actions, probes=probes
    )


def _unbound(_: Attempt) -> str | None:
    return "dispatch has not begun"


def _agreed(offers: tuple[Offer, ...], declared: Mapping[str, Manifest]) -> frozenset[str]:
    """Return the operations both sides know.

    Raises:
        RequestRejected: they know one of them differently.
    """
    known = [offer for offer in offers if offer.name in declared]
    for offer in known:
        manifest = declared[offer.name]
        _compare(f"{offer.name}.inputs", offer.inputs, manifest.inputs)
        _compare(f"{offer.name}.outputs", offer.outputs, manifest.outputs)
    return frozenset(offer.name for offer in known)


def _compare(place: str, offered: Mapping[str, str], declared: Mapping[str, Field]) -> None:
    expected = {name: str(field.type) for name, field in declared.items()}
    try:
        found = {name: str(parse_type(text)) for name, text in offered.items()}
    except ValueError as error:
        raise RequestRejected(f"{place}: {error}", field=place) from error
    if found != expected:
        raise RequestRejected(f"{place}: expected {expected}, found {found}", field=place)
