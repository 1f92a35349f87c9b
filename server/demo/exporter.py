"""What Prometheus scrapes: visits to the services, counted by what the visitor got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, generate_latest

from interlock.server.demo.looks import NOTHING, SERVER_ERROR, look
from interlock.server.demo.ports import HOST
from interlock.server.demo.site import PROCESS, SERVICES, Site

EVERY_S = 0.1
"""Pause between two visits to the same service."""

ANSWERS = ("good", "error", "none")
"""What a visitor may get."""


class Exporter:
    """Visits every service of a site and counts.

    Args:
        site: what to visit.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._registry = CollectorRegistry()
        self._visits = Counter(
            "site_visits",
            "Visits to a service, by what the visitor got.",
            ["service", "process", "answer"],
            registry=self._registry,
        )
        for service in SERVICES:
            for answer in ANSWERS:  # a rate needs a zero to rise from
                self._visits.labels(service, PROCESS, answer)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Visit and serve ``/metrics`` while the block runs, which gets ``host:port``."""
        application = web.Application()
        application.router.add_get("/metrics", self._metrics)
        serving = web.AppRunner(application, access_log=None)
        await serving.setup()
        try:
            await web.TCPSite(serving, HOST, 0).start()
            host, port = serving.addresses[0][:2]
            async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
                visiting = [group.create_task(self._visit(session, each)) for each in SERVICES]
                yield f"{host}:{port}"
                for task in visiting:
                    task.cancel()
        finally:
            await serving.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"content-type": "text/plain; version=0.0.4"})

    async def _visit(self, session: aiohttp.ClientSession, service: str) -> None:
        while True:
            code = await look(session, self._site.url(service))
            answer = "none" if code == NOTHING else "error" if code >= SERVER_ERROR else "good"
            self._visits.labels(service, PROCESS, answer).inc()
            await asyncio.sleep(EVERY_S)
