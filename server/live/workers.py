"""Workers in other processes, attached to the executors they work for.

Knows both vocabularies: the engine's sessions and the server's.  A value goes out with the type
the operator's manifest declares, because a worker in another language must be told what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.executors import session as engine
from interlock.engine.executors.base import Attempt, Executor, Manifest, ProbeRequest
from interlock.engine.executors.lease import Asked, Assigned, Reported, Revoked
from interlock.engine.executors.lease import LeaseKey as EngineKey
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.model import PARTITION
from interlock.errors import NotReady, RequestRejected
from interlock.language.values import BOOL, INT, STRING, Type, Value
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


class LiveWorkers:
    """Finds the executor a worker works for.

    Args:
        executors: by name; only remote ones take workers.
    """

    def __init__(self, executors: Mapping[str, Executor]) -> None:
        self._remote = {n: e for n, e in executors.items() if isinstance(e, RemoteExecutor)}

    def attach(self, hello: WorkerHello) -> LiveSession:
        """Open a session.

        Raises:
            RequestRejected: no executor of that name takes workers, or they do not agree on
                what is done.
            NotPermitted: a worker of that name is connected already.
            NotReady: dispatch has not begun.
        """
        executor = self._remote.get(hello.executor)
        if executor is None:
            known = ", ".join(sorted(self._remote)) or "none is configured"
            raise RequestRejected(
                f"no executor {hello.executor!r} takes workers; those that do: {known}",
                field="executor",
            )
        session = executor.attach(
            engine.WorkerHello(
                worker=hello.worker,
                operations=tuple(_offer(o) for o in hello.operations),
                probes=tuple(_offer(o) for o in hello.probes),
                capacity=hello.capacity,
            )
        )
        return LiveSession(session, executor)


class LiveSession:
    """One connected worker, in the server's words."""

    def __init__(self, session: engine.Session, executor: RemoteExecutor) -> None:
        self._session = session
        self._executor = executor

    @property
    def heartbeat_ms(self) -> int:
        """How often the worker is to renew each lease, in ms."""
        return self._session.heartbeat_ms

    async def next(self) -> Work:
        """Wait for and return the next thing the worker is to be told."""
        match await self._session.next():
            case Assigned(attempt, expires_at):
                return self._assignment(attempt, expires_at)
            case Asked(request):
                return self._question(request)
            case Revoked(key, reason):
                return Revocation(LeaseKey(*key), reason)

    def renew(self, key: LeaseKey) -> Lease:
        """Extend a lease and return it."""
        return Lease(key, self._session.renew(EngineKey(*key)))

    async def report(self, report: Report) -> Position:
        """Journal how an attempt ended; return its entry when it is on disk."""
        reported = Reported(report.outcome, report.code, report.message, report.outputs)
        seq = await self._session.report(EngineKey(*report.key), reported)
        if seq is None:
            raise NotReady("the report's place in the journal is not known yet; report again")
        return Position(PARTITION, seq)

    async def observe(self, outcome: ProbeOutcome) -> None:
        """Take what a probe saw."""
        self._session.observe(outcome.probe, outcome.outputs, outcome.error)

    async def close(self) -> None:
        """End the session."""
        self._session.close()

    def _assignment(self, attempt: Attempt, expires_at: int) -> Assignment:
        key = LeaseKey(attempt.intent, attempt.attempt, attempt.epoch)
        manifest = self._executor.actions[attempt.operation]
        return Assignment(
            lease=Lease(key, expires_at),
            incident=attempt.incident,
            action=attempt.action,
            operation=attempt.operation,
            inputs=_typed(attempt.inputs, manifest),
            target=_target(attempt.target),
            idempotency_key=attempt.idempotency_key,
            timeout_ms=attempt.timeout_ms,
        )

    def _question(self, request: ProbeRequest) -> ProbeAssignment:
        manifest = self._executor.probe_manifests[request.operation]
        return ProbeAssignment(
            probe=request.id,
            operation=request.operation,
            inputs=_typed(request.inputs, manifest),
            target=_target(request.target),
            timeout_ms=request.timeout_ms,
        )


def _offer(operation: Operation) -> engine.Offer:
    return engine.Offer(operation.name, operation.inputs, operation.outputs)


def _typed(values: Mapping[str, Value], manifest: Manifest) -> dict[str, Typed]:
    declared = manifest.inputs
    return {name: Typed(v, declared[name].type) for name, v in values.items() if name in declared}


def _target(target: Mapping[str, Value] | None) -> WorkTarget | None:
    if target is None:
        return None
    attributes = {name: Typed(v, _type_of(v)) for name, v in target.items() if name != "id"}
    return WorkTarget(str(target["id"]), attributes)


def _type_of(value: Value) -> Type:
    """Return the type of an inventory attribute: text, whole number or truth value."""
    if isinstance(value, bool):
        return BOOL
    return INT if isinstance(value, int) else STRING
