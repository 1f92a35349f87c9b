"""ExecutorService: leases for workers in other processes.

A session has two halves that never wait for each other: one tells the worker what the core
has for it, one takes what the worker says.  Refusals of single messages (a stale epoch, a
lost lease, a bad output) are answered on the stream; only what makes the rest of the
stream meaningless ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import assert_never

from interlock.errors import ExecutionRefused, InterlockError, RequestRejected, SignalRejected
from interlock.server import wire
from interlock.server.convert_views import write_moment, write_position
from interlock.server.convert_work import (
    read_hello,
    read_key,
    read_probe,
    read_report,
    write_assignment,
    write_duration,
    write_key,
    write_probe,
)
from interlock.server.core import Session, Workers
from interlock.server.work import Assignment, ProbeAssignment, Revocation
from interlock.v1.executor_pb2 import LeaseKey
from interlock.v1.executor_service_pb2 import (
    AttemptReport,
    Farewell,
    LeaseRenewal,
    LeaseRevocation,
    ProbeReport,
    ReportReceipt,
    Welcome,
    WorkRequest,
    WorkResponse,
)

NAME = "interlock.v1.ExecutorService"

HELLO_SECONDS = 10.0
"""How long a stream may stay open without a hello."""

_Send = wire.Send[WorkResponse]
_Requests = AsyncIterator[WorkRequest]


class ExecutorService:
    """Connects workers with the core."""

    def __init__(self, core: Workers) -> None:
        """Serve a core."""
        self._core = core

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [wire.talking("Work", WorkRequest, self.work)]

    async def work(self, requests: _Requests, send: _Send) -> None:
        """Run one worker's session to the end of its stream.

        Raises:
            RequestRejected: the worker broke the protocol.
        """
        session = await self._core.attach(read_hello((await _first(requests)).hello))
        lock = asyncio.Lock()

        async def send_alone(response: WorkResponse) -> None:
            async with lock:  # gRPC takes one write at a time
                await send(response)

        try:
            await _converse(session, requests, send_alone)
        finally:
            await session.close()


async def _first(requests: _Requests) -> WorkRequest:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(HELLO_SECONDS):
            request = await anext(requests)
            if request.HasField("hello"):
                return request
    raise RequestRejected("hello: expected as the first message, found none", field="hello")


async def _converse(session: Session, requests: _Requests, send: _Send) -> None:
    heartbeat = write_duration(session.heartbeat_ms)
    await send(WorkResponse(welcome=Welcome(heartbeat_interval=heartbeat)))
    async with asyncio.TaskGroup() as tasks:
        halves = [
            tasks.create_task(_tell(session, send)),
            tasks.create_task(_listen(session, requests, send)),
        ]
        ended, _ = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        for half in halves:
            half.cancel()
    for half in ended:
        if (failure := half.result()) is not None:
            raise failure


async def _tell(session: Session, send: _Send) -> InterlockError:
    """Pass on what the core has for the worker; return the error that ends the session."""
    while True:
        try:
            told = await session.next()
        except InterlockError as error:
            return error
        match told:
            case Assignment():
                await send(WorkResponse(assignment=write_assignment(told)))
            case ProbeAssignment():
                await send(WorkResponse(probe_assignment=write_probe(told)))
            case Revocation(key, reason):
                await send(_revoked(write_key(key), reason))
            case _:
                assert_never(told)


async def _listen(session: Session, requests: _Requests, send: _Send) -> InterlockError | None:
    """Take what the worker says to the end; return the error that ends it early, if one does."""
    try:
        async for request in requests:
            await send(await _take(session, request))
    except InterlockError as error:
        return error
    return None


async def _take(session: Session, request: WorkRequest) -> WorkResponse:
    match request.WhichOneof("message"):
        case "heartbeat":
            return _renew(session, request.heartbeat.lease)
        case "result":
            return WorkResponse(receipt=await _report(session, request.result))
        case "probe_result":
            return WorkResponse(receipt=await _observe(session, request.probe_result))
        case "goodbye":
            session.leave()
            return WorkResponse(farewell=Farewell())
        case "hello":
            raise RequestRejected("hello: expected only once, found again", field="hello")
        case _:
            raise RequestRejected("message: expected one, found none", field="message")


def _renew(session: Session, key: LeaseKey) -> WorkResponse:
    try:
        lease = session.renew(read_key(key))
    except ExecutionRefused as error:
        return _revoked(key, str(error))
    return WorkResponse(renewal=LeaseRenewal(lease=key, expires_at=write_moment(lease.expires_at)))


async def _report(session: Session, report: AttemptReport) -> ReportReceipt:
    try:
        position = await session.report(read_report(report))
    except (ExecutionRefused, SignalRejected) as error:
        return ReportReceipt(lease=report.lease, accepted=False, reason=str(error))
    return ReportReceipt(
        lease=report.lease,
        accepted=True,
        position=None if position is None else write_position(position),
    )


async def _observe(session: Session, report: ProbeReport) -> ReportReceipt:
    try:
        await session.observe(read_probe(report))
    except (ExecutionRefused, SignalRejected) as error:
        return ReportReceipt(probe_id=report.probe_id, accepted=False, reason=str(error))
    return ReportReceipt(probe_id=report.probe_id, accepted=True)


def _revoked(key: LeaseKey, reason: str) -> WorkResponse:
    return WorkResponse(revocation=LeaseRevocation(lease=key, reason=reason))
