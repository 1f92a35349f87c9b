"""From kill -9 to ready, with many incidents open."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator

from interlock.client import Client
from tests.bench import incidents
from tests.bench.lab import Figure, Lab
from tests.bench.subjects import Service

OPEN = 10_000
_BATCH = 250


def to_ready(lab: Lab) -> Iterator[Figure]:
    """Yield the seconds until a killed service with 10,000 open incidents takes signals again."""
    service = lab.service_of(incidents.BUNDLE)
    # One loop for all: grpc's poller does not survive the loop it began with.
    with asyncio.Runner() as runner:
        ready, used = _measure(lab, service, runner)
    yield Figure(f"restart_at_{OPEN}_incidents_s", statistics.median(ready))
    yield Figure(f"restart_at_{OPEN}_incidents_cpu_s", statistics.median(used))


def _measure(lab: Lab, service: Service, runner: asyncio.Runner) -> tuple[list[float], list[float]]:
    """Return the seconds until ready and the processor time used, for each restart."""
    lab.say(f"opening {OPEN} incidents")
    runner.run(_open_incidents(service.target))
    ready, used = [], []
    for _ in range(1 if lab.quick else 3):
        lab.say("kill -9 and restart")
        service.kill()
        ready.append(service.start())
        used.append(service.cpu().own)
    runner.run(_check_open(service.target))
    return ready, used


async def _open_incidents(target: str) -> None:
    async with Client(target) as client, client.signals.stream() as stream:
        for at in range(0, OPEN, _BATCH):
            await stream.send([incidents.opening(number) for number in range(at, at + _BATCH)])


async def _check_open(target: str) -> None:
    """Check that nothing was lost.

    Raises:
        ValueError: an incident is missing.
    """
    async with Client(target, timeout=30.0) as client:
        found = 0
        async for _ in client.incidents.list(open=True):
            found += 1
    if found != OPEN:
        raise ValueError(f"of {OPEN} incidents {found} are open after the restart")
