"""grpc.health.v1 for every service.

What writes is serving while the core journals; what only reads serves always, because
people need it most when nothing can be written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from grpc_health.v1.health_pb2 import (
    HealthCheckRequest,
    HealthCheckResponse,
    HealthListRequest,
    HealthListResponse,
)

from interlock.errors import NotFound
from interlock.server import wire
from interlock.server.core import Readiness

NAME = "grpc.health.v1.Health"

OVERALL = ""
"""The service name that asks about the server as a whole."""

POLL_SECONDS = 0.5
"""How often a watch looks.  It asks, because a stalled engine could not tell."""
_UNKNOWN: int = HealthCheckResponse.SERVICE_UNKNOWN
_NOT_SERVING: int = HealthCheckResponse.NOT_SERVING
_SERVING: int = HealthCheckResponse.SERVING


class HealthService:
    """Says which services take calls."""

    def __init__(
        self,
        core: Readiness,
        *,
        writing: Iterable[str],
        reading: Iterable[str],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Report on a core.

        Args:
            core: whose readiness counts.
            writing: full names of services that need the journal.
            reading: full names of services that do not.
            poll_seconds: how often a watch looks.
        """
        self._core = core
        self._needs_journal = {
            OVERALL: True,
            **dict.fromkeys(writing, True),
            **dict.fromkeys(reading, False),
        }
        self._poll_seconds = poll_seconds

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.unary("Check", HealthCheckRequest, self.check),
            wire.unary("List", HealthListRequest, self.list),
            wire.sending("Watch", HealthCheckRequest, self.watch),
        ]

    async def check(self, request: HealthCheckRequest) -> HealthCheckResponse:
        """Return the status of a service now.

        Raises:
            NotFound: there is no service of that name.
        """
        if request.service not in self._needs_journal:
            raise NotFound(f"service {request.service[:256]!r} is not served here")
        return HealthCheckResponse(status=self._status(request.service))

    async def list(self, _: HealthListRequest) -> HealthListResponse:
        """Return the status of every service now."""
        statuses = {
            name: HealthCheckResponse(status=self._status(name)) for name in self._needs_journal
        }
        return HealthListResponse(statuses=statuses)

    async def watch(
        self, request: HealthCheckRequest, send: wire.Send[HealthCheckResponse]
    ) -> None:
        """Send the status of a service now and whenever it changes."""
        told: int | None = None
        while True:
            status = self._status(request.service)
            if status != told:
                await send(HealthCheckResponse(status=status))
                told = status
            await asyncio.sleep(self._poll_seconds)

    def _status(self, service: str) -> int:
        if service not in self._needs_journal:
            return _UNKNOWN
        if self._needs_journal[service] and not self._core.ready():
            return _NOT_SERVING
        return _SERVING
