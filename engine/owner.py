"""The core thread: it alone writes the store and changes the state.

::

    collect a group ─► append it with the pending decisions (fsync) ─► hand on what is on disk
          ▲                                                                   │
          └──────────────────────── decide the group ◄────────────────────────┘

When the journal cannot be written nothing is acknowledged, decided or released; the store is
opened anew once a second and the state recovered from what is on disk.  Any other error is a
bug of ours: the thread stops deciding for good, says so, and goes on refusing.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog

from interlock import __version__
from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock, JournalTime
from interlock.engine.fold.decide import next_due
from interlock.engine.fold.state import State
from interlock.engine.intake import Group, Proposal, Sorted, propose
from interlock.engine.journal.store import Store
from interlock.engine.library import Library
from interlock.engine.mailbox import Item, Mailbox, Question, Record, Signals
from interlock.engine.model import Kind
from interlock.engine.partition import Partition, Released
from interlock.engine.telemetry import Telemetry
from interlock.errors import InterlockError, InvariantBroken, JournalCorrupt, JournalError

log = structlog.get_logger(__name__)

GROUP = 500
"""About the most entries in one commit: bounds how long a group keeps others waiting."""

REOPEN_S = 1.0
"""Pause between attempts to open a store that failed."""

IDLE_S = 0.5
"""Longest sleep of the thread; bounds how long an entry waits for its checkpoint."""


class Ack(NamedTuple):
    """Who waits for what of a group: the index of an entry, or the fates of signals."""

    future: asyncio.Future[Any]
    of: int | list[Sorted]

    def answer(self, seqs: Sequence[int]) -> int | list[Sorted]:
        """Return what is waited for, given the positions of the group's entries."""
        if isinstance(self.of, int):
            return seqs[self.of]
        return [
            fate if fate.proposal is None else Sorted(fate.word, None, seqs[fate.proposal])
            for fate in self.of
        ]


