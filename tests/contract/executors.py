"""Every executor, ready to be held to the contract: what it can do and how to see its effect.

Each is the real thing against the real other side: a child process, supervisord, an HTTP
server, a worker's session.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from interlock.engine.executors.base import (
    Attempt,
    AttemptResult,
    Executor,
    Manifest,
    ProbeRequest,
)
from interlock.engine.executors.command import CommandExecutor
from interlock.engine.executors.dry_run import DryRunExecutor
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import Endpoint
from interlock.engine.executors.http import HttpExecutor
from interlock.engine.executors.lease import Asked, Assigned, LeaseKey, Reported
from interlock.engine.executors.operation import Operation
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.session import Offer, Session, WorkerHello
from interlock.engine.executors.supervisord import SupervisordExecutor
from interlock.engine.executors.xmlrpc import Address, XmlRpc
from interlock.language.values import INT, STRING, Field
from tests.contract.supervisor import Supervisor
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor

NAMES = {"name": Field(STRING, pattern="[a-z]+")}
COUNT = {"count": Field(INT)}


@dataclass(frozen=True, slots=True)
class Given:
    """What a subject may use: an empty folder and a running supervisord."""

    folder: Path
    supervisor: Supervisor


@dataclass(frozen=True, slots=True)
class Subject:
    """One executor.

    Attributes:
        executor: the executor.
        good: an attempt it does.
        slow: an attempt it cannot end in its time; None when nothing it does takes time.
        look: a probe it answers; None when it has none.
        effects: how often it has really done something.
    """

    executor: Executor
    good: Attempt
    slow: Attempt | None
    look: ProbeRequest | None
    effects: Callable[[], int]


def _slow(good: Attempt, **changes: object) -> Attempt:
    given = {"inputs": {"name": "slow"}, "idempotency_key": "slow", "timeout_ms": 300, **changes}
    return replace(good, **given)  # type: ignore[arg-type]


@asynccontextmanager
async def scripted(_: Given) -> AsyncIterator[Subject]:
    """The frame of Interlock's own executors."""

    async def perform(work: Attempt) -> AttemptResult:
        await asyncio.sleep(60 if work.inputs["name"] == "slow" else 0)
        return AttemptResult("ok", outputs={"count": 1})

    executor = ScriptedExecutor(perform)
    good = attempt()
    yield Subject(executor, good, _slow(good), probe(), lambda: len(executor.performed))


@asynccontextmanager
async def dry_run(_: Given) -> AsyncIterator[Subject]:
    """A dry run standing in for another executor."""
    executor = DryRunExecutor(standing_in_for=ScriptedExecutor())
    yield Subject(executor, attempt(), None, probe(), lambda: len(executor.would_have_done))


SCRIPT = """
import sys, time
if sys.argv[1] == "slow": time.sleep(60)
with open("done", "a") as file: file.write("x")
print('{"count": 1}')
"""


@asynccontextmanager
async def command(given: Given) -> AsyncIterator[Subject]:
    """Real child processes."""
    arguments = (*map(Literal, ("-I", "-S", "-c", SCRIPT)), Placeholder("name", NAMES["name"]))
    operation = Operation(
        program=sys.executable,
        arguments=arguments,
        inputs=NAMES,
        outputs=COUNT,
        cwd=str(given.folder),
    )
    look = replace(operation, arguments=(*arguments[:3], Literal("print('{\"count\": 2}')")))
    executor = CommandExecutor({"restart": operation}, {"check": look})
    good = attempt(timeout_ms=20_000)
    done = given.folder / "done"
    yield Subject(
        executor,
        good,
        _slow(good),
        probe(timeout_ms=20_000),
        lambda: done.stat().st_size if done.exists() else 0,
    )
    await executor.close()


@asynccontextmanager
async def http(_: Given) -> AsyncIterator[Subject]:
    """A real HTTP server on loopback."""
    calls: list[str] = []

    async def restart(request: web.Request) -> web.Response:
        if request.match_info["name"] == "slow":
            await asyncio.sleep(60)
        calls.append(request.headers["Idempotency-Key"])
        return web.json_response({"count": len(calls)})

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"count": 2})

    app = web.Application()
    app.add_routes([web.post("/restart/{name}", restart), web.get("/health/{name}", health)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    endpoint = Endpoint(
        method="POST",
        origin=Origin("http", "127.0.0.1", port),
        path=(Literal("restart"), Placeholder("name", NAMES["name"])),
        egress=frozenset({f"127.0.0.1:{port}"}),
        inputs=NAMES,
    )
    look = replace(endpoint, method="GET", path=(Literal("health"), endpoint.path[1]))
    executor = HttpExecutor({"restart": endpoint}, {"check": look})
    good = attempt(timeout_ms=20_000)
    yield Subject(executor, good, _slow(good), probe(timeout_ms=20_000), lambda: len(calls))
    await executor.close()
    await runner.cleanup()


@asynccontextmanager
async def supervisord(given: Given) -> AsyncIterator[Subject]:
    """A real supervisord over its unix socket."""
    executor = SupervisordExecutor(XmlRpc(Address.parse(given.supervisor.address)))
    good = attempt(timeout_ms=20_000)
    look = probe(probe="supervisord.process", timeout_ms=20_000)
    before = given.supervisor.starts()
    yield Subject(executor, good, _slow(good), look, lambda: given.supervisor.starts() - before)
    await executor.close()


@asynccontextmanager
async def remote(_: Given) -> AsyncIterator[Subject]:
    """A worker's session, without the wire."""
    manifest = Manifest(NAMES, COUNT)
    executor = RemoteExecutor("scripted", actions={"restart": manifest}, probes={"check": manifest})

    async def report(_report: object) -> int:
        return 0

    executor.bind(report=report, frozen=lambda _: None, epoch=lambda: 1)
    offer = {"inputs": {"name": "string"}, "outputs": {"count": "int"}}
    session = executor.attach(
        WorkerHello(
            worker="w1",
            operations=(Offer("restart", **offer),),
            probes=(Offer("check", **offer),),
            capacity=8,
        )
    )
    done: list[str] = []
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(_work(session, executor, done))
        good = attempt(timeout_ms=20_000)
        yield Subject(executor, good, _slow(good), probe(timeout_ms=20_000), lambda: len(done))
        worker.cancel()


async def _work(session: Session, executor: RemoteExecutor, done: list[str]) -> None:
    """Do what the session says, at once; what is slow is never reported."""
    while True:
        told = await session.next()
        if isinstance(told, Assigned) and told.attempt.inputs["name"] != "slow":
            done.append(told.attempt.intent)
            asyncio.get_running_loop().call_soon(executor.confirm, told.attempt, 0)
            key = LeaseKey.of(told.attempt)
            await session.report(key, Reported("ok", outputs={"count": 1}))
        elif isinstance(told, Asked):
            session.observe(told.request.id, {"count": 2}, "")


SUBJECTS: tuple[Callable[[Given], AbstractAsyncContextManager[Subject]], ...] = (
    scripted,
    dry_run,
    command,
    http,
    supervisord,
    remote,
)
