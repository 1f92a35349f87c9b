"""Incidents: questions and commands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from interlock.errors import NotFound, NotPermitted, Overloaded, RequestRejected
from interlock.server.incident_service import IncidentService
from interlock.server.views import Command, Terms
from interlock.v1.incident_service_pb2 import (
    AbortIncidentRequest,
    AcknowledgeIncidentRequest,
    AnnotateIncidentRequest,
    AnswerIncidentRequest,
    GetIncidentRequest,
    IncidentPhase,
    ListIncidentsRequest,
    WatchIncidentsRequest,
    WatchIncidentsResponse,
)
from tests.fakes.core import WATCH_BOUND
from tests.unit.server.given import QUESTION, core_with, incident, transition

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


async def test_commands_are_journalled_with_who_and_why() -> None:
    core = core_with(2)
    service = IncidentService(core)
    asked = {"incident_id": "inc-1", "actor": "ana"}

    await service.acknowledge(AcknowledgeIncidentRequest(**asked, request_id="1"))
    await service.annotate(AnnotateIncidentRequest(**asked, request_id="2", text="disk replaced"))
    aborted = await service.abort(AbortIncidentRequest(**asked, request_id="3", reason="by hand"))

    assert [
        Command(command="acknowledge", actor="ana", request_id="1", incident="inc-1"),
        Command(
            command="annotate", actor="ana", request_id="2", incident="inc-1", text="disk replaced"
        ),
        Command(command="abort", actor="ana", request_id="3", incident="inc-1", text="by hand"),
    ] == [body for _, body in core.journal]
    assert 2 == aborted.position.seq
    assert "ana" == core.incidents["inc-1"].acknowledged_by


async def test_a_repeated_command_counts_once() -> None:
    core = core_with(1)
    service = IncidentService(core)
    request = AnnotateIncidentRequest(incident_id="inc-1", actor="ana", request_id="1", text="x")

    first, second = await service.annotate(request), await service.annotate(request)

    assert first.position == second.position
    assert 1 == len(core.journal)


async def test_a_request_id_used_for_something_else_is_refused() -> None:
    service = IncidentService(core_with(1))
    request = AnnotateIncidentRequest(incident_id="inc-1", actor="ana", request_id="1", text="x")
    await service.annotate(request)
    request.text = "y"

    with pytest.raises(RequestRejected, match="request_id"):
        await service.annotate(request)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (AbortIncidentRequest(actor="a", request_id="1", reason="x"), "incident_id"),
        (AbortIncidentRequest(incident_id="inc-1", request_id="1", reason="x"), "actor"),
        (AbortIncidentRequest(incident_id="inc-1", actor="a", reason="x"), "request_id"),
        (AbortIncidentRequest(incident_id="inc-1", actor="a", request_id="1"), "reason"),
    ],
)
async def test_a_command_says_on_what_who_and_why(
    request_: AbortIncidentRequest, field: str
) -> None:
    with pytest.raises(RequestRejected) as refused:
        await IncidentService(core_with(1)).abort(request_)

    assert field == refused.value.details["field"]


async def test_a_remark_needs_a_text_and_taking_notice_does_not() -> None:
    service = IncidentService(core_with(1))
    asked = {"incident_id": "inc-1", "actor": "ana", "request_id": "1"}

    with pytest.raises(RequestRejected, match="text"):
        await service.annotate(AnnotateIncidentRequest(**asked))
    await service.acknowledge(AcknowledgeIncidentRequest(**asked))


async def test_a_closed_incident_cannot_be_aborted() -> None:
    request = AbortIncidentRequest(incident_id="inc-2", actor="a", request_id="1", reason="x")

    with pytest.raises(NotPermitted):
        await IncidentService(core_with(2)).abort(request)


def answer(**more: object) -> AnswerIncidentRequest:
    given = {"incident_id": "inc-1", "actor": "ana", "request_id": "1", "choice": "approve"}
    return AnswerIncidentRequest(**{**given, "roles": ["keeper"], "reason": "seen it", **more})


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


async def test_an_answer_is_journalled_with_who_as_what_and_why() -> None:
    core = core_with(1)
    core.change(replace(incident(1), question=QUESTION))

    await IncidentService(core).answer(answer(roles=["keeper", "dba", "keeper"], question_id="q"))

    assert core.journal[-1] == (
        "answer",
        Command(
            command="answer",
            actor="ana",
            request_id="1",
            incident="inc-1",
            text="seen it",
            choice="approve",
            roles=("dba", "keeper"),
            question="q",
        ),
    )


async def test_an_answer_to_nothing_is_refused() -> None:
    with pytest.raises(NotPermitted):
        await IncidentService(core_with(1)).answer(answer())


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"incident_id": ""}, "incident_id"),
        ({"actor": ""}, "actor"),
        ({"request_id": ""}, "request_id"),
        ({"choice": ""}, "choice"),
        ({"reason": ""}, "reason"),
        ({"roles": []}, "roles"),
        ({"roles": [""]}, "roles"),
        ({"roles": ["x" * 101]}, "roles"),
        ({"roles": ["x"] * 17}, "roles"),
        ({"question_id": "x" * 257}, "question_id"),
    ],
)
async def test_an_answer_says_on_what_who_as_what_and_why(
    more: dict[str, object], field: str
) -> None:
    with pytest.raises(RequestRejected) as refused:
        await IncidentService(core_with(1)).answer(answer(**more))

    assert field == refused.value.details["field"]


FORKED = {"parent": "inc-1", "branch": "db", "machine": "web-down/fixing/db"}
"""A branch of the first incident."""


async def test_a_branch_says_whose_it_is_and_is_found_by_its_parent() -> None:
    core = core_with(2)
    core.incidents["inc-1.4.db"] = incident(3, id="inc-1.4.db", **FORKED)
    service = IncidentService(core)

    (told,) = (await service.list(ListIncidentsRequest(parent_id="inc-1"))).incidents
    others = (await service.list(ListIncidentsRequest(parent_id="inc-2"))).incidents

    assert ("inc-1.4.db", "inc-1", "db") == (told.id, told.parent_id, told.branch)
    assert [] == list(others)


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
