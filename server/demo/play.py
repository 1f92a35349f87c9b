"""The demo itself: three acts on one stage, and what is expected of each.

Everything is real: the service as ``interlock serve`` runs it, its store on disk, gRPC on
loopback, nginx under its supervisor.  The exit status is 0 only if every incident ended as
expected and the history was proved afterwards.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from rich.console import Console

from interlock.client import Client
from interlock.engine.journal.export import (
    CHECKPOINT_FILE,
    KEY_FILE,
    export_evidence,
    read_text,
    read_verifier,
)
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.report import Report
from interlock.engine.replay import verify
from interlock.errors import InterlockError
from interlock.server.app import Service
from interlock.server.demo.executors import configure
from interlock.server.demo.prober import Prober
from interlock.server.demo.screen import Screen
from interlock.server.demo.site import Site
from interlock.server.settings import Address, Settings
from interlock.v1.audit_pb2 import ExplanationNode
from interlock.v1.incident_pb2 import Incident, Transition

ACT_S = 60.0
"""Longest an act may take."""

STORE = "interlock.db"


@dataclass(slots=True)
class Stage:
    """What an act plays with."""

    site: Site
    prober: Prober
    screen: Screen
    moves: asyncio.Queue[tuple[Incident, Transition]]


@dataclass(frozen=True, slots=True)
class Act:
    """One outage and how it must end.

    Attributes:
        title: for the audience.
        service: what breaks.
        machine: what must deal with it.
        outcome: how its incident must end.
        begin: breaks the service.
        on_watching: breaks the cure, where one is to fail.
    """

    title: str
    service: str
    machine: str
    outcome: str
    begin: Callable[[Stage], Awaitable[None]]
    on_watching: Callable[[Stage], Awaitable[None]] | None = None


async def _kill(stage: Stage) -> None:
    stage.site.kill()
    stage.screen.say("  nginx and its worker are killed with signal 9", "red")


async def _bad_release(stage: Stage) -> None:
    before = stage.site.deploy("v2")
    stage.screen.say(f"  the pipeline replaces release {before} by v2, which lacks a page", "red")
    await stage.prober.deployed("shop", revision="v2", previous=before, by="ana")


async def _poison(stage: Stage) -> None:
    stage.site.spoil("primary")
    stage.screen.say("  a poisoned request breaks the primary pool of the api", "red")


async def _poison_follows(stage: Stage) -> None:
    await asyncio.sleep(1.5)
    stage.site.spoil("standby")
    stage.screen.say("  the poison follows the traffic: the standby pool breaks too", "red")


ACTS = (
    Act("1. A process dies", "shop", "restart-service", "resolved", _kill),
    Act("2. A bad release goes live", "shop", "rollback-release", "resolved", _bad_release),
    Act(
        "3. A cure that does not hold",
        "api",
        "fail-over",
        "handed_over",
        _poison,
        _poison_follows,
    ),
)


def run(*, keep: Path | None = None, quiet: bool = False) -> int:
    """Play all acts.

    Args:
        keep: folder to leave the store, the public key and the last checkpoint in.
        quiet: whether to show only the last line.

    Returns:
        Exit status: 0 when everything ended as expected, else 1.
    """
    return asyncio.run(_run(keep, quiet=quiet))


async def _run(keep: Path | None, *, quiet: bool) -> int:
    screen = Screen(Console(highlight=False), quiet=quiet)
    folder = Path(tempfile.mkdtemp(prefix="interlock-demo-"))
    try:
        expected = await _play(folder, screen)
        report, text = await asyncio.to_thread(_prove, folder / "data", screen)
        if keep is not None:
            _keep(folder / "data", keep, screen)
    except InterlockError as error:
        screen.last(f"demo: stopped: {error}", good=False)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    good = expected == len(ACTS) and report.is_sound
    screen.last(f"demo: {expected} of {len(ACTS)} incidents ended as expected; {text}", good=good)
    return 0 if good else 1


async def _play(folder: Path, screen: Screen) -> int:
    """Set the stage, play the acts and return how many ended as expected."""
    site = Site(folder / "site")
    screen.say("starting nginx under supervisord, and Interlock on its embedded store")
    await asyncio.to_thread(site.start)
    try:
        async with _service(site, folder) as service:
            screen.say(f"a site answers at {site.url('shop')}, Interlock at {service.grpc_address}")
            return await _acts(site, service, screen)
    finally:
        await asyncio.to_thread(site.stop)


@asynccontextmanager
async def _service(site: Site, folder: Path) -> AsyncIterator[Service]:
    settings = Settings(
        bundle=Path(str(resources.files("interlock.server.demo") / "bundle")),
        data_dir=folder / "data",
        grpc_address=Address("127.0.0.1", 0),
        http_address=Address("127.0.0.1", 0),
        executors=configure(site, folder),
        origin="interlock-demo",
        log_level="error",
    )
    service = Service(settings)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def _acts(site: Site, service: Service, screen: Screen) -> int:
    prober = Prober(site, service.grpc_address, run=folder_id(site))
    stage = Stage(site, prober, screen, asyncio.Queue(maxsize=1_000))
    async with Client(service.grpc_address) as client, asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(client, stage))
        looking = group.create_task(prober.watch())
        try:
            return await _all_acts(client, stage)
        finally:
            watching.cancel()
            looking.cancel()


async def _all_acts(client: Client, stage: Stage) -> int:
    expected = 0
    await asyncio.sleep(1)  # a few good looks, so that the first bad one is news
    for act in ACTS:
        stage.screen.act(act.title)
        incident = await _one_act(act, stage)
        if incident is None:
            stage.screen.say(f"  {act.machine} did not end within {ACT_S:.0f} s", "bold red")
            continue
        good = incident.outcome == act.outcome
        expected += good
        stage.screen.say(f"  ended {incident.outcome}", "bold green" if good else "bold red")
        if act is ACTS[1]:
            await _why(client, stage.screen, incident)
    return expected


async def _why(client: Client, screen: Screen, incident: Incident) -> None:
    """Show the reasons of the incident's action, as ``interlock why`` would."""
    action = _first_action(await client.audit.explain(incident.id))
    if action is not None:
        screen.say(f"  why {action.id}? everything behind it, from the journal:", "bold")
        screen.why(await client.audit.explain(action.id))


