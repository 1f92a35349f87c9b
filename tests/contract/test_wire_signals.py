"""The contract over a real connection: statuses, details, deadlines, limits, health."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import CollectorRegistry

from interlock.errors import JournalError
from interlock.server.metrics import ServerMetrics
from interlock.server.rpc import create_server, services
from interlock.server.wire import MAX_REQUEST_BYTES, Limits
from interlock.v1 import (
    audit_service_pb2,
    control_service_pb2,
    executor_service_pb2,
    incident_service_pb2,
    signal_service_pb2,
)
from interlock.v1.incident_service_pb2 import GetIncidentRequest
from interlock.v1.incident_service_pb2_grpc import IncidentServiceStub
from interlock.v1.signal_service_pb2 import IngestRequest, StreamRequest
from interlock.v1.signal_service_pb2_grpc import SignalServiceStub
from tests.fakes.core import MemoryCore
from tests.fakes.serving import connected, serving
from tests.fakes.signals import signal, signals

pytestmark = pytest.mark.anyio


async def failure(call: grpc.aio.Call) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    return failed.value


def details(failed: grpc.aio.AioRpcError) -> Status:
    packed = dict(failed.trailing_metadata() or ())["grpc-status-details-bin"]
    return Status.FromString(packed)


def detail(failed: grpc.aio.AioRpcError, kind: type) -> object:
    for one in details(failed).details:
        found = kind()
        if one.Unpack(found):
            return found
    raise AssertionError(f"no {kind.__name__}")


@pytest.mark.parametrize(
    "module",
    [
        audit_service_pb2,
        control_service_pb2,
        executor_service_pb2,
        incident_service_pb2,
        signal_service_pb2,
        health_pb2,
    ],
)
def test_every_call_of_the_contract_is_served(module: object) -> None:
    served = {
        name: {method.name for method in methods}
        for name, methods in services(MemoryCore()).items()
    }

    for service in module.DESCRIPTOR.services_by_name.values():  # type: ignore[attr-defined]
        assert {method.name for method in service.methods} == served[service.full_name]


async def test_a_stream_answers_batch_after_batch() -> None:
    core = MemoryCore()
    async with connected(core) as channel:
        call = SignalServiceStub(channel).Stream()
        for number in range(5):
            batch = [signal(number * 10 + k) for k in range(10)]
            await call.write(StreamRequest(batch_id=f"b{number}", signals=batch))
        await call.done_writing()
        answers = [answer async for answer in call]

    assert [f"b{n}" for n in range(5)] == [answer.batch_id for answer in answers]
    assert [10 * n + 9 for n in range(5)] == [answer.receipt.position.seq for answer in answers]
    assert 50 == len(core.signals)


async def test_a_stream_is_answered_while_it_stays_open() -> None:
    async with connected(MemoryCore()) as channel:
        call = SignalServiceStub(channel).Stream()
        await call.write(StreamRequest(signals=[signal(1)]))
        first = await call.read()
        await call.write(StreamRequest(signals=[signal(1)]))
        second = await call.read()
        await call.done_writing()

    assert (1, 1) == (first.receipt.accepted, second.receipt.duplicate)


async def test_malformed_bytes_are_an_invalid_argument_that_names_the_message() -> None:
    async with connected(MemoryCore()) as channel:
        ingest = channel.unary_unary("/interlock.v1.SignalService/Ingest")
        failed = await failure(ingest(b"\xff\xff\xff"))

    assert grpc.StatusCode.INVALID_ARGUMENT is failed.code()
    assert "interlock.v1.IngestRequest" in (failed.details() or "")
    assert "REQUEST_REJECTED" == detail(failed, ErrorInfo).reason  # type: ignore[attr-defined]
    assert "request" == detail(failed, BadRequest).field_violations[0].field  # type: ignore[attr-defined]


async def test_text_that_is_not_utf8_is_an_invalid_argument() -> None:
    good = IngestRequest(signals=[signal(1, id="abcd")]).SerializeToString()
    async with connected(MemoryCore()) as channel:
        ingest = channel.unary_unary("/interlock.v1.SignalService/Ingest")
        failed = await failure(ingest(good.replace(b"abcd", b"\xff\xfe\xfd\xfc")))

    assert grpc.StatusCode.INVALID_ARGUMENT is failed.code()


async def test_malformed_bytes_end_a_stream_after_its_answers() -> None:
    core = MemoryCore()
    async with connected(core) as channel:
        call = channel.stream_stream("/interlock.v1.SignalService/Stream")()
        await call.write(StreamRequest(signals=[signal(1)]).SerializeToString())
        await call.write(b"\xff\xff\xff")
        await call.done_writing()
        answered = await call.read()
        failed = await failure(call.read())

    assert answered
    assert grpc.StatusCode.INVALID_ARGUMENT is failed.code()
    assert 1 == len(core.signals)


async def test_overload_says_when_to_come_again() -> None:
    core = MemoryCore(capacity=1)
    core.hold()
    async with connected(core) as channel:
        stub = SignalServiceStub(channel)
        first = stub.Ingest(IngestRequest(signals=[signal(1)]))
        while not core._pending:  # noqa: ASYNC110  # until the first one has arrived
            await asyncio.sleep(0.001)
        failed = await failure(stub.Ingest(IngestRequest(signals=[signal(2)])))
        core.release()
        assert 1 == (await first).receipt.accepted

    assert grpc.StatusCode.RESOURCE_EXHAUSTED is failed.code()
    assert 1000 == detail(failed, RetryInfo).retry_delay.ToMilliseconds()  # type: ignore[attr-defined]
    assert "OVERLOADED" == detail(failed, ErrorInfo).reason  # type: ignore[attr-defined]


async def test_a_journal_that_cannot_be_written_is_unavailable() -> None:
    core = MemoryCore()
    core.fails = JournalError("no space left on device")
    async with connected(core) as channel:
        failed = await failure(
            SignalServiceStub(channel).Ingest(IngestRequest(signals=[signal(1)]))
        )

    assert grpc.StatusCode.UNAVAILABLE is failed.code()
    assert "JOURNAL_ERROR" == detail(failed, ErrorInfo).reason  # type: ignore[attr-defined]


async def test_more_calls_than_the_limit_are_refused_as_overload() -> None:
    core = MemoryCore()
    core.hold()
    async with connected(core, limits=Limits(unary_calls=2)) as channel:
        stub = SignalServiceStub(channel)
        calls = [stub.Ingest(IngestRequest(signals=[signal(n)])) for n in range(2)]
        while len(core._pending) < 2:  # noqa: ASYNC110  # until both have arrived
            await asyncio.sleep(0.001)
        failed = await failure(stub.Ingest(IngestRequest(signals=[signal(9)])))
        core.release()
        await asyncio.gather(*calls)

    assert grpc.StatusCode.RESOURCE_EXHAUSTED is failed.code()
    assert detail(failed, RetryInfo)


async def test_more_streams_than_the_limit_are_refused_as_overload() -> None:
    async with connected(MemoryCore(), limits=Limits(streams=1)) as channel:
        stub = SignalServiceStub(channel)
        first = stub.Stream()
        await first.write(StreamRequest(signals=[signal(1)]))
        await first.read()
        failed = await failure(stub.Stream().read())
        first.cancel()

    assert grpc.StatusCode.RESOURCE_EXHAUSTED is failed.code()


async def test_the_callers_deadline_is_kept() -> None:
    core = MemoryCore()
    core.hold()
    async with connected(core) as channel:
        call = SignalServiceStub(channel).Ingest(IngestRequest(signals=[signal(1)]), timeout=0.05)
        failed = await failure(call)

    assert grpc.StatusCode.DEADLINE_EXCEEDED is failed.code()


async def test_a_call_without_a_deadline_gets_the_servers() -> None:
    core = MemoryCore()
    core.hold()
    async with connected(core, limits=Limits(unary_seconds=0.05)) as channel:
        failed = await failure(
            SignalServiceStub(channel).Ingest(IngestRequest(signals=[signal(1)]))
        )

    assert grpc.StatusCode.DEADLINE_EXCEEDED is failed.code()
    assert "may still have happened" in (failed.details() or "")


async def test_a_batch_may_have_4_mib_and_not_a_byte_more() -> None:
    def batch(size: int) -> bytes:
        request = IngestRequest(signals=signals(138))
        for one in request.signals:
            one.labels["long"] = "x" * 30_000
        request.signals[0].labels["long"] += "x" * (size - request.ByteSize())
        return request.SerializeToString()

    async with connected(MemoryCore()) as channel:
        ingest = channel.unary_unary("/interlock.v1.SignalService/Ingest")
        exactly, over = batch(MAX_REQUEST_BYTES), batch(MAX_REQUEST_BYTES + 1)
        assert (MAX_REQUEST_BYTES, MAX_REQUEST_BYTES + 1) == (len(exactly), len(over))
        assert await ingest(exactly)
        failed = await failure(ingest(over))
        far_over = await failure(ingest(bytes(2 * MAX_REQUEST_BYTES)))

    assert grpc.StatusCode.INVALID_ARGUMENT is failed.code()
    assert "split it" in (failed.details() or "")
    assert grpc.StatusCode.RESOURCE_EXHAUSTED is far_over.code()


async def test_an_error_about_hostile_text_survives_the_headers() -> None:
    hostile = "\x1b[31m語\r\n" * 40
    async with connected(MemoryCore()) as channel:
        failed = await failure(
            IncidentServiceStub(channel).GetIncident(GetIncidentRequest(incident_id=hostile[:256]))
        )

    assert grpc.StatusCode.NOT_FOUND is failed.code()


async def test_health_is_told_per_service() -> None:
    core = MemoryCore()
    async with connected(core) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        writes = health_pb2.HealthCheckRequest(service="interlock.v1.SignalService")
        reads = health_pb2.HealthCheckRequest(service="interlock.v1.AuditService")
        serving_now = await stub.Check(writes)
        core.is_ready = False
        stopped, audit = await stub.Check(writes), await stub.Check(reads)
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await stub.Check(health_pb2.HealthCheckRequest(service="other"))

    assert health_pb2.HealthCheckResponse.SERVING == serving_now.status
    assert health_pb2.HealthCheckResponse.NOT_SERVING == stopped.status
    assert health_pb2.HealthCheckResponse.SERVING == audit.status
    assert grpc.StatusCode.NOT_FOUND is unknown.value.code()


async def reflected(target: str) -> set[str]:
    async with grpc.aio.insecure_channel(target) as channel:
        call = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo()
        await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
        answer = await call.read()
        call.cancel()
    return {service.name for service in answer.list_services_response.service}


async def test_reflection_lists_every_service_and_can_be_switched_off() -> None:
    async with serving(MemoryCore()) as target:
        listed = await reflected(target)
    async with serving(MemoryCore(), reflection_on=False) as target:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await reflected(target)

    assert set(services(MemoryCore())) <= listed
    assert grpc.StatusCode.UNIMPLEMENTED is failed.value.code()


async def test_a_port_has_one_server() -> None:
    async with serving(MemoryCore()) as target:
        second = create_server(MemoryCore(), metrics=ServerMetrics(CollectorRegistry()))
        with pytest.raises(RuntimeError):
            second.add_insecure_port(target)
        await second.stop(None)


async def test_a_thousand_signals_cross_the_wire_unchanged() -> None:
    core = MemoryCore()
    async with connected(core) as channel:
        answer = await SignalServiceStub(channel).Ingest(IngestRequest(signals=signals(1000)))

    assert 1000 == answer.receipt.accepted
    assert [f"probe-{n}" for n in range(1000)] == [one.signal["id"] for one in core.signals]
