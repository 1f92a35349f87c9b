"""The demo's monitoring system: looks at services and streams what it sees over gRPC."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

import aiohttp

from interlock.client import Client, SignalStream, signal
from interlock.server.demo.site import SERVICES, Site
from interlock.v1.signal_pb2 import Signal

SOURCE: Final = "prober"
EVERY_S: Final = 0.25
"""Pause between two looks at the same service."""

WINDOW: Final = 4
"""Looks an error ratio is made of."""

_SERVER_ERRORS: Final = 500


class Prober:
    """Looks at every service of a site until cancelled.

    Args:
        site: what to look at.
        address: where the service takes signals.
        run: text that makes the ids of this run its own.
    """

    def __init__(self, site: Site, address: str, run: str) -> None:
        self._site = site
        self._address = address
        self._run = run
        self._count = 0
        self._codes = {service: deque[int](maxlen=WINDOW) for service in SERVICES}

    async def watch(self) -> None:
        """Look and report, several times a second.

        Raises:
            InterlockError: the signals cannot be delivered any more.
        """
        timeout = aiohttp.ClientTimeout(total=1)
        async with (
            Client(self._address) as client,
            client.signals.stream() as stream,
            aiohttp.ClientSession(timeout=timeout) as session,
        ):
            while True:
                for service in SERVICES:
                    await self._report(stream, service, await self._look(session, service))
                await asyncio.sleep(EVERY_S)

    async def deployed(self, service: str, *, revision: str, previous: str, by: str) -> None:
        """Report that a release went live, as a delivery pipeline would."""
        fields = {"service": service, "revision": revision, "previous": previous, "by": by}
        self._count += 1
        event = signal(
            "deploy.finished",
            id=f"{self._run}-deploy-{self._count}",
            source="pipeline",
            subject=service,
            values=fields,
        )
        async with Client(self._address) as client:
            await client.signals.ingest([event])

    async def _look(self, session: aiohttp.ClientSession, service: str) -> int:
        """Return the HTTP status a user sees, 0 when nothing answers."""
        try:
            async with session.get(self._site.url(service)) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _report(self, stream: SignalStream, service: str, code: int) -> None:
        batch = [self._signal("site.probe", service, up=code != 0, code=code)]
        if code != 0:
            codes = self._codes[service]
            codes.append(code)
            errors = sum(1 for each in codes if each >= _SERVER_ERRORS)
            ratio = round(errors / len(codes), 6)
            batch.append(self._signal("site.error_ratio", service, value=ratio))
        await stream.send(batch)

    def _signal(self, name: str, service: str, **values: bool | float) -> Signal:
        self._count += 1
        return signal(
            name,
            id=f"{self._run}-{self._count}",
            source=SOURCE,
            subject=service,
            values={"service": service, **values},
        )
