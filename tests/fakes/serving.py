"""A real server on loopback in front of a core in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from prometheus_client import CollectorRegistry

from interlock.server.core import Core
from interlock.server.metrics import ServerMetrics
from interlock.server.rpc import create_server
from interlock.server.wire import Limits


@asynccontextmanager
async def serving(
    core: Core, *, limits: Limits | None = None, reflection_on: bool = True
) -> AsyncIterator[str]:
    """Serve a core over gRPC; yield the address."""
    metrics = ServerMetrics(CollectorRegistry())
    server = create_server(core, metrics=metrics, limits=limits, reflection_on=reflection_on)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(grace=None)


@asynccontextmanager
async def connected(core: Core, *, limits: Limits | None = None) -> AsyncIterator[grpc.aio.Channel]:
    """Serve a core over gRPC; yield a channel to it."""
    async with serving(core, limits=limits) as target, grpc.aio.insecure_channel(target) as channel:
        yield channel
