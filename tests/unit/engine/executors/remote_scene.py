"""A remote executor behind a dispatcher, in virtual time, and the workers that call on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, Manifest
from interlock.engine.executors.lease import LeaseKey, Reported
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import Report
from interlock.engine.executors.session import Offer, Session, WorkerHello
from interlock.language.values import INT, STRING, Field
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt

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
