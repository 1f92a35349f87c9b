"""Workers of the engine's remote executors, as ``ExecutorService`` speaks with them.

The engine hands runtime values to executors of its own process; a worker in another
language must be told what they are.  Inputs have the types the operator's file declares;
of a target's attributes the value itself says it.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.executors.base import Attempt, Manifest, ProbeRequest
from interlock.engine.executors.lease import Asked, Assigned, Reported, Revoked
from interlock.engine.executors.lease import LeaseKey as EngineKey
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.session import Offer
from interlock.engine.executors.session import Session as EngineSession
from interlock.engine.executors.session import WorkerHello as EngineHello
from interlock.engine.model import PARTITION
from interlock.errors import RequestRejected
from interlock.language.values import BOOL, INT, STRING, Field, Type, Value, list_of
from interlock.server.views import Position
from interlock.server.work import (
    Assignment,
    Lease,
    LeaseKey,
    Operation,
    ProbeAssignment,
    ProbeOutcome,
    Report,
    Revocation,
    Typed,
    Work,
    WorkerHello,
    WorkTarget,
)


class RemoteWorkers:
    """Opens sessions on remote executors."""

    def __init__(self, executors: Mapping[str, RemoteExecutor]) -> None:
        """Serve executors by name."""
        self._executors = executors

    def attach(self, hello: WorkerHello) -> RemoteSession:
        """Open a session.

        Raises:
            RequestRejected: no remote executor has that name, or it declares nothing the
                worker offers, or declares it otherwise.
            NotPermitted: a worker of that name is connected already.
            NotReady: dispatch has not begun.
        """
        executor = self._executors.get(hello.executor)
        if executor is None:
            known = ", ".join(sorted(self._executors)) or "none"
            raise RequestRejected(
                f"hello.executor: expected a remote executor ({known}), found {hello.executor!r}",
                field="hello.executor",
            )
        session = executor.attach(
            EngineHello(
                worker=hello.worker,
                operations=_offers(hello.operations),
                probes=_offers(hello.probes),
                capacity=hello.capacity,
            )
        )
        return RemoteSession(session, executor)


class RemoteSession:
    """One connected worker; ``interlock.server.core.Session``."""

    def __init__(self, session: EngineSession, executor: RemoteExecutor) -> None:
        """Serve a session of an executor."""
        self._session = session
        self._executor = executor

    @property
    def heartbeat_ms(self) -> int:
        """How often the worker is to renew each lease, in ms."""
        return self._session.heartbeat_ms

    async def next(self) -> Work:
        """Wait for and return the next thing the worker is to be told.

        Raises:
            NotReady: the session is over.
        """
        match await self._session.next():
            case Assigned(attempt, expires_at):
                declared = self._executor.actions[attempt.operation].inputs
                return _assignment(attempt, expires_at, declared)
            case Asked(request):
                return _question(request, self._executor.probe_manifests)
            case Revoked(key, reason):
                return Revocation(LeaseKey(*key), reason)

    def renew(self, key: LeaseKey) -> Lease:
        """Extend a lease and return it.

        Raises:
            ExecutionRefused: the worker does not hold it.
        """
        return Lease(key, self._session.renew(EngineKey(*key)))

    async def report(self, report: Report) -> Position | None:
        """Journal how an attempt ended; return its entry when it is on disk.

        Raises:
            ExecutionRefused: the worker does not hold the lease.
            SignalRejected: an output is not what the operation declares.
            NotReady: nothing was journalled yet.
        """
        reported = Reported(report.outcome, report.code, report.message, report.outputs)
        seq = await self._session.report(EngineKey(*report.key), reported)
        return None if seq is None else Position(PARTITION, seq)

    async def observe(self, outcome: ProbeOutcome) -> None:
        """Take what a probe saw.

        Raises:
            ExecutionRefused: nobody is waiting for that probe.
            SignalRejected: an output is not what the probe declares.
        """
        self._session.observe(outcome.probe, outcome.outputs, outcome.error)

    def leave(self) -> None:
        """Be given no more work; what is under way goes on.  Idempotent."""
        self._session.leave()

    async def close(self) -> None:
        """End the session.  Idempotent."""
        self._session.close()


def type_of(value: Value) -> Type:
    """Return the type a runtime value shows; a number may be any of those that are numbers."""
    match value:
        case bool():
            return BOOL
        case str():
            return STRING
        case int():
            return INT
        case tuple():
            return list_of(type_of(value[0]) if value else STRING)


def _offers(operations: tuple[Operation, ...]) -> tuple[Offer, ...]:
    return tuple(Offer(one.name, one.inputs, one.outputs) for one in operations)


def _assignment(attempt: Attempt, expires_at: int, declared: Mapping[str, Field]) -> Assignment:
    return Assignment(
        lease=Lease(LeaseKey(attempt.intent, attempt.attempt, attempt.epoch), expires_at),
        incident=attempt.incident,
        action=attempt.action,
        operation=attempt.operation,
        inputs=_typed(attempt.inputs, declared),
        target=_target(attempt.target),
        idempotency_key=attempt.idempotency_key,
        timeout_ms=attempt.timeout_ms,
    )


def _question(request: ProbeRequest, manifests: Mapping[str, Manifest]) -> ProbeAssignment:
    return ProbeAssignment(
        probe=request.id,
        operation=request.operation,
        inputs=_typed(request.inputs, manifests[request.operation].inputs),
        target=_target(request.target),
        timeout_ms=request.timeout_ms,
    )


def _typed(values: Mapping[str, Value], declared: Mapping[str, Field]) -> dict[str, Typed]:
    return {
        name: Typed(value, declared[name].type if name in declared else type_of(value))
        for name, value in values.items()
    }


def _target(target: Mapping[str, Value] | None) -> WorkTarget | None:
    if target is None:
        return None
    attributes = {name: value for name, value in target.items() if name != "id"}
    return WorkTarget(str(target["id"]), _typed(attributes, {}))
