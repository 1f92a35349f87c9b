"""Laws: a worker holds what it works on, or loses it; what comes late is never applied."""

from __future__ import annotations

import asyncio

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.lease import LeaseKey, Reported, Revoked
from interlock.engine.executors.reports import (
    LeaseLostEntry,
    Report,
    ResultEntry,
)
from interlock.errors import (
    ExecutionRefused,
    NotReady,
)
from tests.unit.engine.executors.remote_scene import (
    DONE,
    KEY,
    Scene,
    hello,
    play,
    told,
)


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
