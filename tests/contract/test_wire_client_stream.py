"""The client's stream: order, window, and a connection that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
from prometheus_client import CollectorRegistry

from interlock.client import Client
from interlock.errors import (
    InvariantBroken,
    RequestRejected,
)
from interlock.server import signal_service
from interlock.server.metrics import ServerMetrics
from interlock.server.rpc import create_server
from interlock.v1.signal_service_pb2 import StreamRequest, StreamResponse
from tests.contract.client_talk import QUICK, batch, ids, talking
from tests.fakes.core import MemoryCore

pytestmark = pytest.mark.anyio


async def test_a_stream_answers_each_batch_and_keeps_their_order() -> None:
    core = MemoryCore()
    async with talking(core) as client, client.signals.stream() as stream:
        receipts = [await stream.send(batch(10 * n)) for n in range(50)]
        answers = await asyncio.gather(*receipts)

    assert [10 * n + 9 for n in range(50)] == [answer.position.seq for answer in answers]
    assert [str(n) for n in range(500)] == ids(core)


async def test_leaving_a_stream_waits_for_its_answers() -> None:
    core = MemoryCore()
    async with talking(core) as client:
        async with client.signals.stream() as stream:
            receipts = [await stream.send(batch(10 * n)) for n in range(5)]
        assert all(receipt.done() for receipt in receipts)

    assert 50 == len(core.signals)


async def test_a_stream_survives_a_server_that_dies_and_comes_back() -> None:
    """Everything unanswered is sent again; ids make each signal count once, in order."""
    core = MemoryCore()

    async def server_on(port: int) -> tuple[object, int]:
        server = create_server(core, metrics=ServerMetrics(CollectorRegistry()))
        port = server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        return server, port

    server, port = await server_on(0)
    async with (
        Client(f"127.0.0.1:{port}", policy=QUICK) as client,
        client.signals.stream() as stream,
    ):
        first = await stream.send(batch(0))
        await first
        core.hold()
        waiting = [await stream.send(batch(10 * n)) for n in range(1, 10)]
        while len(core._pending) < 9:  # noqa: ASYNC110  # until all have arrived
            await asyncio.sleep(0.001)
        await server.stop(None)  # type: ignore[attr-defined]
        core.release()
        server, _ = await server_on(port)
        answers = await asyncio.gather(*waiting)
        later = await (await stream.send(batch(100)))

    await server.stop(None)  # type: ignore[attr-defined]
    assert [str(n) for n in range(110)] == ids(core)
    assert [10] * 9 == [answer.duplicate for answer in answers]
    assert 10 == later.accepted


async def test_a_stream_that_breaks_for_good_says_so_to_everyone_who_waits() -> None:
    async def use(client: Client) -> None:
        async with client.signals.stream() as stream:
            good, bad = await stream.send(batch(0)), await stream.send([])
            assert 10 == (await good).accepted
            with pytest.raises(RequestRejected):
                await bad
            with pytest.raises(RequestRejected):
                await stream.send(batch(10))

    async with talking(MemoryCore()) as client:
        with pytest.raises(RequestRejected, match="expected 1 to 1000"):
            await use(client)


async def test_a_stream_left_by_an_error_waits_for_nothing() -> None:
    core = MemoryCore()
    core.hold()
    receipts = []

    async def use(client: Client) -> None:
        async with client.signals.stream() as stream:
            receipts.append(await stream.send(batch(0)))
            raise ValueError("my own")

    async with talking(core) as client:
        with pytest.raises(ValueError, match="my own"):
            await use(client)
    assert receipts[0].cancelled()


@asynccontextmanager
async def misbehaving(stream: object) -> AsyncIterator[Client]:
    """Serve only ``Stream``, by a handler that need not keep the contract."""
    server = grpc.aio.server()
    handler = grpc.stream_stream_rpc_method_handler(
        stream,  # type: ignore[arg-type]  # a coroutine, as grpc.aio takes it
        StreamRequest.FromString,
        StreamResponse.SerializeToString,
    )
    service = grpc.method_handlers_generic_handler(signal_service.NAME, {"Stream": handler})
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with Client(f"127.0.0.1:{port}", policy=QUICK) as client:
            yield client
    finally:
        await server.stop(None)


async def test_an_answer_out_of_turn_is_believed_by_nobody() -> None:
    async def stream(requests: AsyncIterator[StreamRequest], context: object) -> object:
        async for _ in requests:
            yield StreamResponse(batch_id="7")

    async with misbehaving(stream) as client, client.signals.stream() as stream_:
        receipt = await stream_.send(batch(0))
        with pytest.raises(InvariantBroken, match="out of turn"):
            await receipt
        stream_._broken = None  # it has been seen


async def test_a_stream_that_ends_without_a_reason_is_opened_again() -> None:
    calls = 0

    async def stream(requests: AsyncIterator[StreamRequest], context: object) -> object:
        nonlocal calls
        calls += 1
        async for request in requests:
            if calls == 1:
                return
            yield StreamResponse(batch_id=request.batch_id)

    async with misbehaving(stream) as client, client.signals.stream() as stream_:
        await (await stream_.send(batch(0)))

    assert 2 == calls


async def test_a_window_bounds_what_is_in_flight() -> None:
    core = MemoryCore()
    core.hold()
    async with talking(core) as client, client.signals.stream() as stream:
        for number in range(16):
            await stream.send(batch(10 * number))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stream.send(batch(160))
        core.release()
        await (await stream.send(batch(160)))

    assert 170 == len(core.signals)
