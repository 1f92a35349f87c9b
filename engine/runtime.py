"""The one loop that joins the stages: append, acknowledge, decide, dispatch.

::

    event loop                                  core thread
    ──────────                                  ───────────
    submit, record, ask ──► mailbox ────────►   collect a group
                                                append it with the pending decisions  (fsync)
    acknowledge, release ◄──────────────────    what is on disk now
                                                decide the group

Only the core thread touches the store's writer and the state.  When the journal cannot be
written nothing is acknowledged, decided or released; the thread opens the store anew once a
second and recovers from what is on disk, and answers questions from the last good state.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import structlog

from interlock import __version__
from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock, SystemClock
from interlock.engine.fold.decide import next_due
from interlock.engine.fold.state import State
from interlock.engine.intake import Arrival, Proposal, Sorted, propose, sort_arrivals
from interlock.engine.journal.store import Store
from interlock.engine.library import Library
from interlock.engine.mailbox import Item, Mailbox, Question, Record, Signals
from interlock.engine.model import Kind
from interlock.engine.partition import Partition, Released
from interlock.engine.telemetry import Telemetry
from interlock.errors import InterlockError, JournalError, NotReady

log = structlog.get_logger(__name__)

T = TypeVar("T")

GROUP = 500
"""About the most entries in one commit: bounds how long a group keeps others waiting."""

QUEUE = 20_000
"""Most entries waiting for a commit; beyond it submissions are refused."""

REOPEN_S = 1.0
"""Pause between attempts to open a store that failed."""

IDLE_S = 0.5
"""Longest sleep of the core thread; bounds how long an entry waits for its checkpoint."""


class _Ack(NamedTuple):
    """Who waits for which of a group's entries."""

    future: asyncio.Future[Any]
    first: int
    results: list[Sorted] | None


