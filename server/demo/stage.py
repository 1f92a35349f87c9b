"""The stage: a site, Interlock, and a monitoring system between them, for as long as a block runs.

::

    site ◄── looks ── prober, or Prometheus and Alertmanager ── signals ──► Interlock
      ▲                                                                         │
      └───────────────────────── restarts, switches ────────────────────────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from interlock.client import Client
from interlock.server.app import Service
from interlock.server.demo.bundles import lay_bundle
from interlock.server.demo.executors import configure
from interlock.server.demo.monitoring import Monitoring
from interlock.server.demo.pipeline import Pipeline
from interlock.server.demo.ports import HOST
from interlock.server.demo.prober import Prober
from interlock.server.demo.screen import Screen
from interlock.server.demo.site import Site
from interlock.server.settings import Address, Settings
from interlock.v1.incident_pb2 import Incident, Transition

DATA = "data"
"""Folder of the store, below that of the demo."""


@dataclass(slots=True)
class Stage:
    """What an act plays with.

    Attributes:
        site: what breaks.
        client: of Interlock.
        pipeline: releases.
        screen: what the audience sees.
        moves: what Interlock does, as it happens.
    """

    site: Site
    client: Client
    pipeline: Pipeline
    screen: Screen
    moves: asyncio.Queue[tuple[Incident, Transition]] = field(default_factory=asyncio.Queue)


@asynccontextmanager
async def open_stage(folder: Path, screen: Screen, *, prometheus: bool) -> AsyncIterator[Stage]:
    """Set everything up in a folder and take it down after the block.

    Args:
        folder: an empty folder.
        screen: what the audience sees.
        prometheus: whether Prometheus and Alertmanager watch, in place of our own prober.

    Raises:
        CannotPlay: something does not start, or has ended.
        BaseExceptionGroup: of errors of the tasks that watch.
    """
    screen.say("starting nginx under supervisord, and Interlock on its embedded store")
    site = Site(folder / "site")
    async with site.running(), _interlock(site, folder, prometheus=prometheus) as service:
        screen.say(f"a site answers at {site.url('shop')}, Interlock at {service.grpc_address}")
        watching = _monitor(site, service, folder, screen, prometheus=prometheus)
        async with Client(service.grpc_address) as client, watching:
            stage = Stage(site, client, Pipeline(client, folder.name), screen)
            async with asyncio.TaskGroup() as group:
                following = group.create_task(_follow(stage))
                yield stage
                following.cancel()


@asynccontextmanager
async def _interlock(site: Site, folder: Path, *, prometheus: bool) -> AsyncIterator[Service]:
    settings = Settings(
        bundle=lay_bundle(folder / "bundle", prometheus=prometheus),
        data_dir=folder / DATA,
        grpc_address=Address(HOST, 0),
        http_address=Address(HOST, 0),
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


def _monitor(
    site: Site, service: Service, folder: Path, screen: Screen, *, prometheus: bool
) -> AbstractAsyncContextManager[None]:
    """Return what watches the site, not yet watching."""
    if not prometheus:
        return Prober(site, service.grpc_address, folder.name).watching()
    monitoring = Monitoring(site, service.http_address, folder / "monitoring")
    screen.say(f"Prometheus at {monitoring.prometheus} takes a few seconds before its first look")
    screen.say(f"Alertmanager at {monitoring.alertmanager} passes its alerts on")
    return monitoring.watching()


async def _follow(stage: Stage) -> None:
    """Show every move of every machine, and let the act know."""
    async for change in await stage.client.incidents.watch():
        if change.HasField("transition"):
            stage.screen.moved(change.incident, change.transition)
            stage.moves.put_nowait((change.incident, change.transition))
