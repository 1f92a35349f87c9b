"""The HTTP server: a burst of connections is taken, signals of the process are not its own."""

from __future__ import annotations

import asyncio
import signal

import pytest

from interlock.server.doors.serve import BACKLOG, create_http_server, listen
from tests.fakes.core import MemoryCore
from tests.fakes.doors import Doors

pytestmark = pytest.mark.anyio

CONNECTIONS = 200


async def ask(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def test_connections_that_come_before_the_server_are_answered(core: MemoryCore) -> None:
    before = signal.getsignal(signal.SIGTERM)
    socket = listen("127.0.0.1", 0)
    port = socket.getsockname()[1]
    asking = [asyncio.create_task(ask(port)) for _ in range(CONNECTIONS)]
    await asyncio.sleep(0)
    server = create_http_server(Doors(core).app)

    serving = asyncio.create_task(server.serve(sockets=[socket]))
    answers = await asyncio.gather(*asking)
    during = signal.getsignal(signal.SIGTERM)
    server.should_exit = True
    await serving

    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert all(b"server:" not in answer.lower() for answer in answers)
    assert before == during


def test_the_backlog_holds_a_storm_of_alertmanager() -> None:
    assert BACKLOG >= 1024


def test_an_address_that_is_taken_is_an_error() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="Address already in use"):
        listen("127.0.0.1", taken.getsockname()[1])
