"""Commands and answers to incidents: who, as what and why is journalled, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interlock.errors import NotPermitted, RequestRejected
from interlock.server.incident_service import IncidentService
from interlock.server.views import Command
from interlock.v1.incident_service_pb2 import (
    AbortIncidentRequest,
    AcknowledgeIncidentRequest,
    AnnotateIncidentRequest,
    AnswerIncidentRequest,
)
from tests.unit.server.given import QUESTION, core_with, incident

pytestmark = pytest.mark.anyio


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
