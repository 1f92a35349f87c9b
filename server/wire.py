"""The edge between gRPC and the services: bytes in, bytes out, every error a status.

Handlers are registered without serializers: gRPC's own would answer malformed bytes with
UNKNOWN.  Here they are INVALID_ARGUMENT, and a service never sees gRPC at all: it is given
requests, returns or sends responses, and raises ``InterlockError``.

Every call is bounded: in size, in number, and a unary call in time, by its own deadline or
by ``Limits.unary_seconds``, whichever is sooner.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import grpc
import structlog
from google.protobuf.message import DecodeError, Message

from interlock.errors import InterlockError, Overloaded, RequestRejected
from interlock.server.errors import rpc_code, rpc_status

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
T = TypeVar("T")

Context = grpc.aio.ServicerContext[bytes, bytes]
Send = Callable[[R], Awaitable[None]]
"""Sends one response; waits while the peer does not read."""

Observe = Callable[[str, str, float], None]
"""Told of each finished call: ``Service/Method``, status code name, seconds."""

MAX_REQUEST_BYTES = 4 * 1024 * 1024
"""Largest request, and so the largest batch."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one server."""

    unary_calls: int = 1000
    """Unary calls answered at a time; more are refused as overload."""
    streams: int = 64
    """Streams open at a time; each may hold about 5 MiB while its peer stalls."""
    unary_seconds: float = 60.0
    """How long a unary call may take when its caller sets no deadline."""


@dataclass(frozen=True, slots=True)
class Method:
    """One call of a service, as ``Edge`` registers it."""

    name: str
    build: Callable[[Edge, str], grpc.RpcMethodHandler[bytes, bytes]]


def unary(name: str, request: type[Q], call: Callable[[Q], Awaitable[Message]]) -> Method:
    """Return a call with one request and one response."""

    def build(edge: Edge, rpc: str) -> grpc.RpcMethodHandler[bytes, bytes]:
        async def handle(data: bytes, context: Context) -> bytes:
            async def work() -> bytes:
                async with asyncio.timeout(edge.seconds_left(context)):
                    return (await call(decode(request, data))).SerializeToString()

            return await edge.answer(context, rpc, edge.unary_calls, work)

        return grpc.unary_unary_rpc_method_handler(handle)

    return Method(name, build)


def sending(
    name: str, request: type[Q], call: Callable[[Q, Send[Message]], Awaitable[None]]
) -> Method:
    """Return a call with one request and a stream of responses."""

    def build(edge: Edge, rpc: str) -> grpc.RpcMethodHandler[bytes, bytes]:
        async def handle(data: bytes, context: Context) -> None:
            async def work() -> None:
                await call(decode(request, data), _sender(context))

            await edge.answer(context, rpc, edge.streams, work)

        return grpc.unary_stream_rpc_method_handler(handle)

    return Method(name, build)


def talking(
    name: str,
    request: type[Q],
    call: Callable[[AsyncIterator[Q], Send[Message]], Awaitable[None]],
) -> Method:
    """Return a call with a stream of requests and a stream of responses."""

    def build(edge: Edge, rpc: str) -> grpc.RpcMethodHandler[bytes, bytes]:
        async def handle(messages: AsyncIterator[bytes], context: Context) -> None:
            async def work() -> None:
                await call(_decoded(request, messages), _sender(context))

            await edge.answer(context, rpc, edge.streams, work)

        return grpc.stream_stream_rpc_method_handler(handle)

    return Method(name, build)


def decode(request: type[Q], data: bytes) -> Q:
    """Return the request that the bytes encode.

    Raises:
        RequestRejected: they are too many or do not encode one.
    """
    if len(data) > MAX_REQUEST_BYTES:
        raise RequestRejected(
            f"request: expected at most {MAX_REQUEST_BYTES} bytes, found {len(data)}; split it",
            field="request",
        )
    try:
        return request.FromString(data)
    except DecodeError as error:
        name = request.DESCRIPTOR.full_name
        raise RequestRejected(
            f"request: expected an encoded {name}, found {len(data)} bytes that are not one; "
            "encode with code generated from the same contract",
            field="request",
        ) from error


class Edge:
    """Runs the calls of one server within its limits."""

    def __init__(self, *, limits: Limits, observe: Observe) -> None:
        """Start with no call running.

        Args:
            limits: the server's bounds.
            observe: told of every finished call.
        """
        self._limits = limits
        self._observe = observe
        self.unary_calls = Slots("calls", limits.unary_calls)
        self.streams = Slots("streams", limits.streams)

    def service(self, name: str, methods: Sequence[Method]) -> grpc.GenericRpcHandler:
        """Return the handler of a service.

        Args:
            name: full name, e.g. ``interlock.v1.SignalService``.
            methods: its calls.
        """
        short = name.rpartition(".")[2]
        built = {method.name: method.build(self, f"{short}/{method.name}") for method in methods}
        return grpc.method_handlers_generic_handler(name, built)

    def seconds_left(self, context: Context) -> float:
        """Return how long the call may still take."""
        left: float | None = context.time_remaining()
        limit = self._limits.unary_seconds
        return limit if left is None else min(left, limit)

    async def answer(
        self, context: Context, rpc: str, slots: Slots, work: Callable[[], Awaitable[T]]
    ) -> T:
        """Run one call; turn what it raises into a status and end the call with it."""
        started, code = time.perf_counter(), grpc.StatusCode.CANCELLED
        try:
            with slots.taken():
                result = await work()
        except InterlockError as error:
            code = rpc_code(error)
            await _abort(context, rpc, error)
        except TimeoutError:
            code = grpc.StatusCode.DEADLINE_EXCEEDED
            await context.abort(code, "the deadline passed; what was asked may still have happened")
        else:
            code = grpc.StatusCode.OK
            return result
        finally:
            self._observe(rpc, code.name, time.perf_counter() - started)


class Slots:
    """A bound on how many calls run at a time."""

    def __init__(self, what: str, limit: int) -> None:
        """Start with every slot free."""
        self._what = what
        self._limit = limit
        self.used = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot.

        Raises:
            Overloaded: none is free.
        """
        if self.used >= self._limit:
            message = f"{self._limit} {self._what} are open already; come again later"
            raise Overloaded(message, limit=self._limit)
        self.used += 1
        try:
            yield
        finally:
            self.used -= 1


async def _abort(context: Context, rpc: str, error: InterlockError) -> NoReturn:
    code, status = rpc_code(error), rpc_status(error)
    if code in {grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS}:
        _log.error("request_failed", rpc=rpc, code=error.code, message=str(error))
    details = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, status.message, trailing_metadata=details)


async def _decoded(request: type[Q], messages: AsyncIterator[bytes]) -> AsyncIterator[Q]:
    async for data in messages:
        yield decode(request, data)


def _sender(context: Context) -> Send[Message]:
    async def send(response: Message) -> None:
        await context.write(response.SerializeToString())

    return send
