"""A monitoring system of our own: looks at services and streams what it sees over gRPC."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from interlock.client import Client, SignalStream, signal
from interlock.server.demo.looks import NOTHING, SERVER_ERROR, look
from interlock.server.demo.site import PROCESS, SERVICES, Site
from interlock.v1.signal_pb2 import Signal

SOURCE: Final = "prober"
EVERY_S: Final = 0.25
"""Pause between two looks at the same service."""

WINDOW: Final = 4
"""Looks an error ratio is made of."""


class Prober:
    """Looks at every service of a site.

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
        self._seen_all = asyncio.Event()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look and report while the block runs, which begins when every window is full.

        Raises:
            InterlockError: the signals cannot be delivered any more.
        """
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._watch())
            await self._seen_all.wait()
            yield
            looking.cancel()

    async def _watch(self) -> None:
        async with (
            Client(self._address) as client,
            client.signals.stream() as stream,
            aiohttp.ClientSession() as session,
        ):
            while True:
                for service in SERVICES:
                    code = await look(session, self._site.url(service))
                    await self._report(stream, service, code)
                if all(len(codes) == WINDOW for codes in self._codes.values()):
                    self._seen_all.set()
                await asyncio.sleep(EVERY_S)

    async def _report(self, stream: SignalStream, service: str, code: int) -> None:
        up = code != NOTHING
        batch = [self._signal("site.probe", service, process=PROCESS, up=up, code=code)]
        if up:
            codes = self._codes[service]
            codes.append(code)
            errors = sum(1 for each in codes if each >= SERVER_ERROR)
            ratio = round(errors / len(codes), 6)
            batch.append(self._signal("site.error_ratio", service, value=ratio))
        await stream.send(batch)

    def _signal(self, name: str, service: str, **values: bool | float | str) -> Signal:
        self._count += 1
        return signal(
            name,
            id=f"{self._run}-{self._count}",
            source=SOURCE,
            subject=service,
            values={"service": service, **values},
        )
