"""Laws: a worker holds what it works on, or loses it; what comes late is never applied."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, AttemptResult, Manifest
from interlock.engine.executors.lease import Asked, Assigned, LeaseKey, Reported, Revoked
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import (
    LeaseLostEntry,
    ObservationEntry,
    RecalledEntry,
    Report,
    ResultEntry,
)
from interlock.engine.executors.session import Offer, Session, WorkerHello
from interlock.errors import (
    ExecutionRefused,
    NotPermitted,
    NotReady,
    RequestRejected,
    SignalRejected,
)
from interlock.language.values import INT, STRING, Field
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt, probe

MANIFEST = Manifest(inputs={"name": Field(STRING)}, outputs={"count": Field(INT)})
OFFER = Offer("restart", {"name": "string"}, {"count": "int"})
PROBE = Offer("check", {"name": "string"}, {"count": "int"})
KEY = LeaseKey("act-1", 1, 1)
DONE = Reported("ok", outputs={"count": 3})


def hello(**changes: Any) -> WorkerHello:
    given: dict[str, Any] = {
        "worker": "w1",
        "operations": (OFFER,),
        "probes": (PROBE,),
        "capacity": 4,
    }
    return WorkerHello(**{**given, **changes})


class FakeClock:
    def now_ms(self) -> int:
        return 1_000_000

    def monotonic(self) -> float:
        return 0.0


class Scene:
    """A remote executor behind a dispatcher, in virtual time."""

    def __init__(self) -> None:
        self.remote = RemoteExecutor(
            "scripted",
            actions={"restart": MANIFEST},
            probes={"check": MANIFEST},
            lease_ms=9_000,
            clock=FakeClock(),
        )
        self.reported: list[Report] = []
        self.frozen: str | None = None
        self.epoch = 1
        self.dispatcher = Dispatcher(
            {"scripted": self.remote},
            report=self._report,
            frozen=lambda _: self.frozen,
            epoch=lambda: self.epoch,
            limits=Limits(grace_ms=1_000),
        )

    async def _report(self, report: Report) -> int:
        self.reported.append(report)
        return 40 + len(self.reported)

    def send(self, **changes: Any) -> Attempt:
        work = attempt(**{"timeout_ms": 60_000, **changes})
        self.dispatcher.submit(work)
        return work


def play(act: Callable[[Scene], Awaitable[None]]) -> list[Report]:
    """Let ``act`` happen while dispatch runs; return what was reported before it ended."""

    async def main() -> list[Report]:
        scene = Scene()
        run = asyncio.create_task(scene.dispatcher.run())
        await asyncio.sleep(0)
        await act(scene)
        reported = list(scene.reported)
        run.cancel()
        await asyncio.wait({run})
        return reported

    return virtual.run(main())


async def told(session: Session) -> Any:
    return await asyncio.wait_for(session.next(), timeout=1)


async def nothing_told(session: Session) -> bool:
    try:
        await told(session)
    except TimeoutError:
        return True
    return False


def test_a_worker_gets_an_attempt_and_its_result_is_reported() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        work = scene.send()
        assert await told(session) == Assigned(work, 1_009_000)
        assert await session.report(KEY, DONE) == 41

    reported = play(act)

    assert [ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"count": 3}))] == reported


def test_an_attempt_waits_for_a_worker_to_come() -> None:
    async def act(scene: Scene) -> None:
        scene.send()
        await asyncio.sleep(30)
        session = scene.remote.attach(hello())
        assert isinstance(await told(session), Assigned)
        await session.report(KEY, DONE)

    (report,) = play(act)

    assert report.result.outcome == "ok"


def test_an_attempt_that_no_worker_takes_is_refused() -> None:
    async def act(scene: Scene) -> None:
        scene.send(timeout_ms=5_000)
        await asyncio.sleep(10)

    (report,) = play(act)

    assert ("refused", "no_worker") == (report.result.outcome, report.result.code)


def test_a_freeze_that_comes_while_an_attempt_waits_recalls_it() -> None:
    async def act(scene: Scene) -> None:
        scene.send()
        await asyncio.sleep(5)
        scene.frozen = "frozen: all"
        session = scene.remote.attach(hello())
        assert await nothing_told(session)

    assert [RecalledEntry("act-1", 1, 1, "frozen: all")] == play(act)


def test_an_attempt_of_an_epoch_that_ended_while_it_waited_is_recalled() -> None:
    async def act(scene: Scene) -> None:
        scene.send()
        await asyncio.sleep(5)
        scene.epoch = 2
        assert await nothing_told(scene.remote.attach(hello()))

    (report,) = play(act)

    assert isinstance(report, RecalledEntry)


def test_a_worker_without_heartbeat_loses_its_lease() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        await asyncio.sleep(9.5)
        assert await told(session) == Revoked(KEY, "worker w1 sent no heartbeat for 9000 ms")

    reported = play(act)

    assert [LeaseLostEntry("act-1", 1, 1, "worker w1 sent no heartbeat for 9000 ms")] == reported


def test_a_heartbeat_keeps_the_lease() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        for _ in range(4):
            await asyncio.sleep(session.heartbeat_ms / 1000)
            assert session.renew(KEY) == 1_009_000
        await session.report(KEY, DONE)

    (report,) = play(act)

    assert report.result.outcome == "ok"


@pytest.mark.parametrize("key", [LeaseKey("act-1", 2, 1), LeaseKey("act-1", 1, 0)])
def test_a_heartbeat_for_another_lease_is_refused(key: LeaseKey) -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        with pytest.raises(ExecutionRefused):
            session.renew(key)

    play(act)


def test_one_worker_can_neither_keep_nor_report_what_another_holds() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        other = scene.remote.attach(hello(worker="w2", operations=()))
        scene.send()
        await told(session)
        with pytest.raises(ExecutionRefused):
            other.renew(KEY)
        with pytest.raises(ExecutionRefused, match="never given"):
            await other.report(KEY, DONE)

    assert [] == play(act)


def test_a_result_after_the_lease_was_lost_is_recorded_once_and_refused() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        await asyncio.sleep(9.5)
        for _ in range(2):
            with pytest.raises(ExecutionRefused, match="recorded, not applied"):
                await session.report(KEY, DONE)

    lost, late = play(act)

    assert isinstance(lost, LeaseLostEntry)
    assert late == ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"count": 3}))


def test_a_result_of_an_earlier_owners_epoch_is_recorded_and_refused() -> None:
    async def act(scene: Scene) -> None:
        scene.epoch = 5
        session = scene.remote.attach(hello())
        with pytest.raises(ExecutionRefused, match="earlier owner"):
            await session.report(LeaseKey("act-0", 1, 4), DONE)

    assert [ResultEntry("act-0", 1, 4, AttemptResult("ok"))] == play(act)


def test_a_result_for_a_lease_nobody_gave_is_refused_and_not_recorded() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        with pytest.raises(ExecutionRefused, match="never given"):
            await session.report(LeaseKey("act-9", 1, 1), DONE)

    assert [] == play(act)


def test_a_repeated_result_returns_the_first_entry() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        assert await session.report(KEY, DONE) == 41
        assert await session.report(KEY, Reported("error")) == 41

    assert len(play(act)) == 1


def test_a_worker_may_report_in_a_new_session() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        scene.send()
        await told(first)
        first.close()
        await asyncio.sleep(5)
        second = scene.remote.attach(hello())
        assert await second.report(KEY, DONE) == 41

    (report,) = play(act)

    assert report.result.outcome == "ok"


def test_a_worker_that_stays_away_loses_its_leases() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        session.close()
        await asyncio.sleep(10)

    (report,) = play(act)

    assert isinstance(report, LeaseLostEntry)


def test_an_attempt_past_its_timeout_is_taken_from_the_worker() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send(timeout_ms=5_000)
        await told(session)
        await asyncio.sleep(5.5)
        assert await told(session) == Revoked(KEY, "its time is over")

    (report,) = play(act)

    assert ("timeout", "deadline") == (report.result.outcome, report.result.code)


def test_outputs_that_are_not_declared_so_end_the_attempt_with_an_error() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        with pytest.raises(SignalRejected, match="count"):
            await session.report(KEY, Reported("ok", outputs={"count": "many"}))
        await asyncio.sleep(0.1)

    (report,) = play(act)

    assert ("error", "bad_output") == (report.result.outcome, report.result.code)


def test_a_failure_needs_no_outputs() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        await session.report(KEY, Reported("error", "BUSY", "\x1b[1mcome again"))

    assert [ResultEntry("act-1", 1, 1, AttemptResult("error", "BUSY", "come again"))] == play(act)


def test_a_probe_is_answered() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        request = probe()
        scene.dispatcher.submit(request)
        assert await told(session) == Asked(request)
        session.observe("probe-1", {"count": 2}, "")
        await asyncio.sleep(0.1)

    assert [ObservationEntry("probe-1", {"count": 2}, None)] == play(act)


def test_a_probe_that_saw_nothing_says_why() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.dispatcher.submit(probe())
        await told(session)
        session.observe("probe-1", {}, "no such node")
        await asyncio.sleep(0.1)

    assert [ObservationEntry("probe-1", None, "no such node")] == play(act)


def test_a_probe_fails_at_once_when_its_worker_goes() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.dispatcher.submit(probe(timeout_ms=60_000))
        await told(session)
        session.close()
        await asyncio.sleep(0.1)

    assert [ObservationEntry("probe-1", None, "worker w1 has gone")] == play(act)


def test_an_answer_nobody_waits_for_is_refused() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        with pytest.raises(ExecutionRefused, match="nobody waits"):
            session.observe("probe-9", {"count": 2}, "")

    play(act)


def test_a_worker_never_gets_more_than_its_capacity() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello(capacity=2))
        for number in range(3):
            scene.send(intent=f"act-{number}", idempotency_key=f"key-{number}")
        first, second = await told(session), await told(session)
        assert {"act-0", "act-1"} == {first.attempt.intent, second.attempt.intent}
        assert await nothing_told(session)
        await session.report(LeaseKey("act-1", 1, 1), DONE)
        assert (await told(session)).attempt.intent == "act-2"

    play(act)


def test_attempts_go_to_the_worker_with_most_room() -> None:
    async def act(scene: Scene) -> None:
        small = scene.remote.attach(hello(worker="a", capacity=1))
        large = scene.remote.attach(hello(worker="b", capacity=3))
        for number in range(3):
            scene.send(intent=f"act-{number}", idempotency_key=f"key-{number}")
        assert [await told(large) for _ in range(2)]
        assert isinstance(await told(small), Assigned)

    play(act)


def test_a_worker_gets_only_what_it_offers() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello(operations=()))
        scene.send()
        assert await nothing_told(session)

    play(act)


def test_two_workers_of_one_name_cannot_be_connected() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        with pytest.raises(NotPermitted):
            scene.remote.attach(hello())
        first.close()
        scene.remote.attach(hello())

    play(act)


def test_a_session_that_was_closed_tells_nothing_more() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        session.close()
        session.close()
        for _ in range(2):
            with pytest.raises(NotReady):
                await told(session)

    play(act)


@pytest.mark.parametrize(
    "offer",
    [
        Offer("restart", {"name": "int"}, {"count": "int"}),
        Offer("restart", {}, {"count": "int"}),
        Offer("restart", {"name": "string"}, {"count": "int", "more": "int"}),
        Offer("restart", {"name": "text"}, {"count": "int"}),
        Offer("other", {}, {}),
    ],
)
def test_a_worker_that_declares_otherwise_than_the_operator_is_refused(offer: Offer) -> None:
    async def act(scene: Scene) -> None:
        with pytest.raises(RequestRejected):
            scene.remote.attach(hello(operations=(offer,), probes=()))

    play(act)


def test_no_worker_is_taken_before_dispatch_has_begun() -> None:
    remote = RemoteExecutor("scripted", actions={"restart": MANIFEST}, probes={})

    with pytest.raises(NotReady):
        remote.attach(hello())


def test_a_report_that_is_not_journalled_in_time_is_to_be_sent_again() -> None:
    async def act(scene: Scene) -> None:
        async def hang(_: Report) -> int:
            await asyncio.sleep(100)
            return 7

        scene.dispatcher._report = hang
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        with pytest.raises(NotReady, match="report again"):
            await session.report(KEY, DONE)
        await asyncio.sleep(80)
        assert await session.report(KEY, DONE) == 7

    play(act)


def test_a_probe_that_no_worker_answers_in_time_is_an_error() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.dispatcher.submit(probe(timeout_ms=2_000))
        await told(session)
        await asyncio.sleep(3)
        with pytest.raises(ExecutionRefused):
            session.observe("probe-1", {"count": 2}, "")

    assert [ObservationEntry("probe-1", None, "worker w1 did not end within 2000 ms")] == play(act)


def test_a_probe_whose_answer_is_not_as_declared_is_an_error() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.dispatcher.submit(probe())
        await told(session)
        with pytest.raises(SignalRejected):
            session.observe("probe-1", {"count": "many"}, "")
        await asyncio.sleep(0.1)

    (report,) = play(act)

    assert report.error is not None
    assert report.error.startswith("outputs: field 'count'")


def test_a_late_result_that_is_not_as_declared_is_recorded_as_an_error() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        await asyncio.sleep(9.5)
        with pytest.raises(ExecutionRefused):
            await session.report(KEY, Reported("ok", outputs={"count": "many"}))

    _, late = play(act)

    assert ("error", "bad_output") == (late.result.outcome, late.result.code)


def test_an_attempt_withdrawn_while_it_waits_reaches_no_worker() -> None:
    async def act(scene: Scene) -> None:
        scene.send(timeout_ms=1_000)
        await asyncio.sleep(2)
        assert await nothing_told(scene.remote.attach(hello()))

    play(act)
