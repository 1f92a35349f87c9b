"""What the server asks of the engine: the whole of it, in one place.

The services, the HTTP doors and their tests know only these protocols; the runtime
implements them.  Every time is in ms since the epoch, UTC; every identifier is text.
``tests/contract/core_contract.py`` is what an implementation must pass.

::

    Intake    signals in: submit, room, quarantine        SignalService, HTTP doors
    Queries   what happened: incidents, moves, reasons    IncidentService, AuditService
    Commands  what people order                           IncidentService, ControlService
    Workers   leases for workers in other processes       ExecutorService
    Core      all four
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from interlock.server.nearness import NotFired, NotFiredQuestion, NotRunQuestion
from interlock.server.signals import Incoming, Quarantined, Receipt
from interlock.server.views import (
    Change,
    Command,
    Explanation,
    Fact,
    GateStatus,
    Incident,
    IncidentFilter,
    Listing,
    Page,
    Position,
    Transition,
    TransitionFilter,
)
from interlock.server.work import Lease, LeaseKey, ProbeOutcome, Report, Work, WorkerHello


class Readiness(Protocol):
    """Whether the engine takes work."""

    def ready(self) -> bool:
        """Return whether signals and commands are being journalled now."""
        ...

    def frozen(self) -> bool:
        """Return whether a freeze covers everything."""
        ...


class Intake(Readiness, Protocol):
    """Where signals enter the journal."""

    def submit(
        self, signals: Sequence[Incoming], *, door: str
    ) -> asyncio.Future[Sequence[Receipt]]:
        """Take a place in the intake now; the future is done when the signals are on disk.

        The intake is bounded in signals and in bytes, and an empty one takes any legal batch.
        Calling is admission and fixes the order; awaiting is durability.  Cancelling the
        future takes nothing back: an implementation must expect it to be done already.

        Args:
            signals: 1 to 1,000, journalled in this order.
            door: word for where they came in, e.g. ``grpc``.

        Returns:
            One receipt per signal, in order.  The future raises JournalError when they
            could not be written; then nothing was.

        Raises:
            Overloaded: the intake is full; nothing was taken.
            NotReady: starting or stopping; nothing was taken.
        """
        ...

    async def room(self, count: int) -> None:
        """Return when the intake may have room for that many signals again.

        Waits at least until the intake has moved once; the caller must still expect
        Overloaded.  Waiters are woken in the order they came.
        """
        ...

    async def quarantine(self, items: Sequence[Quarantined], *, door: str) -> None:
        """Journal what no signal could be made of; return when it is on disk.

        Raises:
            Overloaded, NotReady, JournalError: as ``submit``.
        """
        ...

    def scale_of(self, name: str, field: str) -> int | None:
        """Return the decimal scale the signal's definition declares for doubles of a field.

        None when the name or field is not declared or is neither a double nor a list of them.
        Called for every number that comes in, so it must be a lookup.
        """
        ...


class Queries(Protocol):
    """What can be asked; works while nothing can be written."""

    async def get_incident(self, incident: str) -> Incident:
        """Return one incident.

        Raises:
            NotFound: there is none of that id.
        """
        ...

    async def list_incidents(self, wanted: IncidentFilter, page: Page) -> Listing[Incident]:
        """Return one page of the incidents that pass the filter, newest first."""
        ...

    async def list_transitions(self, wanted: TransitionFilter, page: Page) -> Listing[Transition]:
        """Return one page of the moves that pass the filter, oldest first."""
        ...

    async def explain(self, subject: str) -> Explanation:
        """Return the reasons behind an incident or action, at most 32 levels deep.

        Raises:
            NotFound: neither an incident nor an action has that id.
        """
        ...

    async def explain_not_fired(self, question: NotFiredQuestion) -> NotFired:
        """Return why a rule had not fired at a moment, or that it had.

        Raises:
            NotFound: nothing had been decided by then, or no rule is called so.
            RequestRejected: no condition of the rule reads a field that is asked about.
            Overloaded: too many such questions wait.
        """
        ...

    async def explain_not_run(self, question: NotRunQuestion) -> Explanation:
        """Return why an incident did not run an action, or what became of it when it did.

        Raises:
            NotFound: there is no such incident, or its machine never runs such an action.
            Overloaded: too many such questions wait.
        """
        ...

    async def gate_status(self) -> GateStatus:
        """Return what the gate lets through now."""
        ...

    async def facts(self, name: str) -> tuple[Fact, ...]:
        """Return the facts that stand, of one name or of all, by name, in the order they came."""
        ...

    def watch(self) -> AsyncGenerator[Change, None]:
        """Return every change of an incident from this call on, in order.

        Listening begins with the call, not with the first change asked for.  At most a
        bounded number of changes wait for a slow reader.

        Raises:
            Overloaded: the reader fell behind; the iterator has ended.
        """
        ...


class Commands(Protocol):
    """What people order."""

    async def command(self, command: Command) -> Position:
        """Journal a command; return its entry when it is on disk.

        Idempotent: an actor's repeated request id returns the first entry.

        Raises:
            NotFound: the incident does not exist.
            NotPermitted: the state of things forbids it: the incident is closed, nothing
                is frozen under that scope, the answer does not count.
            RequestRejected: the scope is not one the gate knows, or the request id was
                used for another command.
            Overloaded, NotReady, JournalError: nothing was journalled.
        """
        ...


class Session(Protocol):
    """One connected worker, from hello to the end of its stream."""

    @property
    def heartbeat_ms(self) -> int:
        """How often the worker is to renew each lease, in ms."""
        ...

    async def next(self) -> Work:
        """Wait for and return the next thing the worker is to be told.

        Never returns more assignments than the worker's capacity minus those it has not
        reported.  Cancelling loses nothing.

        Raises:
            NotReady: the session is over; the worker may come again.
        """
        ...

    def renew(self, key: LeaseKey) -> Lease:
        """Extend a lease and return it.

        Raises:
            ExecutionRefused: the worker does not hold it: stale epoch, other attempt, ended.
        """
        ...

    async def report(self, report: Report) -> Position | None:
        """Journal how an attempt ended; return when it is on disk, with its entry if it has one.

        Idempotent: a repeated report returns the first entry.  A worker that lost its
        stream may report in a new session.

        Raises:
            ExecutionRefused: the epoch is stale or the attempt is not outstanding.
            SignalRejected: an output is not what the contract declares.
            NotReady, JournalError: nothing was journalled; report again.
        """
        ...

    async def observe(self, outcome: ProbeOutcome) -> None:
        """Take what a probe saw.

        Raises:
            ExecutionRefused: nobody is waiting for that probe.
            SignalRejected: an output is not what the probe declares.
        """
        ...

    def leave(self) -> None:
        """Return no more assignments; what is under way goes on.  Idempotent."""
        ...

    async def close(self) -> None:
        """End the session; leases without a report are lost.  Idempotent."""
        ...


class Workers(Readiness, Protocol):
    """Where workers in other processes get their work."""

    async def attach(self, hello: WorkerHello) -> Session:
        """Open a session.

        Raises:
            NotPermitted: a worker of that name is connected already.
            RequestRejected: the executor is unknown or a declared type cannot be read.
            NotReady: starting or stopping.
        """
        ...


class Core(Intake, Queries, Commands, Workers, Protocol):
    """Everything the server asks of the engine."""
