"""ControlService: the kill switch, and what the gate is waiting for."""

from __future__ import annotations

from typing import Literal, Protocol

from interlock.server import checks, wire
from interlock.server.convert_views import write_freeze, write_position
from interlock.server.core import Commands, Queries
from interlock.server.views import Command, Position
from interlock.v1.control_service_pb2 import (
    AgreementStatus,
    FreezeRequest,
    FreezeResponse,
    GetGateStatusRequest,
    GetGateStatusResponse,
    ThawRequest,
    ThawResponse,
)

NAME = "interlock.v1.ControlService"

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
    """Passes freezes and thaws on and reports on the gate."""

    def __init__(self, core: _Core) -> None:
        """Serve a core."""
        self._core = core

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.unary("Freeze", FreezeRequest, self.freeze),
            wire.unary("Thaw", ThawRequest, self.thaw),
            wire.unary("GetGateStatus", GetGateStatusRequest, self.gate_status),
        ]

    async def freeze(self, request: FreezeRequest) -> FreezeResponse:
        """Forbid actions in a scope."""
        return FreezeResponse(position=write_position(await self._order("freeze", request)))

    async def thaw(self, request: ThawRequest) -> ThawResponse:
        """Allow them again."""
        return ThawResponse(position=write_position(await self._order("thaw", request)))

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
