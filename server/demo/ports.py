"""Ports for the programs of the demo."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

HOST = "127.0.0.1"
"""Where everything listens."""

_FIRST, _COUNT = 20_000, 12_000


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free a moment ago.

    They lie below those that Linux gives to clients, so that no connection takes one before
    its program does, and two demos begin to look in different places.
    """
    ports: list[int] = []
    with ExitStack() as held:
        start = os.getpid() * 16
        for offset in range(_COUNT):
            if len(ports) == count:
                break
            port = _FIRST + (start + offset) % _COUNT
            try:
                held.enter_context(socket.create_server((HOST, port)))
            except OSError:
                continue
            ports.append(port)
    return ports