def _first_action(node: ExplanationNode) -> ExplanationNode | None:
    if node.kind == "action":
        return node
    found = (_first_action(child) for child in node.children)
    return next((action for action in found if action is not None), None)


async def _one_act(act: Act, stage: Stage) -> Incident | None:
    """Break the service and follow the incident to its end; None when it does not come."""
    await act.begin(stage)
    with suppress(TimeoutError):
        async with asyncio.timeout(ACT_S):
            while True:
                incident, move = await stage.moves.get()
                if (incident.subject, incident.machine) != (act.service, act.machine):
                    continue
                if move.destination == "watching" and act.on_watching is not None:
                    await act.on_watching(stage)
                if incident.outcome:
                    return incident
    return None


async def _watch(client: Client, stage: Stage) -> None:
    async for change in await client.incidents.watch():
        if change.HasField("transition"):
            incident, move = change.incident, change.transition
            stage.screen.moved(incident.subject, incident.machine, move)
            stage.moves.put_nowait((incident, move))


def folder_id(site: Site) -> str:
    """Return a text that names this run: no two demos share signal ids."""
    return site.root.parent.name


def _prove(data: Path, screen: Screen) -> tuple[Report, str]:
    """Verify the history as an auditor would, with the public key and the last checkpoint."""
    with Reader(data / STORE) as reader:
        export_evidence(reader, read_verifier(data / KEY_FILE), data)
    report = verify(
        data / STORE,
        public_key=read_text(data / KEY_FILE).strip(),
        checkpoint=read_text(data / CHECKPOINT_FILE),
    )
    for fault in report.faults[:5]:
        screen.say(f"  {fault.line()}", "bold red")
    if report.is_sound:
        screen.act("audit verify")
        screen.say(
            f"  {report.entries} entries under a signed checkpoint; every decision and every row"
            " derived again and equal",
            "green",
        )
        return report, f"history verified ({report.entries} entries)"
    return report, f"history NOT verified: {report.fault_count} faults"


def _keep(data: Path, keep: Path, screen: Screen) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for name in (STORE, KEY_FILE, CHECKPOINT_FILE):
        shutil.copyfile(data / name, keep / name)
    screen.say(f"  kept: {keep / STORE}, {KEY_FILE} and {CHECKPOINT_FILE}")
