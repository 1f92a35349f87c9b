"""Whatever bytes arrive, every method answers with a status of the contract and lives on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interlock.v1 import (
    audit_service_pb2,
    control_service_pb2,
    executor_service_pb2,
    incident_service_pb2,
    signal_service_pb2,
)
from interlock.v1.signal_service_pb2 import IngestRequest
from tests.fakes.core import MemoryCore
from tests.fakes.serving import connected
from tests.fakes.signals import signals
from tests.scale import count

MODULES = (
    audit_service_pb2,
    control_service_pb2,
    executor_service_pb2,
    incident_service_pb2,
    signal_service_pb2,
    health_pb2,
)
METHODS: list[MethodDescriptor] = [
    method
    for module in MODULES
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
ALLOWED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.DEADLINE_EXCEEDED,  # of a watch that has begun and has nothing to tell
}


class Loop:
    """A server and a channel that live as long as the tests of this file."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.core = MemoryCore()
        self._context = connected(self.core)
        self.channel = self.runner.run(self._context.__aenter__())

    def close(self) -> None:
        self.runner.run(self._context.__aexit__(None, None, None))
        self.runner.close()

    def status(self, method: MethodDescriptor, data: bytes) -> grpc.StatusCode:
        """Send one request of those bytes and return how the call ended."""
        return self.runner.run(self._status(method, data))

    async def _status(self, method: MethodDescriptor, data: bytes) -> grpc.StatusCode:
        path = f"/{method.containing_service.full_name}/{method.name}"
        try:
            if method.client_streaming:
                talk = self.channel.stream_stream(path)(timeout=5)
                await talk.write(data)
                await talk.done_writing()
                async for _ in talk:
                    pass
            elif method.server_streaming:
                async for _ in self.channel.unary_stream(path)(data, timeout=0.05):
                    pass
            else:
                await self.channel.unary_unary(path)(data, timeout=5)
        except grpc.aio.AioRpcError as failed:
            return failed.code()
        return grpc.StatusCode.OK


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def name(method: MethodDescriptor) -> str:
    return f"{method.containing_service.name}.{method.name}"


def encoded(method: MethodDescriptor, data: bytes) -> bool:
    kind = message_factory.GetMessageClass(method.input_type)
    try:
        kind.FromString(data)
    except Exception:  # noqa: BLE001  # whatever the reference decoder says
        return False
    return True


@pytest.mark.parametrize("method", METHODS, ids=name)
@settings(max_examples=count(sample=25, full=2_000))
@given(data=st.binary(max_size=200))
@example(data=b"")
@example(data=b"\xff" * 50)
@example(data=b"\x0a\xff\xff\xff\xff\x0f")
def test_random_bytes_are_refused_or_answered(
    loop: Loop, method: MethodDescriptor, data: bytes
) -> None:
    """For any bytes and any method: a status of the contract; INVALID_ARGUMENT when not encoded."""
    status = loop.status(method, data)

    assert status in ALLOWED
    if not encoded(method, data):
        assert grpc.StatusCode.INVALID_ARGUMENT is status


@settings(max_examples=count(sample=100, full=10_000))
@given(data=st.data())
def test_a_damaged_batch_is_refused_or_read(loop: Loop, data: st.DataObject) -> None:
    """For any real batch with any bytes changed, cut or added: a status of the contract."""
    batch = bytearray(IngestRequest(signals=signals(3)).SerializeToString())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(batch) - 1))
        match data.draw(st.sampled_from(["change", "cut", "add"])):
            case "change":
                batch[place] = data.draw(st.integers(0, 255))
            case "cut":
                del batch[place : place + data.draw(st.integers(1, 20))]
            case _:
                batch[place:place] = data.draw(st.binary(max_size=20))
        if not batch:
            break

    status = loop.status(INGEST, bytes(batch))

    assert status in ALLOWED


INGEST = next(method for method in METHODS if method.name == "Ingest")


def nested(depth: int) -> bytes:
    """Return lists in lists, deeper than any decoder should follow."""
    data = b""
    for _ in range(depth):
        inner = b"\x0a" + _varint(len(data)) + data
        data = b"\x3a" + _varint(len(inner)) + inner
    entry = b"\x0a\x01x\x12" + _varint(len(data)) + data
    body = b"\x42" + _varint(len(entry)) + entry
    return b"\x0a" + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


@pytest.mark.parametrize("depth", [1, 50, 99, 1_000, 10_000])
def test_deep_nesting_is_refused_or_read(loop: Loop, depth: int) -> None:
    assert loop.status(INGEST, nested(depth)) in ALLOWED


def test_after_all_of_it_the_server_still_takes_signals(loop: Loop) -> None:
    loop.status(INGEST, b"\xff")

    good: Message = IngestRequest(signals=signals(3))

    assert grpc.StatusCode.OK is loop.status(INGEST, good.SerializeToString())
