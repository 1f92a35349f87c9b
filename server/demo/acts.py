"""The acts of the demo: what breaks, what must deal with it, and how that must end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from interlock.server.demo.site import PROCESS
from interlock.server.demo.stage import Stage
from interlock.v1.incident_pb2 import Incident

ACT_S = 60.0
"""Longest an act may take."""

POISON_S = 1.5
"""How long the standby pool stays good."""


@dataclass(frozen=True, slots=True)
class Act:
    """One outage and how it must end.

    Attributes:
        title: for the audience.
        subject: what its incident is about.
        machine: what must deal with it.
        outcome: how the incident must end.
        begin: breaks the site.
        on_watching: breaks the cure, where one is to fail.
        is_explained: whether the audience is shown why Interlock acted.
    """

    title: str
    subject: str
    machine: str
    outcome: str
    begin: Callable[[Stage], Awaitable[None]]
    on_watching: Callable[[Stage], Awaitable[None]] | None = None
    is_explained: bool = False


async def _kill(stage: Stage) -> None:
    stage.screen.say("  nginx and its worker are killed with signal 9", "red")
    stage.site.kill()


async def _bad_release(stage: Stage) -> None:
    before = stage.site.deploy("v2")
    await stage.pipeline.deployed("shop", revision="v2", previous=before, by="ana")
    stage.screen.say(f"  the pipeline replaces release {before} by v2, which lacks a page", "red")


async def _poison(stage: Stage) -> None:
    stage.screen.say("  a poisoned request breaks the primary pool of the api", "red")
    stage.site.spoil("primary")


async def _poison_follows(stage: Stage) -> None:
    await asyncio.sleep(POISON_S)
    stage.screen.say("  the poison follows the traffic: the standby pool breaks too", "red")
    stage.site.spoil("standby")


ACTS = (
    Act("1. A process dies", PROCESS, "restart-service", "resolved", _kill),
    Act(
        "2. A bad release goes live",
        "shop",
        "rollback-release",
        "resolved",
        _bad_release,
        is_explained=True,
    ),
    Act(
        "3. A cure that does not hold",
        "api",
        "fail-over",
        "handed_over",
        _poison,
        on_watching=_poison_follows,
    ),
)


async def play(act: Act, stage: Stage) -> Incident | None:
    """Break the site and follow the incident to its end; None when that does not come in time."""
    stage.screen.act(act.title)
    await act.begin(stage)
    with suppress(TimeoutError):
        async with asyncio.timeout(ACT_S):
            while True:
                incident, move = await stage.moves.get()
                if (incident.subject, incident.machine) != (act.subject, act.machine):
                    continue
                if move.destination == "watching" and act.on_watching is not None:
                    await act.on_watching(stage)
                if incident.outcome:
                    return incident
    return None
