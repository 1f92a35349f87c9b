"""The composition root: settings become a running service, here and nowhere else.

::

    settings ─► executors ─► bundle ─► store ─► node ─► history ─► core ─┬► gRPC
                                                                         └► HTTP

Started in that order, stopped in the other: what comes in first, then what acts, then the
journal.  ``interlock serve``, the demo and the end-to-end tests all run this class.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack

import grpc
import structlog

from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock, SystemClock
from interlock.engine.executors.base import Executor
from interlock.engine.executors.registry import load_executors, probe_fields
from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.engine.probes import MANIFEST, manifest
from interlock.engine.telemetry import Telemetry
from interlock.errors import InterlockError, NotReady
from interlock.server.doors.app import create_app
from interlock.server.doors.serve import DoorServer, create_http_server, listen
from interlock.server.inputs import DRY_RUN, read_bundle, read_executors
from interlock.server.keyring import own_key
from interlock.server.live import LiveCore
from interlock.server.metrics import ServerMetrics
from interlock.server.rpc import create_server
from interlock.server.settings import Address, Settings

log = structlog.get_logger(__name__)

GRACE_S = 3.0
"""How long calls under way may take to end once the service stops."""


class Service:
    """Interlock in one process.

    Args:
        settings: what the operator has set.
        clock: where time comes from; the machine's by default.

    Attributes:
        core: what the doors talk to; once started.
        bundle: what decides; once started.
        grpc_address: ``host:port`` where gRPC is served, with the port it got; once started.
        http_address: likewise for HTTP.
    """

    core: LiveCore
    bundle: Bundle
    grpc_address: str
    http_address: str

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._telemetry = Telemetry()
        self._metrics = ServerMetrics(self._telemetry.registry)
        self._running = AsyncExitStack()

    async def start(self) -> None:
        """Recover what the store holds, begin to act, and open the doors.

        When it raises, everything begun has been ended again.

        Raises:
            InputRejected: a folder or file named in the settings cannot be used.
            DefinitionError: the bundle or an executor's settings are wrong.
            JournalError: the store or its key cannot be used.
            NotReady: an address cannot be listened on.
        """
        async with AsyncExitStack() as undo:
            node = await self._start_node(undo)
            history = History(reading_engine(self._settings.store))
            undo.callback(history.close)
            self.core = LiveCore(node, history, self._settings.store)
            await self._open_http(undo)
            await self._open_grpc(undo)
            undo.callback(node.watchers.close)  # so that no watch holds up the end
            self._running = undo.pop_all()

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, write it and close.  Idempotent."""
        await self._running.aclose()

    async def _start_node(self, undo: AsyncExitStack) -> Node:
        settings = self._settings
        executors = load_executors(_configured(settings))
        try:
            self.bundle = await asyncio.to_thread(_compile, settings, executors)
            signer = await asyncio.to_thread(own_key, settings)
        except InterlockError:
            for executor in executors.values():
                await executor.close()
            raise
        _warn_of_missing(self.bundle, executors)
        node = Node(
            lambda: Store.open(settings.store, signer=signer, origin=settings.origin),
            self.bundle,
            executors,
            engines=settings.engines,
            clock=self._clock,
            telemetry=self._telemetry,
        )
        undo.push_async_callback(node.stop)
        await node.start()
        return node

    async def _open_http(self, undo: AsyncExitStack) -> None:
        address = self._settings.http_address
        try:
            sock = listen(*address)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise NotReady(f"cannot listen on {address}: {reason}") from error
        app = create_app(
            self.core,
            clock=self._clock,
            metrics=self._metrics,
            registry=self._telemetry.registry,
        )
        server = create_http_server(app)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        undo.push_async_callback(_close_http, server, serving)
        self.http_address = str(Address(address.host, sock.getsockname()[1]))

    async def _open_grpc(self, undo: AsyncExitStack) -> None:
        address = self._settings.grpc_address
        server = create_server(
            self.core, metrics=self._metrics, reflection_on=self._settings.reflection
        )
        try:
            port = server.add_insecure_port(str(address))
        except RuntimeError as error:
            raise NotReady(f"cannot listen on {address}; is it in use?") from error
        await server.start()
        undo.push_async_callback(_close_grpc, server)
        self.grpc_address = str(Address(address.host, port))


def _configured(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    match settings.executors:
        case None:
            return DRY_RUN
        case Mapping() as given:
            return given
        case path:
            return read_executors(path)


def _compile(settings: Settings, executors: Mapping[str, Executor]) -> Bundle:
    files = read_bundle(settings.bundle)
    stated = {**files, MANIFEST: manifest(probe_fields(executors))}
    return Bundle.compile(stated, settings.env)


def _warn_of_missing(bundle: Bundle, executors: Mapping[str, Executor]) -> None:
    """Say which actions can only be refused, before the night they are needed."""
    for name, action in sorted(bundle.machinebase.actions.items()):
        if action.executor not in executors:
            log.warning("executor_not_configured", action=name, executor=action.executor)


async def _close_http(server: DoorServer, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    done, _ = await asyncio.wait([serving], timeout=GRACE_S)
    if not done:
        server.force_exit = True
    await serving


async def _close_grpc(server: grpc.aio.Server) -> None:
    await server.stop(GRACE_S)
