"""Incidents as they are told: one with all its fields, what it asks, and lists of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interlock.errors import NotFound, RequestRejected
from interlock.server.incident_service import IncidentService
from interlock.server.views import Terms
from interlock.v1.incident_service_pb2 import (
    GetIncidentRequest,
    IncidentPhase,
    ListIncidentsRequest,
)
from tests.unit.server.given import FORKED, QUESTION, core_with, incident

pytestmark = pytest.mark.anyio


async def test_an_incident_is_told_with_all_its_fields() -> None:
    service = IncidentService(core_with(2))

    told = (await service.get(GetIncidentRequest(incident_id="inc-2"))).incident

    assert ("inc-2", "web-down", "ab" * 32, "checkout") == (
        told.id,
        told.machine,
        told.version,
        told.subject,
    )
    assert ("repair.restart", False, "resolved") == (told.state, told.open, told.outcome)
    assert ("high", "web-is-down", "The web server does not answer") == (
        told.severity,
        told.rule,
        told.title,
    )
    assert [1002, 2002, 3000] == [
        moment.ToMilliseconds() for moment in (told.opened_at, told.changed_at, told.closed_at)
    ]
    assert 2 == told.position.seq


async def test_an_open_incident_has_no_end() -> None:
    told = (
        await IncidentService(core_with(1)).get(GetIncidentRequest(incident_id="inc-1"))
    ).incident

    assert told.open
    assert not told.HasField("closed_at")


async def test_an_unknown_incident_is_not_found() -> None:
    with pytest.raises(NotFound):
        await IncidentService(core_with(1)).get(GetIncidentRequest(incident_id="inc-9"))


async def test_what_an_incident_asks_is_told_with_the_answers_so_far() -> None:
    core = core_with(1)
    core.change(replace(incident(1), question=QUESTION))

    told = (await IncidentService(core).get(GetIncidentRequest(incident_id="inc-1"))).incident

    asked = told.question
    assert (asked.id, asked.text, list(asked.shown)) == ("ask-1", "Go on?", ["service: shop"])
    assert (asked.role, asked.quorum, list(asked.excluded)) == ("keeper", 2, ["mallory"])
    assert list(asked.choices) == ["approve", "reject"]
    assert (asked.asked_at.ToMilliseconds(), asked.expires_at.ToMilliseconds()) == (1000, 601_000)
    [answered] = asked.answers
    assert (answered.actor, list(answered.roles), answered.choice) == ("bo", ["keeper"], "approve")
    assert (answered.reason, answered.at.ToMilliseconds()) == ("seen it", 2000)
    assert answered.position.seq == 9


async def test_what_a_machine_is_agreed_on_is_told() -> None:
    core = core_with(1)
    terms = Terms(assumes=("it is day",), environment=("vault",), authorised=("ops",))
    core.change(incident(1, terms=terms, resolve_by=9000))

    told = (await IncidentService(core).get(GetIncidentRequest(incident_id="inc-1"))).incident

    assert (list(told.terms.assumes), list(told.terms.environment)) == (["it is day"], ["vault"])
    assert list(told.terms.authorised) == ["ops"]
    assert told.resolve_by.ToMilliseconds() == 9000


async def test_an_incident_that_asks_nothing_has_no_question() -> None:
    told = await IncidentService(core_with(1)).get(GetIncidentRequest(incident_id="inc-1"))

    assert not told.incident.HasField("question")


async def test_a_list_is_read_page_by_page_without_a_gap() -> None:
    service = IncidentService(core_with(25))
    request, seen = ListIncidentsRequest(page_size=10), []

    while True:
        page = await service.list(request)
        seen.append([one.id for one in page.incidents])
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token

    assert [10, 10, 5] == [len(ids) for ids in seen]
    assert [f"inc-{n}" for n in range(25, 0, -1)] == [one for ids in seen for one in ids]


async def test_a_token_does_not_fit_another_filter() -> None:
    service = IncidentService(core_with(25))
    page = await service.list(ListIncidentsRequest(page_size=10))

    with pytest.raises(RequestRejected, match="page_token"):
        await service.list(ListIncidentsRequest(page_token=page.next_page_token, machine="other"))


async def test_every_filter_reaches_the_core() -> None:
    service = IncidentService(core_with(6))

    async def ids(**fields: object) -> list[str]:
        request = ListIncidentsRequest(**fields)  # type: ignore[arg-type]  # one field a case
        return [one.id for one in (await service.list(request)).incidents]

    since = ListIncidentsRequest()
    since.since.FromMilliseconds(2005)
    assert ["inc-6", "inc-5"] == [one.id for one in (await service.list(since)).incidents]
    assert ["inc-5", "inc-3", "inc-1"] == await ids(phase=IncidentPhase.INCIDENT_PHASE_OPEN)
    assert ["inc-6", "inc-4", "inc-2"] == await ids(phase=IncidentPhase.INCIDENT_PHASE_CLOSED)
    assert [] == await ids(state="other")
    assert [] == await ids(machine="other")
    assert [] == await ids(severity="other")
    assert 6 == len(await ids(state="repair.restart", machine="web-down", severity="high"))


async def test_an_unknown_phase_is_refused() -> None:
    with pytest.raises(RequestRejected, match="phase"):
        await IncidentService(core_with(1)).list(ListIncidentsRequest(phase=9))  # type: ignore[arg-type]


async def test_a_branch_says_whose_it_is_and_is_found_by_its_parent() -> None:
    core = core_with(2)
    core.incidents["inc-1.4.db"] = incident(3, id="inc-1.4.db", **FORKED)
    service = IncidentService(core)

    (told,) = (await service.list(ListIncidentsRequest(parent_id="inc-1"))).incidents
    others = (await service.list(ListIncidentsRequest(parent_id="inc-2"))).incidents

    assert ("inc-1.4.db", "inc-1", "db") == (told.id, told.parent_id, told.branch)
    assert [] == list(others)
