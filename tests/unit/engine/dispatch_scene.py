"""A dispatcher in virtual time, with executors that do as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.reports import Report
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.scripted import MANIFEST


class Journal:
    """Takes reports; ``reported`` lists them in order."""

    def __init__(self) -> None:
        self.reported: list[Report] = []

    async def __call__(self, report: Report) -> int:
        await asyncio.sleep(0.001)
        self.reported.append(report)
        return len(self.reported) - 1


class RawExecutor:
    """An executor without the frame: whatever ``execute`` is given is what happens."""

    name = "scripted"
    actions: Mapping[str, Any] = {"restart": MANIFEST}
    probes: Mapping[str, Any] = {"check": MANIFEST.outputs}

    def __init__(self, execute: Callable[[Attempt], Awaitable[Any]]) -> None:
        self.execute = execute
        self.probe = execute

    async def close(self) -> None: ...


def scene(
    executor: Any,
    *work: Attempt | ProbeRequest,
    lasts_s: float = 60,
    limits: Limits | None = None,
    frozen: Callable[[Attempt], str | None] = lambda _: None,
    epoch: int = 1,
) -> list[Report]:
    """Submit work, let time pass, shut down; return what was reported."""
    journal = Journal()
    dispatcher = Dispatcher(
        {"scripted": executor}, report=journal, frozen=frozen, epoch=lambda: epoch, limits=limits
    )
    for one in work:
        dispatcher.submit(one)
    virtual.run(lasting(lasts_s, dispatcher.run()))
    assert dispatcher.in_hand == 0
    return journal.reported


async def lasting(seconds: float, run: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(run)
    await asyncio.wait({task}, timeout=seconds)
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and task.exception():
        raise task.exception()


def raises(error: BaseException) -> Callable[[Any], Awaitable[Any]]:
    async def perform(_: Any) -> Any:
        raise error

    return perform


def takes(seconds: float) -> Callable[[Any], Awaitable[AttemptResult]]:
    async def perform(_: Any) -> AttemptResult:
        await asyncio.sleep(seconds)
        return AttemptResult("ok")

    return perform
