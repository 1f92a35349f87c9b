"""SignalService: batches in, one receipt per batch out, after the fsync.

A stream keeps up to ``WINDOW`` batches in flight.  Its reader hands each batch to the core
in the order sent; its writer answers in the same order, each batch when it is on disk.
When the core is full the reader waits and reads no further, so the sender is held back by
HTTP/2 flow control instead of being refused; a unary call has nothing to hold and is
refused at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from interlock.errors import InterlockError, NotReady, Overloaded, RequestRejected
from interlock.server import wire
from interlock.server.convert import Batch, read_batch, write_receipt
from interlock.server.core import Intake
from interlock.server.signals import Receipt
from interlock.v1.signal_pb2 import Signal
from interlock.v1.signal_service_pb2 import (
    IngestRequest,
    IngestResponse,
    StreamRequest,
    StreamResponse,
)

NAME = "interlock.v1.SignalService"

DOOR = "grpc"
"""What the journal calls this door."""

MAX_BATCH = 1000
"""Most signals of one batch."""

WINDOW = 16
"""Batches of one stream in flight."""

PATIENCE_SECONDS = 10.0
"""How long a stream waits for room before it is refused."""

_LONGEST_BATCH_ID = 256


class _Pending(NamedTuple):
    """A batch in the intake."""

    batch_id: str
    batch: Batch
    receipts: asyncio.Future[Sequence[Receipt]]


_Window = asyncio.Queue[_Pending | InterlockError | None]
"""Batches to answer; then the error that ends the stream, or None at its end."""


class SignalService:
    """Takes signals in; the core decides."""

    def __init__(self, core: Intake, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Serve a core.

        Args:
            core: where signals go.
            patience_seconds: how long a stream waits for room before it is refused.
        """
        self._core = core
        self._patience = patience_seconds

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.talking("Stream", StreamRequest, self.stream),
            wire.unary("Ingest", IngestRequest, self.ingest),
        ]

    async def ingest(self, request: IngestRequest) -> IngestResponse:
        """Take one batch and answer when it is on disk."""
        batch = self._read(request.signals)
        receipts = await self._submit(batch)
        return IngestResponse(receipt=write_receipt(batch, receipts))

    async def stream(
        self, requests: AsyncIterator[StreamRequest], send: wire.Send[StreamResponse]
    ) -> None:
        """Take batches and answer each in turn; end with the first error, in its turn."""
        # One more batch is in the reader's hand and one in the writer's.
        window: _Window = asyncio.Queue(WINDOW - 2)
        async with asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(self._fill(window, requests))
            failure = await self._drain(window, send)
            reader.cancel()
        if failure is not None:
            raise failure

    async def _fill(
        self,
        window: _Window,
        requests: AsyncIterator[StreamRequest],
    ) -> None:
        """Read to the end or the first error, and say which it was."""
        try:
            async for request in requests:
                await window.put(await self._admit(request))
        except InterlockError as error:
            await window.put(error)
        else:
            await window.put(None)

    async def _drain(
        self,
        window: _Window,
        send: wire.Send[StreamResponse],
    ) -> InterlockError | None:
        """Answer batch after batch; return the error that ends the stream, if one does."""
        while isinstance(item := await window.get(), _Pending):
            try:
                receipts = await item.receipts
            except InterlockError as error:
                return error
            receipt = write_receipt(item.batch, receipts)
            await send(StreamResponse(batch_id=item.batch_id, receipt=receipt))
        return item

    async def _admit(self, request: StreamRequest) -> _Pending:
        """Give the batch its place in the intake, waiting for room at most the patience."""
        if len(request.batch_id) > _LONGEST_BATCH_ID:
            raise RequestRejected(
                f"batch_id: expected at most {_LONGEST_BATCH_ID} characters, "
                f"found {len(request.batch_id)}",
                field="batch_id",
            )
        batch = self._read(request.signals)
        try:
            receipts = self._submit(batch)
        except Overloaded:
            receipts = await self._submit_later(batch)
        return _Pending(request.batch_id, batch, receipts)

    async def _submit_later(self, batch: Batch) -> asyncio.Future[Sequence[Receipt]]:
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    await self._core.room(len(batch.incoming))
                    with suppress(Overloaded):
                        return self._submit(batch)
        except TimeoutError as error:
            message = f"the intake was full for {self._patience:g} s; come again later"
            raise Overloaded(message) from error

    def _read(self, signals: Sequence[Signal]) -> Batch:
        if not 1 <= len(signals) <= MAX_BATCH:
            raise RequestRejected(
                f"signals: expected 1 to {MAX_BATCH}, found {len(signals)}; split the batch",
                field="signals",
            )
        if not self._core.ready():
            raise NotReady("the service is starting or stopping; nothing was taken")
        return read_batch(signals, self._core.scale_of)

    def _submit(self, batch: Batch) -> asyncio.Future[Sequence[Receipt]]:
        if batch.incoming:
            receipts = self._core.submit(batch.incoming, door=DOOR)
            receipts.add_done_callback(_retrieve)
            return receipts
        nothing: asyncio.Future[Sequence[Receipt]] = asyncio.get_running_loop().create_future()
        nothing.set_result(())
        return nothing


def _retrieve(receipts: asyncio.Future[Sequence[Receipt]]) -> None:
    """Look at the outcome: of a stream that has ended nobody else will, and asyncio complains."""
    if not receipts.cancelled():
        receipts.exception()
