"""One session on the wire: hello, then both sides speak until the stream ends."""

from __future__ import annotations

import asyncio

import grpc

from interlock.v1.executor_pb2 import LeaseKey as WireKey
from interlock.v1.executor_service_pb2 import Heartbeat, Hello, WorkRequest, WorkResponse
from interlock.v1.executor_service_pb2_grpc import ExecutorServiceStub
from interlock.worker.errands import Errands
from interlock.worker.work import LeaseKey

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", 5 * 1024 * 1024),
    # A service that has gone is noticed within 20 s, well before anybody waits for a result.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
"""What the channel is told."""

WELCOME_S = 10.0
"""How long the service may take to answer the hello."""

_Call = grpc.aio.StreamStreamCall[WorkRequest, WorkResponse]


async def converse(channel: grpc.aio.Channel, hello: Hello, errands: Errands) -> None:
    """Run one session to the end of its stream.

    Raises:
        AioRpcError: how the stream ended, when not in order.
        TimeoutError: the service did not answer the hello.
    """
    call: _Call = ExecutorServiceStub(channel).Work()
    outbox: asyncio.Queue[WorkRequest] = asyncio.Queue()
    try:
        await call.write(WorkRequest(hello=hello))
        async with asyncio.timeout(WELCOME_S):
            first = await _read(call)
        if first is None:
            return
        errands.connect(outbox.put_nowait)
        beat_s = first.welcome.heartbeat_interval.ToTimedelta().total_seconds()
        await _exchange(call, outbox, errands, beat_s)
    finally:
        errands.disconnect()
        call.cancel()


async def _exchange(
    call: _Call, outbox: asyncio.Queue[WorkRequest], errands: Errands, beat_s: float
) -> None:
    """Write, beat and listen until one of them ends."""
    parts = [
        asyncio.ensure_future(part)
        for part in (_write(call, outbox), _beat(outbox, errands, beat_s), _listen(call, errands))
    ]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    for part in done:
        part.result()


async def _write(call: _Call, outbox: asyncio.Queue[WorkRequest]) -> None:
    while True:
        await call.write(await outbox.get())


async def _beat(outbox: asyncio.Queue[WorkRequest], errands: Errands, beat_s: float) -> None:
    while True:
        await asyncio.sleep(beat_s)
        for key in errands.held():
            lease = WireKey(intent_id=key.intent, attempt=key.attempt, epoch=key.epoch)
            outbox.put_nowait(WorkRequest(heartbeat=Heartbeat(lease=lease)))


async def _listen(call: _Call, errands: Errands) -> None:
    while (response := await _read(call)) is not None:
        match response.WhichOneof("message"):
            case "assignment":
                errands.take(response.assignment)
            case "probe_assignment":
                errands.ask(response.probe_assignment)
            case "revocation":
                lease = response.revocation.lease
                key = LeaseKey(lease.intent_id, lease.attempt, lease.epoch)
                errands.revoke(key, response.revocation.reason)
            case "receipt":
                errands.confirm(response.receipt)
            case "farewell":
                errands.part()
            case _:
                pass  # a renewal, or a word of a later version


async def _read(call: _Call) -> WorkResponse | None:
    """Return the next message; None at the end of the stream.

    Raises:
        AioRpcError: the stream ended otherwise than in order.
    """
    response = await call.read()
    return response if isinstance(response, WorkResponse) else None
