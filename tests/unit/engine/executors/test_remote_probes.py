"""A remote executor asks a worker what a probe sees, and tells what it answered."""

from __future__ import annotations

import asyncio

import pytest

from interlock.engine.executors.lease import Asked
from interlock.engine.executors.reports import ObservationEntry
from interlock.errors import (
    ExecutionRefused,
    SignalRejected,
)
from tests.unit.engine.executors.given import probe
from tests.unit.engine.executors.remote_scene import (
    Scene,
    hello,
    play,
    told,
)


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
