"""The client: one channel, every service."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import grpc

from interlock.client.asking import ControlClient, IncidentClient
from interlock.client.auditing import AuditClient
from interlock.client.calling import OPTIONS, Calling
from interlock.client.retry import RetryPolicy
from interlock.client.signals import SignalClient


class Client:
    """Talks to one Interlock service; an async context manager."""

    def __init__(
        self,
        target: str,
        *,
        timeout: float = 10.0,
        policy: RetryPolicy | None = None,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        """Prepare a channel; the first call connects it.

        Args:
            target: host and port, e.g. ``127.0.0.1:7443``.
            timeout: seconds one attempt of a call may take.
            policy: when to repeat; None means the defaults.
            credentials: TLS; None means plain text.
        """
        if credentials is None:
            self._channel = grpc.aio.insecure_channel(target, OPTIONS)
        else:
            self._channel = grpc.aio.secure_channel(target, credentials, OPTIONS)
        calling = Calling(self._channel, timeout, policy or RetryPolicy())
        self.signals = SignalClient(calling)
        self.incidents = IncidentClient(calling)
        self.audit = AuditClient(calling)
        self.control = ControlClient(calling)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the channel; calls under way are cancelled."""
        await self._channel.close()
