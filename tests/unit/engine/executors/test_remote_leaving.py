"""Laws: what a worker was not told of goes to the next; what it was told of stays its own."""

from __future__ import annotations

import asyncio

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.lease import Asked, Assigned, LeaseKey, Revoked
from interlock.engine.executors.reports import LeaseLostEntry, ResultEntry
from interlock.errors import ExecutionRefused, NotReady
from tests.unit.engine.executors.given import probe
from tests.unit.engine.executors.remote_scene import (
    DONE,
    KEY,
    Scene,
    hello,
    nothing_told,
    play,
    told,
)


def test_what_a_worker_was_not_told_before_its_session_ended_goes_to_the_next() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        one = scene.send()
        two = scene.send(intent="act-2", idempotency_key="key-2")
        request = probe()
        scene.dispatcher.submit(request)
        await asyncio.sleep(0.1)
        first.close()
        second = scene.remote.attach(hello())
        assert [
            Assigned(one, 1_009_000),
            Assigned(two, 1_009_000),
            Asked(request),
        ] == [await told(second) for _ in range(3)]
        with pytest.raises(NotReady):
            await told(first)
        await second.report(KEY, DONE)

    assert [ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"count": 3}))] == play(act)


def test_it_goes_at_once_to_another_that_is_connected() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        other = scene.remote.attach(hello(worker="w2", capacity=1))
        scene.send()
        await asyncio.sleep(0.1)
        first.close()
        assert isinstance(await told(other), Assigned)

    play(act)


def test_what_a_worker_was_told_is_not_given_to_another() -> None:
    """The negative control: it may have been done, so only its own lease ends it."""

    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        scene.send()
        await told(first)
        first.close()
        assert await nothing_told(scene.remote.attach(hello(worker="w2")))
        await asyncio.sleep(10)

    (report,) = play(act)

    assert isinstance(report, LeaseLostEntry)


def test_a_worker_that_was_not_told_cannot_report() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        scene.send()
        await asyncio.sleep(0.1)
        first.close()
        with pytest.raises(ExecutionRefused, match="never given"):
            await first.report(KEY, DONE)

    assert [] == play(act)


def test_a_leaving_worker_is_given_nothing_more_and_keeps_what_it_has() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send()
        await told(session)
        scene.send(intent="act-2", idempotency_key="key-2")
        await asyncio.sleep(0.1)
        session.leave()
        session.leave()
        scene.send(intent="act-3", idempotency_key="key-3")
        assert await nothing_told(session)
        session.renew(KEY)
        await session.report(KEY, DONE)
        other = scene.remote.attach(hello(worker="w2"))
        given = [(await told(other)).attempt.intent for _ in range(2)]
        assert given == ["act-2", "act-3"]

    (report,) = play(act)

    assert report.result.outcome == "ok"


def test_a_leaving_worker_still_hears_that_a_lease_is_gone() -> None:
    async def act(scene: Scene) -> None:
        session = scene.remote.attach(hello())
        scene.send(timeout_ms=5_000)
        await told(session)
        await asyncio.sleep(5.5)
        session.leave()
        assert await told(session) == Revoked(KEY, "its time is over")

    play(act)


def test_a_freeze_recalls_what_goes_back_from_a_worker() -> None:
    async def act(scene: Scene) -> None:
        first = scene.remote.attach(hello())
        scene.send()
        await asyncio.sleep(0.1)
        scene.frozen = "frozen: all"
        first.close()
        assert await nothing_told(scene.remote.attach(hello()))

    (report,) = play(act)

    assert LeaseKey(report.intent, report.attempt, report.epoch) == KEY
    assert report.reason == "frozen: all"
