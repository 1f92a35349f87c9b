"""The gRPC server: every service on one port, within its limits.

::

    server = create_server(core, metrics=metrics)
    port = server.add_insecure_port("127.0.0.1:7443")
    await server.start()
    …
    await server.stop(grace=5)
"""

from __future__ import annotations

from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection

from interlock.server import (
    audit_service,
    control_service,
    executor_service,
    health,
    incident_service,
    signal_service,
)
from interlock.server.core import Core
from interlock.server.metrics import ServerMetrics
from interlock.server.wire import MAX_REQUEST_BYTES, Edge, Limits, Method

WRITING = (
    signal_service.NAME,
    incident_service.NAME,
    control_service.NAME,
    executor_service.NAME,
)
"""Services that need the journal."""

READING = (audit_service.NAME,)
"""Services that work while nothing can be written."""

_SLACK = 1024 * 1024  # so that a batch a little too large is told what is wrong by us, not by gRPC

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAX_REQUEST_BYTES + _SLACK),
    ("grpc.max_send_message_length", MAX_REQUEST_BYTES + _SLACK),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", 256),  # of one connection; ``Limits`` bounds the server
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not half of the traffic
    # A peer that has gone is noticed within 40 s; a peer may ask as often as every 5 s.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
)
"""What the HTTP/2 server is told."""


def create_server(
    core: Core,
    *,
    metrics: ServerMetrics,
    limits: Limits | None = None,
    reflection_on: bool = True,
) -> grpc.aio.Server:
    """Return a server for a core, without a port yet.

    Args:
        core: what decides.
        metrics: counts every call.
        limits: bounds of the server; None means the defaults.
        reflection_on: whether clients may ask for the contract (grpc.reflection).
    """
    edge = Edge(limits=limits or Limits(), observe=metrics.call)
    server = grpc.aio.server(options=OPTIONS)
    for name, methods in services(core).items():
        server.add_generic_rpc_handlers((edge.service(name, methods),))
    if reflection_on:
        names: tuple[Any, ...] = (*services(core), reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    return server


def services(core: Core) -> dict[str, list[Method]]:
    """Return the calls of every service by its full name."""
    return {
        signal_service.NAME: signal_service.SignalService(core).methods(),
        incident_service.NAME: incident_service.IncidentService(core).methods(),
        audit_service.NAME: audit_service.AuditService(core).methods(),
        control_service.NAME: control_service.ControlService(core).methods(),
        executor_service.NAME: executor_service.ExecutorService(core).methods(),
        health.NAME: health.HealthService(core, writing=WRITING, reading=READING).methods(),
    }
