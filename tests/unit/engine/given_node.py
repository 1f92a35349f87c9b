"""A real node on a real store, with an executor and clocks in the test's hands."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.clock import Clock
from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.fold.state import State
from interlock.engine.intake import Arrival
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.engine.probes import MANIFEST, manifest
from interlock.language.values import INT, STRING, Field, Value
from tests import bundles

WRITTEN = {"lines": Field(INT)}
WAIT_S = 20
"""On two busy cores."""


@cache
def ledger_bundle(*, where: str = 'item != ""', within: str = "30s") -> Bundle:
    """Return the ledger's bundle without a target, so that its actions need not take turns."""
    text = bundles.ledger()["ledger.yaml"]
    text = text.replace("    target: ledger\n    target_type: file\n", "    target: none\n")
    text = text.replace("        as: wanted\n", f"        as: wanted\n        where: {where}\n")
    text = re.sub(r"within: \w+", f"within: {within}", text)
    return Bundle.compile({"ledger.yaml": text, MANIFEST: manifest({"command.written": WRITTEN})})


async def done(_: Attempt) -> AttemptResult:
    """Answer at once."""
    return AttemptResult("ok")


class Hands:
    """The ledger's executor: what an attempt does is the test's, and every item is written once.

    Attributes:
        attempts: what it was given, in order.
    """

    name = "command"
    actions: Mapping[str, Manifest] = {"write": Manifest({"item": Field(STRING)})}
    probes: Mapping[str, Mapping[str, Field]] = {"written": WRITTEN}

    def __init__(self, do: Callable[[Attempt], Awaitable[AttemptResult]] = done) -> None:
        self.attempts: list[Attempt] = []
        self._do = do

    async def execute(self, attempt: Attempt) -> AttemptResult:
        self.attempts.append(attempt)
        return await self._do(attempt)

    async def probe(self, request: ProbeRequest) -> Mapping[str, Value]:
        return {"lines": sum(a.inputs == request.inputs for a in self.attempts)}

    async def close(self) -> None: ...


class SetClock:
    """A wall clock that tests set, and one that only they move on."""

    def __init__(self, at: int = 1_700_000_000_000) -> None:
        self.wall_ms = at
        self.ticks = 0.0

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, ms: int) -> None:
        """Let time pass on both clocks."""
        self.wall_ms += ms
        self.ticks += ms / 1000


def node_in(
    folder: Path,
    hands: Hands,
    *,
    engines: str = "reference",
    clock: Clock | None = None,
    bundle: Bundle | None = None,
) -> Node:
    """Return a node that has not been started."""
    return Node(
        lambda: Store.open(folder / "interlock.db", reserve_bytes=0),
        bundle or ledger_bundle(),
        {"command": hands},
        engines=engines,
        clock=clock,
    )


@asynccontextmanager
async def running(
    folder: Path,
    hands: Hands,
    *,
    engines: str = "reference",
    clock: Clock | None = None,
    bundle: Bundle | None = None,
) -> AsyncIterator[Node]:
    """Give a node that runs."""
    node = node_in(folder, hands, engines=engines, clock=clock, bundle=bundle)
    await node.start()
    try:
        yield node
    finally:
        await node.stop()


def wanted(item: str, number: int = 0, *, status: str = "firing") -> Arrival:
    """Return a signal that wants a line in the ledger."""
    signal = {
        "id": f"{item}/{number}",
        "source": "test",
        "name": "work.wanted",
        "subject": item,
        "severity": "",
        "status": status,
        "labels": {},
        "values": {"item": item},
        "observed_at": None,
        "trace": "",
    }
    return Arrival(signal, digest.canonical(signal))


async def until(node: Node, holds: Callable[[State], bool]) -> None:
    """Wait until something holds of the state."""
    async with asyncio.timeout(WAIT_S):
        while not await node.runtime.ask(holds):  # noqa: ASYNC110  # the state has no event for it
            await asyncio.sleep(0.005)


def is_quiet(state: State) -> bool:
    """Return whether every incident has ended."""
    return not any(incident.is_open for incident in state.incidents.values())
