"""One connected worker, as the core in memory knows it."""

from __future__ import annotations

import asyncio

from interlock.errors import ExecutionRefused, NotReady
from interlock.server.views import Position
from interlock.server.work import (
    Assignment,
    Lease,
    LeaseKey,
    ProbeAssignment,
    ProbeOutcome,
    Report,
    Revocation,
    Work,
    WorkerHello,
)


class MemorySession:
    """Tells the worker what a test tells it, and keeps what the worker says."""

    heartbeat_ms = 1500

    def __init__(self, hello: WorkerHello, journal: list[tuple[str, object]]) -> None:
        self.hello = hello
        self.closed = False
        self.leaving = False
        self.held: dict[LeaseKey, Lease] = {}
        self.probes: set[str] = set()
        self.observed: list[ProbeOutcome] = []
        self._journal = journal
        self._done: dict[LeaseKey, Position] = {}
        self._told: asyncio.Queue[Work | None] = asyncio.Queue()

    def tell(self, work: Work) -> None:
        """Give the worker something."""
        if isinstance(work, Assignment):
            self.held[work.lease.key] = work.lease
        elif isinstance(work, ProbeAssignment):
            self.probes.add(work.probe)
        self._told.put_nowait(work)

    def revoke(self, key: LeaseKey, reason: str) -> None:
        """Take a lease away."""
        del self.held[key]
        self._told.put_nowait(Revocation(key, reason))

    def end(self) -> None:
        """End the session from the core's side."""
        self._told.put_nowait(None)

    async def next(self) -> Work:
        told = await self._told.get()
        if told is None:
            raise NotReady("the core is stopping")
        return told

    def renew(self, key: LeaseKey) -> Lease:
        if key not in self.held:
            raise ExecutionRefused(f"attempt {key.attempt} of {key.intent} is not leased to you")
        lease = self.held[key]
        self.held[key] = Lease(key, lease.expires_at + 5000)
        return self.held[key]

    async def report(self, report: Report) -> Position:
        if report.key in self._done:
            return self._done[report.key]
        if report.key not in self.held:
            raise ExecutionRefused(f"epoch {report.key.epoch} is stale")
        del self.held[report.key]
        position = Position(0, len(self._journal))
        self._journal.append(("result", report))
        self._done[report.key] = position
        return position

    async def observe(self, outcome: ProbeOutcome) -> None:
        if outcome.probe not in self.probes:
            raise ExecutionRefused(f"nobody waits for probe {outcome.probe!r}")
        self.probes.remove(outcome.probe)
        self.observed.append(outcome)

    def leave(self) -> None:
        self.leaving = True

    async def close(self) -> None:
        self.closed = True