class Runtime:
    """Runs one partition.

    Args:
        open_store: opens the store for writing; called again after a failure.
        bundle: what decides from now on.
        released: called on the event loop with what each commit let out.
        engines: ``both`` or ``reference``.
        clock: where time comes from.
        telemetry: where figures go.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        bundle: Bundle,
        released: Callable[[Released], None],
        *,
        engines: str = "both",
        clock: Clock | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._open_store = open_store
        self._bundle = bundle
        self._released = released
        self._engines = engines
        self._clock = clock or SystemClock()
        self.telemetry = telemetry or Telemetry()
        self._mail = Mailbox(QUEUE)
        self._last_at = 0
        self.epoch = 0
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="interlock-core", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun: asyncio.Future[None] | None = None
        self._room: list[asyncio.Future[None]] = []

    # --- on the event loop ------------------------------------------------------------------

    async def start(self) -> None:
        """Open the store, recover and take ownership.

        Raises:
            JournalError: the store cannot be opened or is not what was written.
            DefinitionError: a bundle in it no longer compiles.
        """
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.create_future()
        self._thread.start()
        await self._begun

    async def stop(self) -> None:
        """Write what was taken, save the state and close the store."""
        self._stopping.set()
        self._mail.wake()
        await asyncio.to_thread(self._thread.join)

    @property
    def ready(self) -> bool:
        """Whether entries are journalled and decided now."""
        return self._ready.is_set() and not self._stopping.is_set()

    def submit(self, arrivals: Sequence[Arrival]) -> asyncio.Future[list[Sorted]]:
        """Take signals; the future is done when they are on disk.

        Raises:
            Overloaded: too much is waiting; nothing was taken.
            NotReady: the journal cannot be written now; nothing was taken.
        """
        future: asyncio.Future[list[Sorted]] = self._future()
        self._take(Signals(arrivals, future))
        return future

    def record(self, body: Mapping[str, Any]) -> asyncio.Future[int]:
        """Take an entry of any other kind, without ``at``; the future gives its position.

        Raises:
            Overloaded, NotReady: as ``submit``.
        """
        future: asyncio.Future[int] = self._future()
        self._take(Record(body, future))
        return future

    async def ask(self, question: Callable[[State], T]) -> T:
        """Return what a function makes of the state, between two groups."""
        future: asyncio.Future[T] = self._future()
        self._mail.put(Question(question, future))
        return await future

    async def room(self, entries: int = 1) -> None:
        """Return when the queue may have room for so many entries."""
        while not self._mail.has_room(entries):
            waiter: asyncio.Future[None] = self._future()
            self._room.append(waiter)
            await waiter

    def _future(self) -> asyncio.Future[Any]:
        if self._loop is None:
            raise NotReady("the runtime has not been started")
        return self._loop.create_future()

    def _take(self, item: Signals | Record) -> None:
        if not self.ready:
            raise NotReady("the journal cannot be written now; try again")
        self._mail.put(item)

    def _durable(self, acks: Sequence[_Ack], seqs: Sequence[int], released: Released) -> None:
        for ack in acks:
            if not ack.future.done():
                ack.future.set_result(_answer(ack, seqs))
        self.telemetry.queue.set(self._mail.waiting)
        if self._room and self._mail.has_room():
            waiters, self._room = self._room, []
            for waiter in waiters:
                _resolve(waiter, None)
        self._released(released)

    # --- in the core thread -----------------------------------------------------------------

    def _run(self) -> None:
        try:
            owned: tuple[Store, Partition] | None = self._open()
        except InterlockError as error:
            self._call(_reject, self._begun, error)
            return
        self._call(_resolve, self._begun, None)
        while owned and not (self._stopping.is_set() and self._mail.is_empty):
            try:
                self._turn(*owned)
            except JournalError as error:
                owned = self._recover(*owned, error)
        if owned:
            self._close(*owned)

    def _open(self) -> tuple[Store, Partition]:
        store = self._open_store()
        try:
            library = Library(store.reader.blob)
            content = library.add(self._bundle)
            partition = Partition(store, library)
            partition.recover()
            self._last_at = max(self._last_at, partition.state.at)
            self._own(store, partition, content)
        except InterlockError:
            store.close()
            raise
        self._ready.set()
        self.telemetry.ready.set(1)
        return store, partition

    def _own(self, store: Store, partition: Partition, content: bytes) -> None:
        """Journal that this process decides from here on, and by which bundle."""
        at, digest = self._stamp(), self._bundle.digest
        proposals, blobs = [], []
        current = partition.state.bundle
        if current is None or current.digest != digest:
            files = sorted(self._bundle.files)
            body = {"kind": str(Kind.BUNDLE), "digest": digest, "files": files}
            proposals.append(propose(at, body))
            blobs.append(content)
        self.epoch = store.epoch
        started = {
            "kind": str(Kind.STARTED),
            "epoch": store.epoch,
            "decided": store.decided_through,
            "version": __version__,
            "engines": self._engines,
        }
        proposals.append(propose(at, started))
        self._commit(partition, proposals, [], blobs)
        self._settle(partition)

    def _turn(self, store: Store, partition: Partition) -> None:
        due_s = (next_due(partition.state) - self._clock.now_ms()) / 1000
        items = self._mail.collect(GROUP, max(0.0, min(due_s, IDLE_S)))
        self._answer_questions(items, partition.state)
        proposals, acks = self._propose(items, store)
        if not proposals and next_due(partition.state) <= self._stamp():
            proposals = [propose(self._last_at, {"kind": str(Kind.TIMER)})]
        if proposals or acks:
            self._commit(partition, proposals, acks)
        self._settle(partition)
        if self._mail.is_empty:
            store.seal(self._stamp())

    def _propose(self, items: Sequence[Item], store: Store) -> tuple[list[Proposal], list[_Ack]]:
        at = self._stamp()
        proposals: list[Proposal] = []
        acks: list[_Ack] = []
        for item in items:
            if isinstance(item, Record):
                acks.append(_Ack(item.future, len(proposals), None))
                proposals.append(propose(at, item.body))
            elif isinstance(item, Signals):
                results, made = sort_arrivals(item.arrivals, at, store.known)
                acks.append(_Ack(item.future, len(proposals), results))
                proposals.extend(made)
        return proposals, acks

    def _commit(
        self,
        partition: Partition,
        proposals: Sequence[Proposal],
        acks: Sequence[_Ack],
        blobs: Sequence[bytes] = (),
    ) -> None:
        began = self._clock.monotonic()
        try:
            seqs, released = partition.append(proposals, self._stamp(), blobs=blobs)
        except JournalError as error:
            for ack in acks:
                self._call(_reject, ack.future, error)
            raise
        self.telemetry.groups.observe(self._clock.monotonic() - began)
        self.telemetry.group_size.observe(len(proposals))
        self._call(self._durable, acks, seqs, released)
        partition.decide()

    def _settle(self, partition: Partition) -> None:
        """While nothing new waits, write what was decided and let out what needs no writing."""
        if self._mail.is_empty:
            while partition.has_decisions:
                self._commit(partition, [], [])
        if not partition.has_decisions:
            self._call(self._released, partition.release())
            if partition.wants_saving:
                partition.save(self._stamp())

    def _stamp(self) -> int:
        """Return the time for an entry: never before that of the entry before it."""
        self._last_at = max(self._last_at, self._clock.now_ms())
        return self._last_at

    def _answer_questions(self, items: Sequence[Item], state: State) -> None:
        for item in items:
            if isinstance(item, Question):
                try:
                    self._call(_resolve, item.future, item.ask(state))
                except InterlockError as error:
                    self._call(_reject, item.future, error)

    def _recover(
        self, store: Store, partition: Partition, error: InterlockError
    ) -> tuple[Store, Partition] | None:
        """Refuse what waits, then open the store anew until that succeeds; None when stopped."""
        self._ready.clear()
        self.telemetry.ready.set(0)
        self.telemetry.failures.labels("append").inc()
        log.error("journal_failed", error=str(error), action="reopening until it recovers")
        store.close()
        while not self._stopping.is_set():
            self._refuse(partition.state, error)
            try:
                return self._open()
            except JournalError as again:
                error = again
                self.telemetry.failures.labels("recover").inc()
        return None

    def _refuse(self, state: State, error: InterlockError) -> None:
        items = self._mail.collect(QUEUE, REOPEN_S)
        self._answer_questions(items, state)
        for item in items:
            if not isinstance(item, Question):
                self._call(_reject, item.future, error)

    def _close(self, store: Store, partition: Partition) -> None:
        while partition.has_decisions:
            self._commit(partition, [], [])
        partition.save(self._stamp())
        store.seal(self._stamp())
        store.close()

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)


def _answer(ack: _Ack, seqs: Sequence[int]) -> int | list[Sorted]:
    if ack.results is None:
        return seqs[ack.first]
    return [
        result
        if result.proposal is None
        else result._replace(seq=seqs[ack.first + result.proposal], proposal=None)
        for result in ack.results
    ]


def _resolve(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def _reject(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
