"""A worker that is told to stop ends what it does, takes nothing more, and leaves."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.reports import LeaseLostEntry, ResultEntry
from interlock.server.remote import RemoteSession
from interlock.worker import Assignment
from tests.contract.offering import drain, offering, play, serving
from tests.contract.remote_service import Service


def test_a_worker_told_to_stop_ends_what_it_does_first() -> None:
    async def act(service: Service) -> None:
        going_on, begun = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> dict[str, int]:
            begun.set()
            await going_on.wait()
            return {"moved": 1}

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        await asyncio.wait({task}, timeout=0.2)
        assert not task.done()
        going_on.set()
        await asyncio.wait_for(task, 10)

        report = await service.reported()
        assert report.result.outcome == "ok"

    play(act)


def test_what_comes_before_the_service_knows_that_a_worker_stops_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(service: Service) -> None:
        going_on, begun = asyncio.Event(), asyncio.Event()

        async def function(_: Assignment) -> dict[str, int]:
            begun.set()
            await going_on.wait()
            return {"moved": 1}

        monkeypatch.setattr(service.executor._desk, "leave", lambda _: None)
        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        service.send(drain(intent="act-2", idempotency_key="key-2"))
        refused = await service.reported()
        going_on.set()
        await asyncio.wait_for(task, 10)

        assert ("act-2", "refused", "stopping") == (
            refused.intent,
            refused.result.outcome,
            refused.result.code,
        )

    play(act)


def test_what_comes_while_a_worker_leaves_waits_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However late the service sees the stream end, it gives nothing to who said goodbye."""
    close, noticed = RemoteSession.close, asyncio.Event()

    async def close_late(session: RemoteSession) -> None:
        while not noticed.is_set():  # the call is cancelled, too, once its stream has ended
            with contextlib.suppress(asyncio.CancelledError):
                await noticed.wait()
        await close(session)

    monkeypatch.setattr(RemoteSession, "close", close_late)

    async def act(service: Service) -> None:
        async with serving(offering(service, lambda _: {"moved": 1})):
            service.send(drain())
            await service.reported()
        service.send(drain(intent="act-2", idempotency_key="key-2"))
        try:
            async with asyncio.timeout(10):
                while not service.executor._desk._waiting:  # noqa: ASYNC110  # another task's state
                    await asyncio.sleep(0.02)
        finally:
            noticed.set()
        async with serving(offering(service, lambda _: {"moved": 2})):
            report = await service.reported()

        assert report == ResultEntry("act-2", 1, 1, AttemptResult("ok", outputs={"moved": 2}))

    play(act)


def test_a_worker_told_to_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.worker.worker.GRACE_S", 0.2)

    async def act(service: Service) -> None:
        begun = asyncio.Event()

        async def function(_: Assignment) -> None:
            begun.set()
            await asyncio.sleep(60)

        worker = offering(service, function)
        task = asyncio.create_task(worker.serve())
        service.send(drain())
        await asyncio.wait_for(begun.wait(), 10)
        worker.stop()
        await asyncio.wait_for(task, 10)

        assert isinstance(await service.reported(), LeaseLostEntry)

    play(act)
