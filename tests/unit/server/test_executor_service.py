"""Workers: hello, assignments, leases, results, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from interlock.errors import NotPermitted, NotReady, RequestRejected
from interlock.server.executor_service import ExecutorService
from interlock.server.work import (
    ProbeAssignment,
)
from interlock.v1 import executor_pb2 as wire
from interlock.v1.executor_service_pb2 import (
    Goodbye,
    Heartbeat,
    Hello,
    ProbeReport,
    WorkRequest,
    WorkResponse,
)
from interlock.v1.value_pb2 import Value
from tests.fakes.core import MemoryCore
from tests.unit.server.worker import ASSIGNMENT, HELLO, KEY, WIRE_KEY, Worker, report

pytestmark = pytest.mark.anyio


async def test_a_worker_is_welcomed_with_the_heartbeat_it_owes(core: MemoryCore) -> None:
    worker = Worker(core)

    welcome = (await worker.hears()).welcome

    assert 1500 == welcome.heartbeat_interval.ToMilliseconds()
    hello = core.sessions["w1"].hello
    assert ("w1", "shell", 4) == (hello.worker, hello.executor, hello.capacity)
    assert {"unit": "string"} == dict(hello.operations[0].inputs)
    assert {"code": "int"} == dict(hello.probes[0].outputs)
    worker.say(None)
    await worker.ends()
    assert core.sessions["w1"].closed


async def test_an_assignment_tells_the_worker_everything_it_needs(core: MemoryCore) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)

    told = (await worker.hears()).assignment

    assert ("int-1", 2, 7, "inc-1") == (
        told.intent_id,
        told.attempt,
        told.epoch,
        told.incident_id,
    )
    assert ("web.restart", "restart", "k" * 32) == (
        told.action,
        told.operation,
        told.idempotency_key,
    )
    assert "nginx" == told.inputs["unit"].string_value
    assert 0.125 == told.inputs["ratio"].double_value
    assert ["-a", "-b"] == [one.string_value for one in told.inputs["flags"].list_value.values]
    assert ("web-1", "eu1") == (told.target.id, told.target.attributes["zone"].string_value)
    assert 1500 == told.timeout.ToMilliseconds()
    assert 9000 == told.lease_expires_at.ToMilliseconds()
    worker.say(None)


async def test_an_action_without_a_target_has_none(core: MemoryCore) -> None:
    worker = Worker(core)
    session = await worker.welcomed()
    session.tell(
        ProbeAssignment(probe="prb-1", operation="check", inputs={}, target=None, timeout_ms=100)
    )

    told = (await worker.hears()).probe_assignment

    assert ("prb-1", "check") == (told.probe_id, told.operation)
    assert not told.HasField("target")
    worker.say(None)


async def test_a_heartbeat_renews_the_lease(core: MemoryCore) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)
    await worker.hears()

    worker.say(WorkRequest(heartbeat=Heartbeat(lease=WIRE_KEY)))

    renewal = (await worker.hears()).renewal
    assert WIRE_KEY == renewal.lease
    assert 14_000 == renewal.expires_at.ToMilliseconds()
    worker.say(None)


async def test_a_result_is_confirmed_once_it_is_on_disk(core: MemoryCore) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)
    await worker.hears()

    worker.say(report(outputs={"code": Value(int_value=0), "took": Value(double_value=0.25)}))

    receipt = (await worker.hears()).receipt
    assert receipt.accepted
    assert (WIRE_KEY, 0) == (receipt.lease, receipt.position.seq)
    ((kind, body),) = core.journal
    assert "result" == kind
    assert {"code": 0, "took": [25, 2]} == dict(body.outputs)  # type: ignore[attr-defined]
    worker.say(None)


async def test_a_repeated_result_is_confirmed_again_and_counts_once(core: MemoryCore) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)
    await worker.hears()

    worker.say(report())
    worker.say(report())

    first, second = (await worker.hears()).receipt, (await worker.hears()).receipt
    assert first == second
    assert 1 == len(core.journal)
    worker.say(None)


async def test_a_stale_epoch_is_refused_and_the_session_goes_on(core: MemoryCore) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)
    await worker.hears()

    worker.say(report(lease=wire.LeaseKey(intent_id="int-1", attempt=2, epoch=6)))

    refused = (await worker.hears()).receipt
    assert not refused.accepted
    assert "stale" in refused.reason
    assert [] == core.journal
    worker.say(report())
    assert (await worker.hears()).receipt.accepted
    worker.say(None)


async def test_a_heartbeat_for_a_lease_the_worker_lost_is_a_revocation(core: MemoryCore) -> None:
    worker = Worker(core)
    session = await worker.welcomed()
    session.tell(ASSIGNMENT)
    await worker.hears()

    session.revoke(KEY, "the incident was aborted")
    worker.say(WorkRequest(heartbeat=Heartbeat(lease=WIRE_KEY)))

    heard = [(await worker.hears()).revocation, (await worker.hears()).revocation]
    assert [WIRE_KEY, WIRE_KEY] == [one.lease for one in heard]
    assert "the incident was aborted" in {one.reason for one in heard}
    worker.say(None)


async def test_what_a_probe_saw_is_taken_and_an_unasked_one_refused(core: MemoryCore) -> None:
    worker = Worker(core)
    session = await worker.welcomed()
    session.tell(
        ProbeAssignment(probe="prb-1", operation="check", inputs={}, target=None, timeout_ms=100)
    )
    await worker.hears()
    seen = ProbeReport(probe_id="prb-1", outputs={"code": Value(int_value=200)})

    worker.say(WorkRequest(probe_result=seen))
    worker.say(WorkRequest(probe_result=ProbeReport(probe_id="prb-9", error="no answer")))

    taken, refused = (await worker.hears()).receipt, (await worker.hears()).receipt
    assert ("prb-1", True) == (taken.probe_id, taken.accepted)
    assert ("prb-9", False) == (refused.probe_id, refused.accepted)
    assert [{"code": 200}] == [dict(one.outputs) for one in session.observed]
    worker.say(None)


@pytest.mark.parametrize(
    "outputs",
    [
        {"x": Value(double_value=float("nan"))},
        {"x": Value(double_value=1e300)},
        {"x": Value()},
        {"x": Value(string_value="x" * 70_000)},
        {str(n): Value(int_value=n) for n in range(65)},
    ],
)
async def test_outputs_without_an_exact_form_are_refused_one_by_one(
    core: MemoryCore, outputs: dict[str, Value]
) -> None:
    worker = Worker(core)
    (await worker.welcomed()).tell(ASSIGNMENT)
    await worker.hears()

    worker.say(report(outputs=outputs))

    refused = (await worker.hears()).receipt
    assert not refused.accepted
    assert "outputs" in refused.reason
    worker.say(None)


def operated(operation: wire.Operation) -> WorkRequest:
    hello = Hello(worker_id="w1", executor="shell", capacity=1, probes=[operation])
    return WorkRequest(hello=hello)


@pytest.mark.parametrize(
    "first",
    [
        WorkRequest(),
        WorkRequest(heartbeat=Heartbeat(lease=WIRE_KEY)),
        WorkRequest(hello=Hello(executor="shell", capacity=1)),
        WorkRequest(hello=Hello(worker_id="w1", capacity=1)),
        WorkRequest(hello=Hello(worker_id="w1", executor="shell")),
        WorkRequest(hello=Hello(worker_id="w1", executor="shell", capacity=1025)),
        WorkRequest(
            hello=Hello(
                worker_id="w1",
                executor="shell",
                capacity=1,
                operations=[wire.Operation(name=str(n)) for n in range(257)],
            )
        ),
        operated(wire.Operation(name="")),
        operated(wire.Operation(name="x", doc="x" * 1025)),
        operated(wire.Operation(name="x", inputs={"": "int"})),
        operated(wire.Operation(name="x", inputs={str(n): "int" for n in range(65)})),
    ],
)
async def test_a_session_begins_with_a_proper_hello(core: MemoryCore, first: WorkRequest) -> None:
    with pytest.raises(RequestRejected):
        await Worker(core, hello=first).ends()
    assert {} == core.sessions


@pytest.mark.parametrize(
    "bad",
    [
        report(outcome=wire.AttemptOutcome.ATTEMPT_OUTCOME_UNSPECIFIED),
        report(lease=wire.LeaseKey(intent_id="int-1", attempt=0, epoch=7)),
        report(lease=wire.LeaseKey(attempt=2, epoch=7)),
        report(message="x" * 4097),
        report(code="x" * 257),
        WorkRequest(probe_result=ProbeReport(error="x")),
    ],
)
async def test_a_report_that_breaks_the_contract_ends_the_session(
    core: MemoryCore, bad: WorkRequest
) -> None:
    worker = Worker(core)
    session = await worker.welcomed()

    worker.say(bad)

    with pytest.raises(RequestRejected):
        await worker.ends()
    assert session.closed
    assert [] == core.journal


async def test_a_stream_that_ends_before_its_hello_is_refused(core: MemoryCore) -> None:
    async def nothing() -> AsyncIterator[WorkRequest]:
        return
        yield

    with pytest.raises(RequestRejected, match="hello"):
        await ExecutorService(core).work(nothing(), asyncio.Queue[WorkResponse]().put)


@pytest.mark.parametrize("message", [HELLO, WorkRequest()])
async def test_a_second_hello_or_an_empty_message_ends_the_session(
    core: MemoryCore, message: WorkRequest
) -> None:
    worker = Worker(core)
    session = await worker.welcomed()

    worker.say(message)

    with pytest.raises(RequestRejected):
        await worker.ends()
    assert session.closed


async def test_a_worker_of_the_same_name_waits_its_turn(core: MemoryCore) -> None:
    first = Worker(core)
    await first.welcomed()

    with pytest.raises(NotPermitted):
        await Worker(core).ends()

    first.say(None)
    await first.ends()
    second = Worker(core)
    await second.welcomed()
    second.say(None)


async def test_a_worker_that_says_goodbye_is_given_nothing_more_and_told_so(
    core: MemoryCore,
) -> None:
    worker = Worker(core)
    session = await worker.welcomed()
    session.tell(ASSIGNMENT)
    assert (await worker.hears()).HasField("assignment")

    worker.say(WorkRequest(goodbye=Goodbye()))

    assert (await worker.hears()).HasField("farewell")
    assert session.leaving
    worker.say(report())
    assert (await worker.hears()).receipt.accepted
    worker.say(None)
    await worker.ends()


async def test_the_core_can_end_a_session(core: MemoryCore) -> None:
    worker = Worker(core)
    session = await worker.welcomed()

    session.end()

    with pytest.raises(NotReady):
        await worker.ends()
    assert session.closed


async def test_a_worker_that_goes_away_gives_up_its_leases(core: MemoryCore) -> None:
    worker = Worker(core)
    session = await worker.welcomed()

    worker.running.cancel()
    await asyncio.gather(worker.running, return_exceptions=True)

    assert session.closed
