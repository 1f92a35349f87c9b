"""A remote executor gives what it is to do to workers that offer it and have room."""

from __future__ import annotations

import asyncio

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.lease import Assigned, LeaseKey, Reported
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import (
    RecalledEntry,
    ResultEntry,
)
from interlock.engine.executors.session import Offer
from interlock.errors import (
    NotPermitted,
    NotReady,
    RequestRejected,
    SignalRejected,
)
from tests.unit.engine.executors.remote_scene import (
    DONE,
    KEY,
    MANIFEST,
    Scene,
    hello,
    nothing_told,
    play,
    told,
)


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


def test_an_attempt_withdrawn_while_it_waits_reaches_no_worker() -> None:
    async def act(scene: Scene) -> None:
        scene.send(timeout_ms=1_000)
        await asyncio.sleep(2)
        assert await nothing_told(scene.remote.attach(hello()))

    play(act)
