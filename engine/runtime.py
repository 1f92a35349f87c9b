"""Where the event loop meets the core thread: entries in, receipts and releases out.

::

    event loop                                  core thread (``owner``)
    ──────────                                  ───────────
    submit, record, ask ──► mailbox ────────►   append, decide
    acknowledge, release ◄──────────────────    what is on disk now

Submitting takes a place and fixes the order; awaiting is durability.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock, SystemClock
from interlock.engine.fold.state import State
from interlock.engine.intake import Arrival, Sorted
from interlock.engine.journal.store import Store
from interlock.engine.mailbox import Mailbox, Question, Record, Signals
from interlock.engine.model import MOST_BODY_BYTES
from interlock.engine.owner import Ack, Listener, Owner, Terms
from interlock.engine.partition import Released
from interlock.engine.telemetry import Telemetry
from interlock.errors import InterlockError, NotReady, RequestRejected

T = TypeVar("T")

_STAMP_BYTES = 32
"""What the time of an entry adds to its body, at most."""

QUEUE = 20_000
"""Most signals waiting for a commit; beyond it submissions are refused."""


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
        self.telemetry = telemetry or Telemetry()
        self._clock = clock or SystemClock()
        self._released = released
        self._mail = Mailbox(QUEUE)
        self._owner = Owner(
            Terms(open_store, bundle, engines, self._clock, self.telemetry),
            self._mail,
            Listener(
                durable=lambda *news: self._call(self._durable, *news),
                begun=lambda error: self._call(self._begun, error),
                answer=lambda future, value: self._call(_settle, future, value),
            ),
        )
        self._thread = threading.Thread(target=self._owner.run, name="interlock-core", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beginning: asyncio.Future[None] | None = None
        self._room: list[asyncio.Future[None]] = []

    # --- on the event loop ------------------------------------------------------------------

    async def start(self) -> None:
        """Open the store, recover and take ownership.

        Raises:
            JournalError: the store cannot be opened or is not what was written.
            DefinitionError: a bundle in it no longer compiles.
        """
        self._loop = asyncio.get_running_loop()
        self._beginning = self._loop.create_future()
        self._thread.start()
        await self._beginning

    async def stop(self) -> None:
        """Write what was taken, save the state and close the store.  Fine before ``start``."""
        self._owner.stopping.set()
        self._mail.wake()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join)

    @property
    def ready(self) -> bool:
        """Whether entries are journalled and decided now."""
        return self._owner.ready.is_set() and not self._owner.stopping.is_set()

    @property
    def epoch(self) -> int:
        """The fencing epoch this process owns the partition under; 0 before the first."""
        return self._owner.epoch

    def submit(self, arrivals: Sequence[Arrival]) -> asyncio.Future[list[Sorted]]:
        """Take signals; the future is done when they are on disk.

        Raises:
            Overloaded: too much is waiting; nothing was taken.
            NotReady: the journal cannot be written now; nothing was taken.
        """
        future: asyncio.Future[list[Sorted]] = self._future()
        began = self._clock.monotonic()
        future.add_done_callback(
            lambda _: self.telemetry.ack.observe(self._clock.monotonic() - began)
        )
        self._take(Signals(arrivals, future))
        return future

    def record(self, body: Mapping[str, Any]) -> asyncio.Future[int]:
        """Take an entry of any other kind, without ``at``; the future gives its position.

        Raises:
            RequestRejected: it is longer than an entry can be.
            Overloaded, NotReady: as ``submit``.
        """
        size = len(digest.canonical(body)) + _STAMP_BYTES
        if size > MOST_BODY_BYTES:
            raise RequestRejected(
                f"an entry holds at most {MOST_BODY_BYTES} bytes; this {body['kind']} has {size}"
            )
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

    def _begun(self, error: InterlockError | None) -> None:
        if self._beginning is not None:
            _settle(self._beginning, error)

    def _durable(self, acks: Sequence[Ack], seqs: Sequence[int], released: Released) -> None:
        for ack in acks:
            _settle(ack.future, ack.answer(seqs))
        self.telemetry.queue.set(self._mail.waiting)
        if self._room and self._mail.has_room():
            waiters, self._room = self._room, []
            for waiter in waiters:
                _settle(waiter, None)
        self._released(released)

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        """Call a function on the event loop, from the core thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)


def _settle(future: asyncio.Future[Any], value: object) -> None:
    """Give a future its result, or its error; one that was cancelled is left alone."""
    if future.done():
        return
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
