"""IncidentService: what is going on, and what a responder may do about it."""

from __future__ import annotations

from contextlib import aclosing
from typing import Literal, Protocol

from interlock.server import checks, wire
from interlock.server.convert_views import write_incident, write_position, write_transition
from interlock.server.core import Commands, Queries
from interlock.server.views import Command, Incident, IncidentFilter, Position
from interlock.v1.incident_service_pb2 import (
    AbortIncidentRequest,
    AbortIncidentResponse,
    AcknowledgeIncidentRequest,
    AcknowledgeIncidentResponse,
    AnnotateIncidentRequest,
    AnnotateIncidentResponse,
    AnswerIncidentRequest,
    AnswerIncidentResponse,
    GetIncidentRequest,
    GetIncidentResponse,
    IncidentPhase,
    ListIncidentsRequest,
    ListIncidentsResponse,
    WatchIncidentsRequest,
    WatchIncidentsResponse,
)

NAME = "interlock.v1.IncidentService"

_OPEN = {
    IncidentPhase.INCIDENT_PHASE_UNSPECIFIED: None,
    IncidentPhase.INCIDENT_PHASE_OPEN: True,
    IncidentPhase.INCIDENT_PHASE_CLOSED: False,
}


class _Ordered(Protocol):
    @property
    def incident_id(self) -> str: ...

    @property
    def actor(self) -> str: ...

    @property
    def request_id(self) -> str: ...


class _Core(Queries, Commands, Protocol):
    """What the service needs."""


class IncidentService:
    """Answers questions about incidents and passes commands on."""

    def __init__(self, core: _Core) -> None:
        """Serve a core."""
        self._core = core

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.unary("GetIncident", GetIncidentRequest, self.get),
            wire.unary("ListIncidents", ListIncidentsRequest, self.list),
            wire.sending("WatchIncidents", WatchIncidentsRequest, self.watch),
            wire.unary("AbortIncident", AbortIncidentRequest, self.abort),
            wire.unary("AcknowledgeIncident", AcknowledgeIncidentRequest, self.acknowledge),
            wire.unary("AnnotateIncident", AnnotateIncidentRequest, self.annotate),
            wire.unary("AnswerIncident", AnswerIncidentRequest, self.answer),
        ]

    async def get(self, request: GetIncidentRequest) -> GetIncidentResponse:
        """Return one incident."""
        incident = await self._core.get_incident(checks.name("incident_id", request.incident_id))
        return GetIncidentResponse(incident=write_incident(incident))

    async def list(self, request: ListIncidentsRequest) -> ListIncidentsResponse:
        """Return one page of incidents."""
        wanted = _filter(request)
        listing = await self._core.list_incidents(wanted, checks.page(request, wanted))
        return ListIncidentsResponse(
            incidents=[write_incident(incident) for incident in listing.items],
            next_page_token=checks.page_token(listing.next, wanted),
        )

    async def watch(
        self, request: WatchIncidentsRequest, send: wire.Send[WatchIncidentsResponse]
    ) -> None:
        """Send changes until the caller has enough."""
        incident = checks.optional_name("incident_id", request.incident_id)
        machine = checks.optional_name("machine", request.machine)
        async with aclosing(self._core.watch()) as changes:
            await send(WatchIncidentsResponse())  # what happens from here on will be told
            async for change in changes:
                if _is_watched(change.incident, incident, machine):
                    move = change.transition
                    await send(
                        WatchIncidentsResponse(
                            incident=write_incident(change.incident),
                            transition=None if move is None else write_transition(move),
                        )
                    )

    async def abort(self, request: AbortIncidentRequest) -> AbortIncidentResponse:
        """Stop an incident by hand."""
        text = checks.reason("reason", request.reason)
        position = await self._command("abort", request, text)
        return AbortIncidentResponse(position=write_position(position))

    async def acknowledge(self, request: AcknowledgeIncidentRequest) -> AcknowledgeIncidentResponse:
        """Record that a person has taken notice."""
        text = checks.remark("text", request.text)
        position = await self._command("acknowledge", request, text)
        return AcknowledgeIncidentResponse(position=write_position(position))

    async def annotate(self, request: AnnotateIncidentRequest) -> AnnotateIncidentResponse:
        """Add a remark."""
        text = checks.reason("text", request.text)
        position = await self._command("annotate", request, text)
        return AnnotateIncidentResponse(position=write_position(position))

    async def answer(self, request: AnswerIncidentRequest) -> AnswerIncidentResponse:
        """Answer what an incident asks."""
        command = Command(
            command="answer",
            actor=checks.name("actor", request.actor),
            request_id=checks.name("request_id", request.request_id),
            incident=checks.name("incident_id", request.incident_id),
            text=checks.reason("reason", request.reason),
            choice=checks.name("choice", request.choice),
            roles=checks.roles("roles", request.roles),
            question=checks.optional_name("question_id", request.question_id),
        )
        return AnswerIncidentResponse(position=write_position(await self._core.command(command)))

    async def _command(
        self, word: Literal["abort", "acknowledge", "annotate"], request: _Ordered, text: str
    ) -> Position:
        command = Command(
            command=word,
            actor=checks.name("actor", request.actor),
            request_id=checks.name("request_id", request.request_id),
            incident=checks.name("incident_id", request.incident_id),
            text=text,
        )
        return await self._core.command(command)


def _is_watched(one: Incident, incident: str, machine: str) -> bool:
    """Return whether a watch for an incident or machine, or for all, tells of an incident."""
    machines = {"", one.machine, one.machine.partition("/")[0]}
    return incident in {"", one.id, one.parent} and machine in machines


def _filter(request: ListIncidentsRequest) -> IncidentFilter:
    if request.phase not in _OPEN:
        raise checks.RequestFieldRejected("phase", "an IncidentPhase", str(int(request.phase)))
    return IncidentFilter(
        state=checks.optional_name("state", request.state),
        machine=checks.optional_name("machine", request.machine),
        severity=checks.optional_name("severity", request.severity),
        parent=checks.optional_name("parent_id", request.parent_id),
        open=_OPEN[request.phase],
        since=checks.moment(request, "since"),
    )
