"""Law: however dispatch ends, each attempt it took has exactly one report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.dispatch import Dispatcher, Limits
from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.reports import (
    LeaseLostEntry,
    ObservationEntry,
    RecalledEntry,
    Report,
    ResultEntry,
)
from interlock.errors import (
    ExecutionError,
    ExecutionRefused,
    JournalError,
    LeaseLost,
    Overloaded,
)
from tests.unit.engine.dispatch_scene import Journal, RawExecutor, lasting, scene, takes
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor


def test_shutting_down_loses_the_lease_of_what_was_sent_and_recalls_the_rest() -> None:
    reported = scene(
        RawExecutor(takes(1e9)),
        attempt(timeout_ms=10**9),
        attempt(intent="act-2", timeout_ms=10**9),
        probe(timeout_ms=10**9),
        limits=Limits(per_executor=1),
        lasts_s=5,
    )

    reason = "dispatch is shutting down"
    expected = {
        LeaseLostEntry("act-1", 1, 1, reason),
        RecalledEntry("act-2", 1, 1, reason),
    }
    assert expected == {r for r in reported if not isinstance(r, ObservationEntry)}
    assert [reason] == [r.error for r in reported if isinstance(r, ObservationEntry)]


@pytest.mark.parametrize("steps", range(12))
def test_a_shutdown_at_any_step_leaves_exactly_one_report(steps: int) -> None:
    journal = Journal()
    dispatcher = Dispatcher(
        {"scripted": ScriptedExecutor()}, report=journal, frozen=lambda _: None, epoch=lambda: 1
    )
    dispatcher.submit(attempt())

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        for _ in range(steps):
            await asyncio.sleep(0)
        run.cancel()
        await asyncio.wait({run})

    virtual.run(main())

    assert len(journal.reported) == (0 if steps == 0 else 1)


def test_work_that_came_as_dispatch_was_cancelled_is_recalled() -> None:
    journal = Journal()
    executor = ScriptedExecutor()
    dispatcher = Dispatcher(
        {"scripted": executor}, report=journal, frozen=lambda _: None, epoch=lambda: 1
    )

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(1)
        dispatcher.submit(attempt())
        run.cancel()
        await asyncio.wait({run})

    virtual.run(main())

    assert [RecalledEntry("act-1", 1, 1, "dispatch is shutting down")] == journal.reported
    assert executor.performed == []


def test_nothing_is_taken_after_shutdown() -> None:
    dispatcher = Dispatcher({}, report=Journal(), frozen=lambda _: None, epoch=lambda: 1)
    virtual.run(lasting(1, dispatcher.run()))

    with pytest.raises(Overloaded, match="shutting down"):
        dispatcher.submit(attempt())


def test_a_report_under_way_is_not_repeated_by_a_shutdown() -> None:
    reported: list[Report] = []

    async def slow(report: Report) -> int:
        await asyncio.sleep(2)
        reported.append(report)
        return 0

    dispatcher = Dispatcher(
        {"scripted": ScriptedExecutor()}, report=slow, frozen=lambda _: None, epoch=lambda: 1
    )
    dispatcher.submit(attempt())
    virtual.run(lasting(1, dispatcher.run()))

    assert [ResultEntry] == [type(report) for report in reported]


def test_a_journal_that_hangs_does_not_keep_dispatch_from_shutting_down() -> None:
    async def hang(_: Report) -> int:
        await asyncio.sleep(1e9)
        return 0

    async def main() -> float:
        dispatcher = Dispatcher(
            {"scripted": RawExecutor(takes(1e9))},
            report=hang,
            frozen=lambda _: None,
            epoch=lambda: 1,
        )
        dispatcher.submit(attempt(timeout_ms=10**9))
        await lasting(1, dispatcher.run())
        return asyncio.get_running_loop().time()

    assert virtual.run(main()) < 20


def test_dispatch_ends_when_a_report_cannot_be_journalled() -> None:
    executor = ScriptedExecutor()

    async def broken(_: Report) -> int:
        raise JournalError("disk full")

    dispatcher = Dispatcher(
        {"scripted": executor}, report=broken, frozen=lambda _: None, epoch=lambda: 1
    )
    dispatcher.submit(attempt())

    with pytest.raises(ExceptionGroup) as ended:
        virtual.run(dispatcher.run())

    assert ended.group_contains(JournalError, match="disk full")


@st.composite
def behaviours(draw: st.DrawFn) -> Callable[[Any], Awaitable[Any]]:
    """An executor's call that does anything an executor might do."""
    wait = draw(st.sampled_from([0, 0.5, 2, 8, 1e6]))
    end = draw(
        st.sampled_from(
            [
                AttemptResult("ok"),
                {"count": 1},
                None,
                ExecutionError("no"),
                ExecutionRefused("frozen", reason="recalled"),
                LeaseLost("gone"),
                ZeroDivisionError("bug"),
            ]
        )
    )
    stubborn = draw(st.booleans())

    async def behave(_: Any) -> Any:
        try:
            await asyncio.sleep(wait)
        except asyncio.CancelledError:
            if not stubborn:
                raise
            await asyncio.sleep(wait)
        if isinstance(end, Exception):
            raise end
        return end

    return behave


@given(
    calls=st.lists(behaviours(), min_size=1, max_size=6),
    lasts_s=st.sampled_from([0, 0.5, 1, 3, 60]),
    per_executor=st.integers(1, 3),
    frozen_from_s=st.sampled_from([None, 0, 1]),
)
def test_whatever_executors_do_and_whenever_it_ends_each_work_has_one_report(
    calls: list[Callable[[Any], Awaitable[Any]]],
    lasts_s: float,
    per_executor: int,
    frozen_from_s: float | None,
) -> None:
    """Law: reports and work correspond one to one."""

    async def perform(work: Attempt | ProbeRequest) -> Any:
        number = work.intent if isinstance(work, Attempt) else work.id
        return await calls[int(number)](work)

    def frozen(_: Attempt) -> str | None:
        now = asyncio.get_running_loop().time()
        return "frozen" if frozen_from_s is not None and now >= frozen_from_s else None

    with structlog.testing.capture_logs():  # rendering tracebacks takes longer than the test
        reported = scene(
            RawExecutor(perform),
            *(attempt(intent=str(n), timeout_ms=3_000) for n in range(len(calls))),
            *(probe(id=str(n), timeout_ms=3_000) for n in range(len(calls))),
            limits=Limits(per_executor=per_executor, total=4, grace_ms=2_000),
            frozen=frozen,
            lasts_s=lasts_s,
        )

    expected = [str(n) for n in range(len(calls))]
    assert expected == sorted(r.intent for r in reported if not isinstance(r, ObservationEntry))
    assert expected == sorted(r.probe for r in reported if isinstance(r, ObservationEntry))
