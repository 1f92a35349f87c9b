"""Incidents and control: questions and commands."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.client.calling import Calling
from interlock.client.retry import error_of
from interlock.v1.control_service_pb2 import (
    FreezeRequest,
    GetGateStatusRequest,
    GetGateStatusResponse,
    ListFactsRequest,
    ListFactsResponse,
    RetractFactRequest,
    SetFactRequest,
    ThawRequest,
)
from interlock.v1.control_service_pb2_grpc import ControlServiceStub
from interlock.v1.incident_pb2 import Incident
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
from interlock.v1.incident_service_pb2_grpc import IncidentServiceStub
from interlock.v1.position_pb2 import Position

Changes = AsyncGenerator[WatchIncidentsResponse, None]

_PHASES = {
    None: IncidentPhase.INCIDENT_PHASE_UNSPECIFIED,
    True: IncidentPhase.INCIDENT_PHASE_OPEN,
    False: IncidentPhase.INCIDENT_PHASE_CLOSED,
}


class IncidentClient:
    """What is going on, and what a responder may do about it."""

    def __init__(self, calling: Calling) -> None:
        """Use a client's channel."""
        self._calling = calling
        self._stub = IncidentServiceStub(calling.channel)

    async def get(self, incident_id: str) -> Incident:
        """Return one incident; raises NotFound when there is none."""
        request = GetIncidentRequest(incident_id=incident_id)
        return (await self._calling.call(self._stub.GetIncident, request)).incident

    async def list(
        self,
        *,
        state: str = "",
        machine: str = "",
        severity: str = "",
        parent_id: str = "",
        open: bool | None = None,  # noqa: A002  # the reader's word
        since: datetime | None = None,
    ) -> AsyncGenerator[Incident, None]:
        """Yield every incident that passes the filters, newest first, page by page."""
        request = ListIncidentsRequest(
            state=state,
            machine=machine,
            severity=severity,
            parent_id=parent_id,
            phase=_PHASES[open],
            since=stamp_of(since),
        )
        while True:
            page = await self._calling.call(self._stub.ListIncidents, request)
            for incident in page.incidents:
                yield incident
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def watch(self, *, incident_id: str = "", machine: str = "") -> Changes:
        """Start watching and return the changes from here on; list after it to miss nothing.

        Raises:
            InterlockError: the watch could not begin; the changes raise it when it breaks.
        """
        request = WatchIncidentsRequest(incident_id=incident_id, machine=machine)
        changes = _changes(self._stub.WatchIncidents(request))
        await anext(changes, None)  # empty: the watch has begun
        return changes

    async def abort(
        self, incident_id: str, *, actor: str, reason: str, request_id: str = ""
    ) -> Position:
        """Stop an incident by hand; return the entry of the command."""
        request = AbortIncidentRequest(
            incident_id=incident_id, actor=actor, reason=reason, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.AbortIncident, request)).position

    async def acknowledge(
        self, incident_id: str, *, actor: str, text: str = "", request_id: str = ""
    ) -> Position:
        """Record that a person has taken notice; return the entry of the command."""
        request = AcknowledgeIncidentRequest(
            incident_id=incident_id, actor=actor, text=text, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.AcknowledgeIncident, request)).position

    async def annotate(
        self, incident_id: str, *, actor: str, text: str, request_id: str = ""
    ) -> Position:
        """Add a remark; return the entry of the command."""
        request = AnnotateIncidentRequest(
            incident_id=incident_id, actor=actor, text=text, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.AnnotateIncident, request)).position

    async def answer(  # noqa: PLR0913  # what an answer consists of
        self,
        incident_id: str,
        choice: str,
        *,
        actor: str,
        roles: Sequence[str],
        reason: str,
        question_id: str = "",
        request_id: str = "",
    ) -> Position:
        """Answer what an incident asks; return the entry of the answer.

        Args:
            incident_id: which incident.
            choice: one of the question's choices.
            actor: who answers.
            roles: what they answer as, one at least.
            reason: why.
            question_id: the question that was read; empty for whichever stands.
            request_id: name of this request; a fresh one when empty.

        Raises:
            NotPermitted: the answer does not count; the message says why.
        """
        request = AnswerIncidentRequest(
            incident_id=incident_id,
            choice=choice,
            actor=actor,
            roles=roles,
            reason=reason,
            question_id=question_id,
            request_id=request_id or _fresh(),
        )
        return (await self._calling.call(self._stub.AnswerIncident, request)).position


class ControlClient:
    """The kill switch, and what the gate is waiting for."""

    def __init__(self, calling: Calling) -> None:
        """Use a client's channel."""
        self._calling = calling
        self._stub = ControlServiceStub(calling.channel)

    async def freeze(
        self, scope: str, *, actor: str, reason: str, request_id: str = ""
    ) -> Position:
        """Forbid actions in a scope, e.g. ``global``; return the entry of the order."""
        request = FreezeRequest(
            scope=scope, actor=actor, reason=reason, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.Freeze, request)).position

    async def thaw(self, scope: str, *, actor: str, reason: str, request_id: str = "") -> Position:
        """Lift the freeze of exactly that scope; return the entry of the order."""
        request = ThawRequest(
            scope=scope, actor=actor, reason=reason, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.Thaw, request)).position

    async def set_fact(
        self,
        fact: str,
        fields: Mapping[str, str],
        *,
        actor: str,
        reason: str,
        request_id: str = "",
    ) -> Position:
        """Say what is the case, each field in the text form of its type; return the entry."""
        request = SetFactRequest(
            fact=fact,
            fields=fields,
            actor=actor,
            reason=reason,
            request_id=request_id or _fresh(),
        )
        return (await self._calling.call(self._stub.SetFact, request)).position

    async def retract_fact(
        self,
        fact: str,
        key: Mapping[str, str],
        *,
        actor: str,
        reason: str,
        request_id: str = "",
    ) -> Position:
        """Take back what a person said of that key; return the entry of the order."""
        request = RetractFactRequest(
            fact=fact, key=key, actor=actor, reason=reason, request_id=request_id or _fresh()
        )
        return (await self._calling.call(self._stub.RetractFact, request)).position

    async def facts(self, fact: str = "") -> ListFactsResponse:
        """Return the facts that stand, of one name or of all."""
        return await self._calling.call(self._stub.ListFacts, ListFactsRequest(fact=fact))

    async def gate_status(self) -> GetGateStatusResponse:
        """Return what the gate lets through now."""
        return await self._calling.call(self._stub.GetGateStatus, GetGateStatusRequest())


async def _changes(
    call: grpc.aio.UnaryStreamCall[WatchIncidentsRequest, WatchIncidentsResponse],
) -> Changes:
    try:
        async for change in call:
            yield change
    except grpc.aio.AioRpcError as failure:
        raise error_of(failure) from failure
    finally:
        call.cancel()


def stamp_of(moment: datetime | None) -> Timestamp | None:
    """Return a moment as the wire has it."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _fresh() -> str:
    return secrets.token_hex(16)
