"""The floor: the least that taking signals durably can be, in the same language.

A bare gRPC bidirectional stream of the same batches; each signal's body becomes one row of one
SQLite table without other indexes, WAL, ``synchronous=FULL``, groups of at most 500 rows, and a
batch is acknowledged after the commit of its last row.  Nothing is checked, hashed or decided.

Run as ``python -m tests.bench.floor FILE``; prints its port.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from itertools import chain

import grpc

from interlock.v1.position_pb2 import Position
from interlock.v1.signal_service_pb2 import BatchReceipt, StreamRequest, StreamResponse

GROUP = 500
WINDOW = 64
"""Batches of one stream in flight."""

_Batch = tuple[list[bytes], "asyncio.Future[int]"]


class Committer:
    """The one thread that writes."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._batches: queue.SimpleQueue[_Batch] = queue.SimpleQueue()
        self._rows = 0
        self._path = path
        threading.Thread(target=self._run, daemon=True).start()

    def put(self, bodies: list[bytes]) -> asyncio.Future[int]:
        """Take a batch; the future gives the row of its last body once that is on disk."""
        done: asyncio.Future[int] = self._loop.create_future()
        self._batches.put((bodies, done))
        return done

    def _run(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body BLOB)")
        while True:
            batches = self._collect()
            bodies = list(chain.from_iterable(bodies for bodies, _ in batches))
            for at in range(0, len(bodies), GROUP):
                rows = bodies[at : at + GROUP]
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO journal (body) VALUES (?)", zip(rows))
                database.execute("COMMIT")
            self._rows += len(bodies)
            self._loop.call_soon_threadsafe(_answer, batches, self._rows)

    def _collect(self) -> list[_Batch]:
        batches = [self._batches.get()]
        rows = len(batches[0][0])
        while rows < GROUP:
            try:
                batches.append(self._batches.get_nowait())
            except queue.Empty:
                break
            rows += len(batches[-1][0])
        return batches


def _answer(batches: list[_Batch], rows: int) -> None:
    for _, done in batches:
        if not done.done():
            done.set_result(rows)


async def stream(
    requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext[bytes, bytes]
) -> None:
    """Answer batches in turn, each when it is on disk."""
    window: asyncio.Queue[tuple[int, asyncio.Future[int]] | None] = asyncio.Queue(WINDOW)

    async def fill() -> None:
        async for data in requests:
            bodies = [one.SerializeToString() for one in StreamRequest.FromString(data).signals]
            await window.put((len(bodies), COMMITTER[0].put(bodies)))
        await window.put(None)

    filling = asyncio.create_task(fill())
    while (item := await window.get()) is not None:
        count, done = item
        receipt = BatchReceipt(position=Position(seq=await done), accepted=count)
        await context.write(StreamResponse(receipt=receipt).SerializeToString())
    await filling


COMMITTER: list[Committer] = []


async def serve(path: str) -> None:
    """Serve until killed."""
    COMMITTER.append(Committer(path, asyncio.get_running_loop()))
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 8 << 20)])
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(stream)
    service = grpc.method_handlers_generic_handler(
        "interlock.v1.SignalService", {"Stream": handler}
    )
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
