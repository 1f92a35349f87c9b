"""The HTTP server of the doors."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

BACKLOG = 2048
"""Connections waiting to be taken.

Alertmanager opens up to 700 a second in a storm; with a short backlog the rest time out and
come again half a minute later.
"""

MAX_CONNECTIONS = 2048
"""Connections served at a time; more are answered 503, which senders of alerts come back from."""

KEEP_ALIVE_SECONDS = 30


class DoorServer(uvicorn.Server):
    """uvicorn, leaving signals to whoever runs the process."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def create_http_server(app: Starlette) -> DoorServer:
    """Return a server to run with ``serve(sockets=[listen(…)])`` until ``should_exit`` is set."""
    config = uvicorn.Config(
        app,
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        http="h11",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        limit_concurrency=MAX_CONNECTIONS,
    )
    return DoorServer(config)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address, with the backlog alerts need.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
