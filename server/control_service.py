"""ControlService: the kill switch, what people say is the case, what the gate is waiting for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from interlock.errors import RequestRejected
from interlock.server import checks, wire
from interlock.server.admission import MAX_ENTRIES
from interlock.server.convert_views import write_fact, write_freeze, write_position
from interlock.server.core import Commands, Queries
from interlock.server.views import Command, Position
from interlock.v1.control_service_pb2 import (
    AgreementStatus,
    FreezeRequest,
    FreezeResponse,
    GetGateStatusRequest,
    GetGateStatusResponse,
    ListFactsRequest,
    ListFactsResponse,
    RetractFactRequest,
    RetractFactResponse,
    SetFactRequest,
    SetFactResponse,
    ThawRequest,
    ThawResponse,
)

NAME = "interlock.v1.ControlService"

MOST_FACTS = 10_000
"""Most facts of one answer."""

_AGREEMENT = {
    "agreed": AgreementStatus.AGREEMENT_STATUS_AGREED,
    "behind": AgreementStatus.AGREEMENT_STATUS_BEHIND,
    "disagreed": AgreementStatus.AGREEMENT_STATUS_DISAGREED,
    "faulty": AgreementStatus.AGREEMENT_STATUS_FAULTY,
    "off": AgreementStatus.AGREEMENT_STATUS_OFF,
}


class _Core(Queries, Commands, Protocol):
    """What the service needs."""


class ControlService:
    """Passes on what people order and say, and reports on the gate."""

    def __init__(self, core: _Core) -> None:
        """Serve a core."""
        self._core = core

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.unary("Freeze", FreezeRequest, self.freeze),
            wire.unary("Thaw", ThawRequest, self.thaw),
            wire.unary("SetFact", SetFactRequest, self.set_fact),
            wire.unary("RetractFact", RetractFactRequest, self.retract_fact),
            wire.unary("ListFacts", ListFactsRequest, self.list_facts),
            wire.unary("GetGateStatus", GetGateStatusRequest, self.gate_status),
        ]

    async def freeze(self, request: FreezeRequest) -> FreezeResponse:
        """Forbid actions in a scope."""
        return FreezeResponse(position=write_position(await self._order("freeze", request)))

    async def thaw(self, request: ThawRequest) -> ThawResponse:
        """Allow them again."""
        return ThawResponse(position=write_position(await self._order("thaw", request)))

    async def set_fact(self, request: SetFactRequest) -> SetFactResponse:
        """Let a person say what is the case."""
        position = await self._say("set_fact", request, request.fields)
        return SetFactResponse(position=write_position(position))

    async def retract_fact(self, request: RetractFactRequest) -> RetractFactResponse:
        """Let a person take it back."""
        position = await self._say("retract_fact", request, request.key)
        return RetractFactResponse(position=write_position(position))

    async def list_facts(self, request: ListFactsRequest) -> ListFactsResponse:
        """Return what stands."""
        facts = await self._core.facts(request.fact)
        return ListFactsResponse(
            facts=[write_fact(fact) for fact in facts[:MOST_FACTS]], more=len(facts) > MOST_FACTS
        )

    async def _say(
        self,
        word: Literal["set_fact", "retract_fact"],
        request: SetFactRequest | RetractFactRequest,
        fields: Mapping[str, str],
    ) -> Position:
        if len(fields) > MAX_ENTRIES:
            raise RequestRejected(
                f"fields: expected at most {MAX_ENTRIES}, found {len(fields)}", field="fields"
            )
        command = Command(
            command=word,
            actor=checks.name("actor", request.actor),
            request_id=checks.name("request_id", request.request_id),
            fact=checks.name("fact", request.fact),
            fields=tuple(sorted(fields.items())),
            text=checks.reason("reason", request.reason),
        )
        return await self._core.command(command)

    async def gate_status(self, _: GetGateStatusRequest) -> GetGateStatusResponse:
        """Return what the gate lets through now."""
        status = await self._core.gate_status()
        through = status.agreed_through
        return GetGateStatusResponse(
            freezes=[write_freeze(freeze) for freeze in status.freezes],
            agreement=_AGREEMENT[status.agreement],
            agreed_through=None if through is None else write_position(through),
            waiting_actions=status.waiting_actions,
            running_actions=status.running_actions,
        )

    async def _order(
        self, word: Literal["freeze", "thaw"], request: FreezeRequest | ThawRequest
    ) -> Position:
        command = Command(
            command=word,
            actor=checks.name("actor", request.actor),
            request_id=checks.name("request_id", request.request_id),
            scope=checks.name("scope", request.scope),
            text=checks.reason("reason", request.reason),
        )
        return await self._core.command(command)
