"""A worker: an author's functions, offered to one executor of one Interlock service."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import grpc
import structlog

from interlock.errors import DefinitionError, RequestRejected
from interlock.ledger import Ledger
from interlock.v1.executor_service_pb2 import Hello
from interlock.worker.errands import Errands
from interlock.worker.handler import Function, Handler
from interlock.worker.stream import OPTIONS, converse
from interlock.worker.work import Assignment, Question

BACKOFF_S = (0.1, 5.0)
"""First and longest pause before a broken stream is opened again."""

GRACE_S = 10.0
"""How long a worker that is told to stop may take to end what it does."""

_HOPELESS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)

_log = structlog.get_logger(__name__)

A = TypeVar("A", bound=Function[Assignment])
Q = TypeVar("Q", bound=Function[Question])


class Worker:
    """Offers functions to a service and runs what it assigns.

    Args:
        address: host and port of the service, e.g. ``127.0.0.1:7400``.
        executor: the executor it serves, as contracts name it.
        name: its own, unique among workers of the executor and the same after a restart,
            so that results of before still count; host and process by default.
        capacity: how much it takes at a time, 1 to 1,024.
        ledger: file that remembers what was done over restarts; None remembers it only
            while the process lives.
        credentials: TLS; None means plain text.
    """

    def __init__(  # one place says everything about a worker
        self,
        address: str,
        *,
        executor: str,
        name: str | None = None,
        capacity: int = 4,
        ledger: Path | None = None,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        self._address = address
        self._executor = executor
        self._name = name or f"{socket.gethostname()}-{os.getpid()}"
        self._capacity = capacity
        self._path = ledger
        self._credentials = credentials
        self._actions: dict[str, Handler[Assignment]] = {}
        self._probes: dict[str, Handler[Question]] = {}
        self._stop = asyncio.Event()

    def action(
        self,
        operation: str,
        *,
        inputs: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Callable[[A], A]:
        """Offer a function as an operation that actions may use.

        Args:
            operation: its name.
            inputs: name to type, as definitions write it, e.g. ``list<string>``; equal to
                what the operator declares.
            outputs: likewise.
            repeatable: whether it may be done again when nobody knows how an attempt at it
                ended; otherwise later attempts with its key are answered ``timeout``.

        Raises:
            DefinitionError: a type cannot be read, or the operation is offered already.
        """

        def offer(function: A) -> A:
            _add(
                self._actions,
                Handler.declared(
                    operation,
                    function,
                    inputs=inputs or {},
                    outputs=outputs or {},
                    repeatable=repeatable,
                ),
            )
            return function

        return offer

    def probe(
        self,
        operation: str,
        *,
        inputs: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
    ) -> Callable[[Q], Q]:
        """Offer a function as a probe; it must change nothing.

        Args:
            operation: its name.
            inputs: name to type; equal to what the operator declares.
            outputs: likewise.

        Raises:
            DefinitionError: a type cannot be read, or the probe is offered already.
        """

        def offer(function: Q) -> Q:
            _add(
                self._probes,
                Handler.declared(operation, function, inputs=inputs or {}, outputs=outputs or {}),
            )
            return function

        return offer

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT.  Blocking.

        Raises:
            RequestRejected: the service will not have this worker, now or later.
            JournalCorrupt: the ledger's file is not what was written.
        """
        asyncio.run(self._run())

    async def serve(self) -> None:
        """Serve until ``stop`` or cancellation; a broken stream is opened again.

        Raises:
            RequestRejected: the service will not have this worker, now or later.
            JournalCorrupt: the ledger's file is not what was written.
        """
        ledger = await asyncio.to_thread(Ledger, self._path)
        async with asyncio.TaskGroup() as group:
            errands = Errands(self._actions, self._probes, ledger, group)
            sessions = group.create_task(self._sessions(errands))
            stopped = group.create_task(self._stop.wait())
            await asyncio.wait({sessions, stopped}, return_when=asyncio.FIRST_COMPLETED)
            errands.stop()
            if not sessions.done():
                await _idle(errands)
            for task in (sessions, stopped):
                task.cancel()
            errands.cancel()
        if not sessions.cancelled():
            raise sessions.result()

    def stop(self) -> None:
        """Take nothing more, end what is under way within the grace, and leave."""
        self._stop.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        await self.serve()

    async def _sessions(self, errands: Errands) -> RequestRejected:
        """Keep a session open; return what makes that hopeless."""
        hello = self._hello()
        async with self._channel() as channel:
            pause, longest = BACKOFF_S
            while True:
                try:
                    await converse(channel, hello, errands)
                except grpc.aio.AioRpcError as failure:
                    if failure.code() in _HOPELESS:
                        return RequestRejected(failure.details() or failure.code().name)
                    _log.warning("stream_broken", code=failure.code().name)
                except TimeoutError:
                    _log.warning("stream_broken", code="no welcome")
                else:
                    pause = BACKOFF_S[0]
                await asyncio.sleep(pause * (1 + secrets.randbelow(1_000) / 1_000) / 2)
                pause = min(2 * pause, longest)

    def _channel(self) -> grpc.aio.Channel:
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._address, OPTIONS)
        return grpc.aio.secure_channel(self._address, self._credentials, OPTIONS)

    def _hello(self) -> Hello:
        return Hello(
            worker_id=self._name,
            executor=self._executor,
            operations=[handler.operation() for handler in self._actions.values()],
            probes=[handler.operation() for handler in self._probes.values()],
            capacity=self._capacity,
        )


H = TypeVar("H", Handler[Assignment], Handler[Question])


def _add(handlers: dict[str, H], handler: H) -> None:
    if handler.name in handlers:
        raise DefinitionError(f"operation {handler.name!r} is offered already")
    handlers[handler.name] = handler


async def _idle(errands: Errands) -> None:
    """Wait until what is under way has ended, within the grace."""
    try:
        async with asyncio.timeout(GRACE_S):
            await errands.idle()
    except TimeoutError:
        _log.warning("stopped_before_all_was_confirmed")
