"""One call: its deadline, its repetition, its error."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from interlock.client.retry import RetryPolicy, error_of

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", 5 * 1024 * 1024),
    # A service that has gone is noticed within 40 s, also while nothing is said.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
"""What the channel is told."""


@dataclass(frozen=True, slots=True)
class Calling:
    """How the calls of one client are made."""

    channel: grpc.aio.Channel
    timeout: float = 10.0
    """Seconds one attempt of a unary call may take."""
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Q, R],
        request: Q,
        *,
        seconds: float | None = None,
    ) -> R:
        """Return the answer, repeating the call while that may help.

        Only for requests that are safe to repeat.

        Args:
            method: what is called.
            request: what is asked.
            seconds: how long one attempt may take; None: as for every call.

        Raises:
            InterlockError: what the service raised, or what the call came to.
        """
        attempt = 1
        while True:
            try:
                return await method(request, timeout=seconds or self.timeout)
            except grpc.aio.AioRpcError as failure:
                delay = self.policy.delay(failure, attempt)
                if delay is None:
                    raise error_of(failure) from failure
            attempt += 1
            await asyncio.sleep(delay)
