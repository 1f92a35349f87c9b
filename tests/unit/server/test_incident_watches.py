"""Incidents as they are watched: what changes is told until a reader falls behind."""

from __future__ import annotations

import asyncio

import pytest

from interlock.errors import Overloaded
from interlock.server.incident_service import IncidentService
from interlock.v1.incident_service_pb2 import WatchIncidentsRequest, WatchIncidentsResponse
from tests.fakes.core import WATCH_BOUND
from tests.unit.server.given import FORKED, core_with, incident, transition

pytestmark = pytest.mark.anyio


async def test_a_watch_says_that_it_has_begun_and_then_tells_what_changes() -> None:
    core = core_with(2)
    told: asyncio.Queue[WatchIncidentsResponse] = asyncio.Queue()
    watching = asyncio.create_task(
        IncidentService(core).watch(WatchIncidentsRequest(machine="web-down"), told.put)
    )
    assert WatchIncidentsResponse() == await told.get()

    core.change(incident(1, machine="other"))
    core.change(incident(1), transition(7))
    core.change(incident(2, acknowledged_by="ana"))

    first, second = await told.get(), await told.get()
    assert ("inc-1", "diagnose", "repair", 7) == (
        first.incident.id,
        first.transition.source,
        first.transition.destination,
        first.transition.position.seq,
    )
    assert "ana" == second.incident.acknowledged_by
    assert not second.HasField("transition")
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert 0 == core.watchers


async def test_a_watch_of_one_incident_tells_of_no_other() -> None:
    core = core_with(2)
    told: asyncio.Queue[WatchIncidentsResponse] = asyncio.Queue()
    watching = asyncio.create_task(
        IncidentService(core).watch(WatchIncidentsRequest(incident_id="inc-2"), told.put)
    )
    await told.get()

    core.change(incident(1))
    core.change(incident(2))

    assert "inc-2" == (await told.get()).incident.id
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_reader_that_falls_behind_is_told_so() -> None:
    core = core_with(1)
    begun = asyncio.Event()

    async def stall(_: WatchIncidentsResponse) -> None:
        begun.set()
        for _ in range(10):
            await asyncio.sleep(0)

    watching = asyncio.create_task(IncidentService(core).watch(WatchIncidentsRequest(), stall))
    await begun.wait()
    for _ in range(WATCH_BOUND + 1):
        core.change(incident(1))

    with pytest.raises(Overloaded):
        await watching


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"incident_id": "inc-1"}, ["inc-1.4.db", "inc-1"]),
        ({"incident_id": "inc-1.4.db"}, ["inc-1.4.db"]),
        ({"machine": "web-down"}, ["inc-1.4.db", "inc-1"]),
        ({"machine": "web-down/fixing/db"}, ["inc-1.4.db"]),
    ],
)
async def test_a_watch_of_an_incident_or_machine_tells_of_its_branches(
    wanted: dict[str, str], ids: list[str]
) -> None:
    core = core_with(1)
    told: asyncio.Queue[WatchIncidentsResponse] = asyncio.Queue()
    watching = asyncio.create_task(
        IncidentService(core).watch(WatchIncidentsRequest(**wanted), told.put)
    )
    await told.get()

    core.change(incident(3, id="inc-1.4.db", **FORKED))
    core.change(incident(2, machine="other"))
    core.change(incident(1))
    core.change(incident(9, id="inc-9", machine="web-down" if len(ids) == 1 else "other"))
    seen = [(await told.get()).incident.id for _ in ids]

    assert ids == seen
    assert told.empty()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