class Listener(NamedTuple):
    """Where the thread reports to; each is called on the event loop.

    Attributes:
        durable: acknowledgements, the positions they are about, and what was let out.
        begun: None once entries are taken, or why they never will be.
        answer: a future with its answer or error.
    """

    durable: Callable[[Sequence[Ack], Sequence[int], Released], None]
    begun: Callable[[InterlockError | None], None]
    answer: Callable[[asyncio.Future[Any], object], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a partition is run with.

    Attributes:
        open_store: opens the store for writing; called again after a failure.
        bundle: what decides from now on.
        engines: ``both`` or ``reference``.
        clock: where time comes from.
        telemetry: where figures go.
    """

    open_store: Callable[[], Store]
    bundle: Bundle
    engines: str
    clock: Clock
    telemetry: Telemetry


class Owner:
    """Runs in one thread until ``stopping`` is set and the mailbox is empty.

    Args:
        terms: what to run.
        mail: where work comes from.
        listener: where results go.

    Attributes:
        ready: set while entries are journalled and decided.
        stopping: set it to end the thread.
        epoch: of the current ownership.
    """

    def __init__(self, terms: Terms, mail: Mailbox, listener: Listener) -> None:
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.epoch = 0
        self._terms = terms
        self._mail = mail
        self._tell = listener
        self._time = JournalTime(terms.clock)

    def run(self) -> None:
        """Open, own and decide; the target of the thread."""
        try:
            owned: tuple[Store, Partition] | None = self._open()
        except InterlockError as error:
            self._tell.begun(error)
            return
        except Exception as error:  # whoever waits must hear that there is no start
            log.critical("start_failed", exc_info=error, action="report it; nothing acts")
            self._tell.begun(InvariantBroken(f"the journal cannot be taken up: {error!r}"))
            return
        self._tell.begun(None)
        try:
            while owned and not (self.stopping.is_set() and self._mail.is_empty):
                try:
                    self._turn(*owned)
                except JournalError as error:
                    owned = self._recover(*owned, error)
            if owned:
                self._close(*owned)
        except Exception as error:  # noqa: BLE001  # whatever it is, nothing may act on half a state
            self._give_up(error)
            if owned:
                with suppress(JournalError):
                    owned[0].close()

    # --- ownership --------------------------------------------------------------------------

    def _open(self) -> tuple[Store, Partition]:
        store = self._terms.open_store()
        try:
            library = Library(store.reader.blob)
            content = library.add(self._terms.bundle)
            partition = Partition(store, library)
            partition.recover()
            self._time.go_on_from(partition.state.at)
            self._own(store, partition, content)
        except Exception:  # whatever it is, who opens anew must find it closed
            store.close()
            raise
        self.ready.set()
        self._terms.telemetry.ready.set(1)
        return store, partition

    def _own(self, store: Store, partition: Partition, content: bytes) -> None:
        """Journal that this process decides from here on, and by which bundle."""
        if store.epoch <= partition.state.epoch:
            raise JournalCorrupt(
                f"this is opening {store.epoch} of the store, and the journal knows of"
                f" {partition.state.epoch}; run interlock audit verify"
            )
        at, bundle = self._stamp(), self._terms.bundle
        proposals, blobs = [], []
        current = partition.state.bundle
        if current is None or current.digest != bundle.digest:
            files = sorted(bundle.files)
            body = {"kind": str(Kind.BUNDLE), "digest": bundle.digest, "files": files}
            proposals.append(propose(at, body))
            blobs.append(content)
        self.epoch = store.epoch
        started = {
            "kind": str(Kind.STARTED),
            "epoch": store.epoch,
            "decided": store.decided_through,
            "version": __version__,
            "engines": self._terms.engines,
        }
        proposals.append(propose(at, started))
        self._commit(partition, proposals, [], blobs)
        self._settle(partition)

    def _recover(
        self, store: Store, partition: Partition, error: InterlockError
    ) -> tuple[Store, Partition] | None:
        """Refuse what waits, then open the store anew until that succeeds; None when stopped."""
        self._refuse_from_now()
        self._terms.telemetry.failures.labels("append").inc()
        log.error("journal_failed", error=str(error), action="reopening until it recovers")
        store.close()
        while not self.stopping.is_set():
            self._refuse(partition.state, error)
            try:
                return self._open()
            except JournalError as again:
                error = again
                self._terms.telemetry.failures.labels("recover").inc()
        return None

    def _give_up(self, error: Exception) -> None:
        """Our own code is wrong: decide nothing more, refuse everything, let people know."""
        self._refuse_from_now()
        self._terms.telemetry.failures.labels("invariant").inc()
        log.critical("core_stopped", exc_info=error, action="restart and report it")
        broken = InvariantBroken(f"the core has stopped: {error!r}; restart and report it")
        while not self.stopping.is_set():
            self._refuse(State(), broken)

    def _refuse_from_now(self) -> None:
        self.ready.clear()
        self._terms.telemetry.ready.set(0)

    def _refuse(self, state: State, error: InterlockError) -> None:
        items = self._mail.collect(GROUP, REOPEN_S)
        self._answer_questions(items, state)
        self._refuse_entries(items, error)

    def _refuse_entries(self, items: Sequence[Item], error: Exception) -> None:
        for item in items:
            if not isinstance(item, Question):
                self._tell.answer(item.future, error)

    def _close(self, store: Store, partition: Partition) -> None:
        while partition.has_decisions:
            self._commit(partition, [], [])
        partition.save(self._stamp())
        store.seal(self._stamp())
        store.close()

    # --- work -------------------------------------------------------------------------------

    def _turn(self, store: Store, partition: Partition) -> None:
        due_s = (next_due(partition.state) - self._stamp()) / 1000
        items = self._mail.collect(GROUP, max(0.0, min(due_s, IDLE_S)))
        self._answer_questions(items, partition.state)
        try:
            group, acks = self._propose(items, store)
        except Exception as error:  # it ends the thread, or the store; who waits must hear first
            self._refuse_entries(items, error)
            raise
        if not group.proposals and next_due(partition.state) <= group.at:
            group.add({"kind": str(Kind.TIMER)})
        if group.proposals or acks:
            self._commit(partition, group.proposals, acks)
        self._settle(partition)
        if self._mail.is_empty:
            store.seal(self._stamp())

    def _propose(self, items: Sequence[Item], store: Store) -> tuple[Group, list[Ack]]:
        group = Group(self._stamp(), store.known)
        acks = []
        for item in items:
            if isinstance(item, Record):
                acks.append(Ack(item.future, group.add(item.body)))
            elif isinstance(item, Signals):
                acks.append(Ack(item.future, group.add_signals(item.arrivals)))
        return group, acks

    def _commit(
        self,
        partition: Partition,
        proposals: Sequence[Proposal],
        acks: Sequence[Ack],
        blobs: Sequence[bytes] = (),
    ) -> None:
        clock, figures = self._terms.clock, self._terms.telemetry
        began = clock.monotonic()
        try:
            seqs, released = partition.append(proposals, self._stamp(), blobs=blobs)
        except JournalError as error:
            for ack in acks:
                self._tell.answer(ack.future, error)
            raise
        figures.committed(proposals, len(released.decisions), clock.monotonic() - began)
        self._tell.durable(acks, seqs, released)
        began = clock.monotonic()
        partition.decide()
        if proposals:
            figures.fold.observe(clock.monotonic() - began)

    def _settle(self, partition: Partition) -> None:
        """While nothing new waits, write what was decided and let out what needs no writing."""
        if self._mail.is_empty:
            while partition.has_decisions:
                self._commit(partition, [], [])
        if not partition.has_decisions:
            self._terms.telemetry.stand(partition.state)
            self._tell.durable((), (), partition.release())
            if partition.wants_saving:
                partition.save(self._stamp())

    def _stamp(self) -> int:
        """Return the time for an entry: never before that of the entry before it."""
        return self._time.now_ms()

    def _answer_questions(self, items: Sequence[Item], state: State) -> None:
        for item in items:
            if isinstance(item, Question):
                try:
                    answer = item.ask(state)
                except Exception as error:  # noqa: BLE001  # a wrong question is its asker's
                    self._tell.answer(item.future, error)
                else:
                    self._tell.answer(item.future, answer)
