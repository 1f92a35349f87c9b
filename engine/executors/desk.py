"""Keeps track of who works on what: the queue, the leases and the workers with room.

For one event loop.  A task is in exactly one place at a time: ``waiting``, ``held`` (an
attempt with a worker) or ``asked`` (a probe with a worker); attempts that ended are
remembered in ``done`` (reported) or ``gone`` (lease lost), so that a report that comes again
or too late is understood.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import TypeVar

from interlock.engine.clock import Clock
from interlock.engine.executors.base import RECALLED, Attempt
from interlock.engine.executors.lease import (
    AnyTask,
    Asked,
    Assigned,
    AttemptTask,
    LeaseKey,
    ProbeTask,
    Revoked,
    Told,
)
from interlock.errors import ExecutionError, ExecutionRefused, LeaseLost

REMEMBERED = 10_000
"""How many ended attempts are remembered each way."""

K = TypeVar("K")
V = TypeVar("V")


class Place:
    """A connected worker as the desk sees it.

    Attributes:
        worker: its name.
        operations: actions it performs.
        probes: probes it answers.
        capacity: how much it takes at a time.
        told: what it is told, in order; None ends the session.
        leaving: whether it takes nothing more.
    """

    def __init__(
        self, worker: str, operations: frozenset[str], probes: frozenset[str], capacity: int
    ) -> None:
        self.worker = worker
        self.operations = operations
        self.probes = probes
        self.capacity = capacity
        self.told: asyncio.Queue[Told | None] = asyncio.Queue()
        self.leaving = False

    def offers(self, task: AnyTask) -> bool:
        """Return whether the worker can and will do the task."""
        if self.leaving:
            return False
        offered = self.operations if isinstance(task, AttemptTask) else self.probes
        return task.work.operation in offered


class Desk:
    """Gives tasks to workers and takes them back.

    Args:
        lease_ms: how long a lease lasts without a heartbeat.
        clock: the wall clock that leases are told in.
        withheld: why an attempt may not be sent now; None when it may.
    """

    def __init__(
        self, lease_ms: int, clock: Clock, withheld: Callable[[Attempt], str | None]
    ) -> None:
        self.lease_ms = lease_ms
        self._clock = clock
        self._withheld = withheld
        self._waiting: deque[AnyTask] = deque()
        self._places: dict[str, Place] = {}
        self._in_hand: dict[str, set[AnyTask]] = {}
        self.held: dict[LeaseKey, AttemptTask] = {}
        self.asked: dict[str, ProbeTask] = {}
        self.done: OrderedDict[LeaseKey, AttemptTask] = OrderedDict()
        self.gone: OrderedDict[LeaseKey, AttemptTask] = OrderedDict()

    # --- workers ----------------------------------------------------------------------------

    def is_connected(self, worker: str) -> bool:
        """Return whether a worker of that name has a place."""
        return worker in self._places

    def open(self, place: Place) -> None:
        """Let a worker take tasks."""
        self._places[place.worker] = place
        self._match()

    def leave(self, place: Place) -> None:
        """Give a worker nothing more; what it was not told yet goes to others.  Idempotent."""
        place.leaving = True
        self._take_back(place)
        self._match()

    def close(self, place: Place) -> None:
        """Let a worker go.  Idempotent.

        What it was not told yet goes to others; of what it was told, probes fail now and
        leases when they lapse, because nobody knows what became of it.
        """
        if self._places.get(place.worker) is not place:
            return
        del self._places[place.worker]
        self._take_back(place)
        place.told.put_nowait(None)
        for task in list(self._in_hand.get(place.worker, ())):
            if not isinstance(task, AttemptTask):
                task.fail(ExecutionError(f"worker {place.worker} has gone", reason="worker_gone"))
        self._match()

    # --- tasks ------------------------------------------------------------------------------

    def add(self, task: AnyTask) -> None:
        """Take a task and give it to a worker as soon as one has room."""
        self._waiting.append(task)
        self._match()

    def renew(self, task: AttemptTask) -> int:
        """Start a lease anew and return when it ends, in ms since the epoch."""
        if task.lapse is not None:
            task.lapse.cancel()
        loop = asyncio.get_running_loop()
        task.lapse = loop.call_later(self.lease_ms / 1000, self._lapsed, task)
        return self._clock.now_ms() + self.lease_ms

    def report(self, task: AttemptTask) -> None:
        """An attempt was reported: its lease ends in order."""
        self._let_go(task)
        _remember(self.done, LeaseKey.of(task.work), task)
        self._match()

    def withdraw(self, task: AnyTask, reason: str) -> None:
        """Take a task back: nobody waits for it any more.  Idempotent."""
        if task in self._waiting:
            self._waiting.remove(task)
            return
        if task.worker is None or task not in self._in_hand.get(task.worker, ()):
            return
        self._let_go(task)
        if isinstance(task, AttemptTask):
            self._revoke(task, reason)
        self._match()

    def _match(self) -> None:
        for task in list(self._waiting):
            place = self._roomiest(task)
            if place is not None:
                self._waiting.remove(task)
                self._give(task, place)

    def _roomiest(self, task: AnyTask) -> Place | None:
        """Return the worker with most room for a task; the first by name among equals."""
        fitting = [
            (len(self._in_hand.get(name, ())) - place.capacity, name)
            for name, place in self._places.items()
            if place.offers(task)
        ]
        free, name = min(fitting, default=(0, ""))
        return self._places[name] if free < 0 else None

    def _give(self, task: AnyTask, place: Place) -> None:
        if isinstance(task, AttemptTask):
            # Checked last of all: the task may have waited since dispatch asked.
            reason = self._withheld(task.work)
            if reason is not None:
                task.fail(ExecutionRefused(reason, reason=RECALLED))
                return
        task.worker = place.worker
        self._in_hand.setdefault(place.worker, set()).add(task)
        if isinstance(task, AttemptTask):
            self.held[LeaseKey.of(task.work)] = task
            place.told.put_nowait(Assigned(task.work, self.renew(task)))
        else:
            self.asked[task.work.id] = task
            place.told.put_nowait(Asked(task.work))

    def _take_back(self, place: Place) -> None:
        """Put what the worker was not told yet before all that waits, in its order."""
        untold = [place.told.get_nowait() for _ in range(place.told.qsize())]
        back = [task for told in untold if (task := self._untold(told, place)) is not None]
        for told in untold:
            if not isinstance(told, Assigned | Asked):
                place.told.put_nowait(told)
        for task in back:
            self._let_go(task)
            task.worker = None
        self._waiting.extendleft(reversed(back))

    def _untold(self, told: Told | None, place: Place) -> AnyTask | None:
        """Return the task the worker was to be told of, if it is still the worker's."""
        task: AnyTask | None = None
        if isinstance(told, Assigned):
            task = self.held.get(LeaseKey.of(told.attempt))
        elif isinstance(told, Asked):
            task = self.asked.get(told.request.id)
        return task if task is not None and task.worker == place.worker else None

    def _lapsed(self, task: AttemptTask) -> None:
        reason = f"worker {task.worker} sent no heartbeat for {self.lease_ms} ms"
        self._let_go(task)
        self._revoke(task, reason)
        task.fail(LeaseLost(reason))
        self._match()

    def _revoke(self, task: AttemptTask, reason: str) -> None:
        key = LeaseKey.of(task.work)
        _remember(self.gone, key, task)
        place = self._places.get(task.worker or "")
        if place is not None:
            place.told.put_nowait(Revoked(key, reason))

    def _let_go(self, task: AnyTask) -> None:
        if task.lapse is not None:
            task.lapse.cancel()
        if isinstance(task, AttemptTask):
            self.held.pop(LeaseKey.of(task.work), None)
        else:
            self.asked.pop(task.work.id, None)
        if task.worker is not None:
            tasks = self._in_hand.get(task.worker, set())
            tasks.discard(task)
            if not tasks:
                self._in_hand.pop(task.worker, None)


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
