"""Health: what writes is serving while the core journals, what reads always."""

from __future__ import annotations

import asyncio

import pytest
from grpc_health.v1.health_pb2 import (
    HealthCheckRequest,
    HealthCheckResponse,
    HealthListRequest,
)

from interlock.errors import NotFound
from interlock.server.health import HealthService
from tests.fakes.core import MemoryCore

pytestmark = pytest.mark.anyio

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


def service(core: MemoryCore) -> HealthService:
    return HealthService(core, writing=["Signals"], reading=["Audit"], poll_seconds=0.001)


async def test_every_service_is_serving_while_the_core_is_ready(core: MemoryCore) -> None:
    statuses = (await service(core).list(HealthListRequest())).statuses

    assert {"": SERVING, "Signals": SERVING, "Audit": SERVING} == {
        name: statuses[name].status for name in statuses
    }


async def test_only_what_reads_is_serving_while_nothing_can_be_written(core: MemoryCore) -> None:
    core.is_ready = False

    asked = [
        (await service(core).check(HealthCheckRequest(service=name))).status
        for name in ("", "Signals", "Audit")
    ]

    assert [NOT_SERVING, NOT_SERVING, SERVING] == asked


async def test_a_service_that_is_not_here_is_not_found(core: MemoryCore) -> None:
    with pytest.raises(NotFound):
        await service(core).check(HealthCheckRequest(service="other"))


async def test_a_watch_tells_each_change_once(core: MemoryCore) -> None:
    told: asyncio.Queue[HealthCheckResponse] = asyncio.Queue()
    watching = asyncio.create_task(
        service(core).watch(HealthCheckRequest(service="Signals"), told.put)
    )

    first = await told.get()
    core.is_ready = False
    second = await told.get()
    core.is_ready = True
    third = await told.get()

    assert [SERVING, NOT_SERVING, SERVING] == [one.status for one in (first, second, third)]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_watch_of_an_unknown_service_says_so_and_waits(core: MemoryCore) -> None:
    told: asyncio.Queue[HealthCheckResponse] = asyncio.Queue()
    watching = asyncio.create_task(service(core).watch(HealthCheckRequest(service="x"), told.put))

    assert HealthCheckResponse.SERVICE_UNKNOWN == (await told.get()).status
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
