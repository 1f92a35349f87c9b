"""One process at work: the runtime with its dispatcher, second engine and watchers.

::

    runtime ── released ──► dispatcher ──► executors
       ▲          └───────► crosscheck        │
       └──────── results, agreements ◄────────┘

Construct, ``start``, ``stop``; what happens in between follows from the journal.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from itertools import count, groupby
from typing import Any

import structlog

from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock
from interlock.engine.crosscheck import Agreement, Crosscheck, Disagreement
from interlock.engine.crosscheck import Report as Opinion
from interlock.engine.dispatch import Dispatcher
from interlock.engine.executors.base import Attempt, Executor, ProbeRequest
from interlock.engine.executors.reports import (
    STOPPING,
    AttemptEntry,
    ObservationEntry,
    RecalledEntry,
    Report,
)
from interlock.engine.fold.disputes import MOST_UNANSWERED
from interlock.engine.fold.gate.freeze import frozen_by
from interlock.engine.journal.store import Store
from interlock.engine.model import Kind
from interlock.engine.partition import Released
from interlock.engine.runtime import Runtime
from interlock.engine.telemetry import Telemetry
from interlock.engine.watchers import Watchers
from interlock.errors import (
    InterlockError,
    JournalError,
    NotReady,
    Overloaded,
    RequestRejected,
)
from interlock.rules.caged.cage import available
from interlock.rules.model import Evaluation

log = structlog.get_logger(__name__)

RETRY_S = 0.1
"""Pause before a report that could not be journalled is offered again."""


class Node:
    """Owns a partition and everything that acts for it.

    Args:
        open_store: opens the store for writing.
        bundle: what decides.
        executors: by name.
        engines: ``both`` or ``reference``.
        clock: where time comes from.
        telemetry: where figures go.

    Attributes:
        freezes: scopes nothing in which is sent, each with the number of the order to freeze it.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        bundle: Bundle,
        executors: Mapping[str, Executor],
        *,
        engines: str = "both",
        clock: Clock | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.bundle = bundle
        self.telemetry = telemetry or Telemetry()
        self.runtime = Runtime(
            open_store,
            bundle,
            self._release,
            engines=engines,
            clock=clock,
            telemetry=self.telemetry,
        )
        self.watchers = Watchers()
        self.freezes: dict[str, int] = {}
        self._orders = count()
        self.executors = dict(executors)
        self._dispatcher = Dispatcher(
            self.executors,
            report=self._journal,
            frozen=self._frozen,
            epoch=lambda: self.runtime.epoch,
        )
        self._crosscheck = Crosscheck(self._opinion) if engines == "both" else None
        self._work: deque[Attempt | ProbeRequest] = deque()
        self._wanted: set[tuple[str, int, int]] = set()
        self._evaluations: deque[Evaluation] = deque()
        self._may_ask = False
        self._opinions: deque[dict[str, Any]] = deque()
        self._opined = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # --- life -------------------------------------------------------------------------------

    async def start(self) -> None:
        """Recover, take ownership and begin to act.

        Raises:
            JournalError: the store cannot be opened or is not what was written.
            NotReady: two engines are asked for and this Python has only one.
        """
        if self._crosscheck is not None and (missing := available()) is not None:
            raise NotReady(
                f"the second engine is missing: {missing}; install it, or choose"
                " engines=reference, which lets actions out on one engine's word"
            )
        await self.runtime.start()
        frozen, bundles = await self.runtime.ask(
            lambda state: (tuple(state.gate.freezes), tuple(state.bundles.values()))
        )
        self.freezes = {scope: next(self._orders) for scope in frozen}
        self._begin("dispatch", self._dispatcher.run())
        if self._crosscheck is not None:
            self._crosscheck.use(pack for bundle in bundles for pack in bundle.packs)
            self._begin("crosscheck", self._crosscheck.run())
            self._begin("opinions", self._report_opinions())
            self._may_ask = True
        self._pump()

    def _begin(self, part: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a part until it is cancelled; should it end otherwise, let people know."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                self.telemetry.failures.labels(part).inc()
                log.critical("part_stopped", part=part, error=repr(error), action="restart")

        task = asyncio.create_task(work, name=part)
        task.add_done_callback(ended)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Stop acting, report what was under way, write everything and close."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._work:
            work = self._work.popleft()
            if isinstance(work, Attempt):
                with suppress(InterlockError):  # what cannot be journalled was unknown anyway
                    await self.runtime.record(RecalledEntry.of(work, STOPPING).body())
        await self.runtime.stop()
        for executor in self.executors.values():
            await executor.close()
        self.watchers.close()

    # --- orders -----------------------------------------------------------------------------

    async def freeze(self, *, scope: str, actor: str, reason: str) -> int:
        """Freeze a scope: dispatch stops at once, the order is journalled before returning.

        Raises:
            JournalError, NotReady, Overloaded: it was not journalled and does not stand.
        """
        before = self.freezes.get(scope)
        order = self.freezes[scope] = next(self._orders)
        body = {"kind": str(Kind.FREEZE), "scope": scope, "actor": actor, "reason": reason}
        try:
            return await self.runtime.record(body)
        except InterlockError:
            if before is None:
                self._lift(scope, order)
            raise

    async def thaw(self, *, scope: str, actor: str, reason: str) -> int:
        """Lift the freeze of exactly one scope, once that is journalled.

        One ordered meanwhile stands: the journal has it after this.
        """
        order = self.freezes.get(scope)
        body = {"kind": str(Kind.THAW), "scope": scope, "actor": actor, "reason": reason}
        position = await self.runtime.record(body)
        self._lift(scope, order)
        return position

    def _lift(self, scope: str, order: int | None) -> None:
        if self.freezes.get(scope) == order:
            self.freezes.pop(scope, None)

    # --- what the runtime lets out ----------------------------------------------------------

    def _release(self, released: Released) -> None:
        self._work.extend(released.attempts)
        self._work.extend(released.probes)
        self._wanted.update(_name(a) for a in released.attempts)
        self._wanted.difference_update(released.recalls)
        if self._crosscheck is not None:
            self._evaluations.extend(released.evaluations)
            while len(self._evaluations) > MOST_UNANSWERED:  # the fold has given these up, too
                self._evaluations.popleft()
        self._pump()
        self.watchers.tell(released.changes)
        self.telemetry.count(released.decisions)
        self.telemetry.frozen.set(len(self.freezes))
        asked = self._crosscheck.waiting if self._crosscheck is not None else 0
        self.telemetry.unanswered.set(asked + len(self._evaluations))

    def _pump(self) -> None:
        """Hand on what there is room for; the rest goes with the next release or report."""
        while self._work:
            try:
                self._dispatcher.submit(self._work[0])
            except Overloaded:
                break
            self._work.popleft()
        while self._crosscheck is not None and self._may_ask and self._evaluations:
            together = _of_one_position(self._evaluations)
            if not self._crosscheck.submit(together):
                break
            for _ in together:
                self._evaluations.popleft()

    def _frozen(self, attempt: Attempt) -> str | None:
        if _name(attempt) not in self._wanted:
            return "nobody waits for it any more"
        scope = frozen_by(attempt.scopes, self.freezes)
        return None if scope is None else f"{scope} is frozen"

    # --- what comes back --------------------------------------------------------------------

    async def _journal(self, report: Report) -> int | None:
        """Journal what came of work.

        What an entry cannot hold is left out and said so: an effect with outputs nobody can
        read is not verified, a sight nobody can read is none.
        """
        body = report.body()
        if not isinstance(report, ObservationEntry):
            self._wanted.discard(_name(report))
        try:
            return await self._record(body)
        except RequestRejected as too_long:
            return await self._record(_shortened(body, str(too_long)))

    async def _record(self, body: Mapping[str, Any]) -> int:
        """Journal an entry; while that is impossible, keep it and try again."""
        while True:
            try:
                position = await self.runtime.record(body)
            except (NotReady, Overloaded, JournalError):
                await asyncio.sleep(RETRY_S)
            else:
                self._pump()
                return position

    def _opinion(self, opinion: Opinion) -> None:
        match opinion:
            case Agreement(through, count):
                body = {"kind": str(Kind.AGREEMENT), "through": through, "count": count}
                if self._opinions and self._opinions[-1]["kind"] == Kind.AGREEMENT:
                    body["count"] += self._opinions.pop()["count"]  # the later says it all
            case Disagreement(position, pack, expected, found):
                self.telemetry.disputes.labels("disagreement").inc()
                about = {"position": position, "pack": pack, "expected": expected, "found": found}
                body = {"kind": str(Kind.DISAGREEMENT), **about}
                log.error("engines_disagree", position=position, pack=pack)
            case fault:
                self.telemetry.disputes.labels("fault").inc()
                about = {"position": fault.position, "pack": fault.pack, "reason": fault.reason}
                body = {"kind": str(Kind.FAULT), **about}
                log.error("engine_fault", **about)
        self._opinions.append(body)
        self._opined.set()

    async def _report_opinions(self) -> None:
        """Journal opinions in order, each until it is: agreement may not overtake a dispute.

        They are about entries on disk, so they hold whatever happens to the store meanwhile.
        Agreements that come while one is written become one, so that agreement keeps up however
        long a commit takes.
        """
        while True:
            self._opined.clear()
            while self._opinions:
                await self._record(self._opinions.popleft())
            await self._opined.wait()


def _name(attempt: Attempt | AttemptEntry) -> tuple[str, int, int]:
    return attempt.intent, attempt.attempt, attempt.epoch


def _shortened(body: Mapping[str, Any], why: str) -> dict[str, Any]:
    if body["kind"] == Kind.OBSERVATION:
        return {**body, "data": None, "error": why}
    return {**body, "outputs": {}, "message": why}


def _of_one_position(evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """Return those at the front that belong to one position."""
    _, first = next(groupby(evaluations, key=lambda evaluation: evaluation.position))
    return list(first)
