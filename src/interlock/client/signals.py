"""Signals out: unary batches, and a stream that survives a broken connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import grpc

from interlock.client.calling import Calling
from interlock.client.retry import error_of
from interlock.errors import InterlockError, InvariantBroken
from interlock.v1.signal_pb2 import Signal
from interlock.v1.signal_service_pb2 import BatchReceipt, IngestRequest, StreamRequest
from interlock.v1.signal_service_pb2_grpc import SignalServiceStub

if TYPE_CHECKING:  # exists for type checkers only
    from interlock.v1.signal_service_pb2_grpc import SignalServiceAsyncStub

WINDOW = 16
"""Batches in flight on one stream; the service reads no more ahead."""


class SignalClient:
    """Sends signals."""

    def __init__(self, calling: Calling) -> None:
        """Use a client's channel."""
        self._calling = calling
        self._stub = SignalServiceStub(calling.channel)

    async def ingest(self, signals: Sequence[Signal]) -> BatchReceipt:
        """Send one batch of 1 to 1,000 signals; return when they are on the service's disk."""
        request = IngestRequest(signals=signals)
        return (await self._calling.call(self._stub.Ingest, request)).receipt

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[SignalStream]:
        """Open a stream; leaving the context waits until everything sent is answered.

        Raises:
            InterlockError: the stream broke for good; what was not answered may be lost.
        """
        stream = SignalStream(self._calling, self._stub)
        try:
            yield stream
            await stream.drain()
        finally:
            await stream.close()


class _Batch(NamedTuple):
    """A batch until it is answered."""

    request: StreamRequest
    receipt: asyncio.Future[BatchReceipt]


class SignalStream:
    """Batches in order, up to ``WINDOW`` of them in flight.

    When the connection breaks and may come back, everything unanswered is sent again over a
    new one, in order; ids make that harmless.
    """

    def __init__(self, calling: Calling, stub: SignalServiceAsyncStub) -> None:
        """Start talking; made by ``SignalClient.stream``."""
        self._policy = calling.policy
        self._stub = stub
        self._unanswered: deque[_Batch] = deque()
        self._answered = 0
        self._free = asyncio.Semaphore(WINDOW)
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._broken: InterlockError | None = None
        self._talking = asyncio.create_task(self._talk())

    async def send(self, signals: Sequence[Signal]) -> asyncio.Future[BatchReceipt]:
        """Send one batch of 1 to 1,000 signals; wait only while the window is full.

        Returns:
            The receipt, once the signals are on the service's disk.

        Raises:
            InterlockError: the stream is broken for good.
        """
        await self._free.acquire()
        if self._broken is not None:
            raise self._broken
        number = self._answered + len(self._unanswered)
        request = StreamRequest(batch_id=str(number), signals=signals)
        receipt: asyncio.Future[BatchReceipt] = asyncio.get_running_loop().create_future()
        receipt.add_done_callback(_retrieve)
        self._unanswered.append(_Batch(request, receipt))
        self._empty.clear()
        self._changed.set()
        return receipt

    async def drain(self) -> None:
        """Wait until everything sent is answered.

        Raises:
            InterlockError: the stream is broken for good.
        """
        await self._empty.wait()
        if self._broken is not None:
            raise self._broken

    async def close(self) -> None:
        """Stop; what is not answered is forgotten here, though it may be on the service's disk."""
        self._talking.cancel()
        await asyncio.gather(self._talking, return_exceptions=True)
        for batch in self._unanswered:
            batch.receipt.cancel()

    async def _talk(self) -> None:
        """Keep a call open, with new ones after those that broke, until one breaks for good."""
        attempt = 1
        while True:
            answered = self._answered
            try:
                await self._converse()
            except grpc.aio.AioRpcError as failure:
                attempt = 1 if self._answered > answered else attempt
                delay = self._policy.delay(failure, attempt)
                if delay is None:
                    self._break(error_of(failure))
                    return
                attempt += 1
                await asyncio.sleep(delay)
            else:
                if self._broken is not None:
                    return
                await asyncio.sleep(self._policy.initial_interval)  # ended without a reason

    async def _converse(self) -> None:
        call = self._stub.Stream(self._outgoing())
        async for response in call:
            batch = self._unanswered[0]
            if response.batch_id != batch.request.batch_id:
                call.cancel()
                self._break(InvariantBroken(f"answer to batch {response.batch_id} out of turn"))
                return
            self._unanswered.popleft()
            self._answered += 1
            self._free.release()
            if not self._unanswered:
                self._empty.set()
            if not batch.receipt.done():
                batch.receipt.set_result(response.receipt)

    async def _outgoing(self) -> AsyncGenerator[StreamRequest, None]:
        """Yield every unanswered batch, then each new one, without end."""
        number = self._answered
        while True:
            while number < self._answered + len(self._unanswered):
                yield self._unanswered[number - self._answered].request
                number += 1
            self._changed.clear()
            await self._changed.wait()

    def _break(self, error: InterlockError) -> None:
        self._broken = error
        for batch in self._unanswered:
            if not batch.receipt.done():
                batch.receipt.set_exception(error)
        self._unanswered.clear()
        self._empty.set()
        for _ in range(WINDOW):
            self._free.release()


def _retrieve(receipt: asyncio.Future[BatchReceipt]) -> None:
    """Look at the outcome: a sender need not wait for every receipt, and asyncio complains."""
    if not receipt.cancelled():
        receipt.exception()
