"""A real server on loopback, and the http executor that is pointed at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import Endpoint
from interlock.engine.executors.http import HttpExecutor
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.language.values import STRING, Field, double, list_of
from tests.unit.engine.executors.given import attempt, probe

FIELDS = {
    "name": Field(STRING),
    "ratio": Field(double(2), optional=True),
    "hosts": Field(list_of(STRING), optional=True),
}


NAME = Placeholder("name", FIELDS["name"])


class Server:
    """Records what it is sent and answers what the test says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = self.ok
        self.port = 0

    async def ok(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"job": {"id": "j1"}, "count": 3})

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(
            {
                "method": request.method,
                "path": request.raw_path,
                "headers": dict(request.headers),
                "body": (await request.read()).decode(),
            }
        )
        return await self.answer(request)

    def endpoint(self, **changes: Any) -> Endpoint:
        given: dict[str, Any] = {
            "method": "POST",
            "origin": Origin("http", "127.0.0.1", self.port),
            "path": (Literal("do"), NAME),
            "egress": frozenset({f"127.0.0.1:{self.port}"}),
            "inputs": FIELDS,
        }
        return Endpoint(**{**given, **changes})


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def execute(
    arrange: Callable[[Server], Endpoint] = lambda server: server.endpoint(),
    **changes: Any,
) -> tuple[AttemptResult, Server]:
    """Perform ``restart`` once; return its result and what the server saw."""

    async def main() -> tuple[AttemptResult, Server]:
        async with serving() as server:
            executor = HttpExecutor({"restart": arrange(server)}, {})
            try:
                return await executor.execute(attempt(**{"timeout_ms": 5_000, **changes})), server
            finally:
                await executor.close()

    return asyncio.run(main())


def look(
    arrange: Callable[[Server], Endpoint] = lambda server: server.endpoint(method="GET"),
    **changes: Any,
) -> Any:
    """Answer the probe ``check`` once."""

    async def main() -> Any:
        async with serving() as server:
            executor = HttpExecutor({}, {"check": arrange(server)})
            try:
                return await executor.probe(probe(**{"timeout_ms": 5_000, **changes}))
            finally:
                await executor.close()

    return asyncio.run(main())


def answering(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], **changes: Any
) -> Callable[[Server], Endpoint]:
    """Arrange what the server answers."""

    def arrange(server: Server) -> Endpoint:
        server.answer = answer
        return server.endpoint(**changes)

    return arrange


def status(code: int, body: str = "", **headers: str) -> Callable[..., Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=code, text=body, headers=headers)

    return answer
