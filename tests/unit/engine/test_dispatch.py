"""Law: every attempt that ``submit`` takes ends in exactly one report, whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
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
    ExecutionTimeout,
    JournalError,
    LeaseLost,
    Overloaded,
)
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import MANIFEST, ScriptedExecutor


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
    virtual.run(_for(lasts_s, dispatcher.run()))
    assert dispatcher.in_hand == 0
    return journal.reported


async def _for(seconds: float, run: Coroutine[Any, Any, None]) -> None:
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


def answers(value: Any) -> Callable[[Any], Awaitable[Any]]:
    async def perform(_: Any) -> Any:
        return value

    return perform


def test_a_result_is_reported_with_intent_attempt_and_epoch() -> None:
    reported = scene(ScriptedExecutor(), attempt(attempt=2))

    expected = ResultEntry("act-1", 2, 1, AttemptResult("ok", outputs={"count": 2}))
    assert [expected] == reported


def test_the_body_of_a_result_is_canonical() -> None:
    (report,) = scene(ScriptedExecutor(), attempt())

    assert report.body() == {
        "kind": "result",
        "intent": "act-1",
        "attempt": 1,
        "epoch": 1,
        "outcome": "ok",
        "code": "",
        "message": "",
        "outputs": {"count": 1},
    }


def test_an_observation_is_reported() -> None:
    reported = scene(ScriptedExecutor(), probe())

    assert [ObservationEntry("probe-1", {"count": 1}, None)] == reported


def test_an_unknown_executor_is_a_refusal() -> None:
    (report,) = scene(ScriptedExecutor(), attempt(executor="nobody"))

    assert report.result.outcome == "refused"
    assert report.result.code == "unknown_executor"


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (ExecutionError("no", reason="exit_1"), "error", "exit_1"),
        (ExecutionError("no"), "error", "execution_error"),
        (ExecutionRefused("no", reason="bad_input"), "refused", "bad_input"),
        (ExecutionTimeout("late"), "timeout", "execution_timeout"),
        (ZeroDivisionError("bug"), "error", "executor_fault"),
        (TimeoutError(), "timeout", "deadline"),
    ],
)
def test_what_an_executor_raises_becomes_a_result(
    error: Exception, outcome: str, code: str
) -> None:
    (report,) = scene(RawExecutor(raises(error)), attempt())

    assert (outcome, code) == (report.result.outcome, report.result.code)


def test_an_executor_that_raises_before_it_awaits_is_an_error() -> None:
    def execute(_: Attempt) -> Awaitable[AttemptResult]:
        raise RuntimeError("not even a coroutine")

    (report,) = scene(RawExecutor(execute), attempt())

    assert report.result.code == "executor_fault"


def test_an_executor_that_lost_its_worker_reports_a_lost_lease() -> None:
    reported = scene(RawExecutor(raises(LeaseLost("worker w1 has gone"))), attempt())

    assert [LeaseLostEntry("act-1", 1, 1, "worker w1 has gone")] == reported


def test_an_executor_that_saw_a_freeze_in_time_reports_a_recall() -> None:
    error = ExecutionRefused("frozen: all", reason="recalled")

    reported = scene(RawExecutor(raises(error)), attempt())

    assert [RecalledEntry("act-1", 1, 1, "frozen: all")] == reported


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "ok",
        AttemptResult("perhaps"),  # type: ignore[arg-type]
        AttemptResult("ok", outputs={"count": "many"}),
        AttemptResult("ok", outputs={"count": 2**53}),
        AttemptResult("ok", outputs={"undeclared": 1}),
        AttemptResult("ok", outputs=None),  # type: ignore[arg-type]
    ],
)
def test_an_answer_the_journal_cannot_trust_is_an_error(answer: Any) -> None:
    (report,) = scene(RawExecutor(answers(answer)), attempt())

    assert report.result.outcome == "error"
    assert report.result.outputs == {}


def test_the_words_of_an_executor_are_made_harmless() -> None:
    answer = AttemptResult("error", "a b\n", "\x1b[31mred\x1b[0m\x07")

    (report,) = scene(RawExecutor(answers(answer)), attempt())

    assert AttemptResult("error", "a_b", "red") == report.result


def test_nothing_is_sent_while_frozen() -> None:
    executor = ScriptedExecutor()

    reported = scene(executor, attempt(), frozen=lambda a: f"frozen: {a.executor}")

    assert [RecalledEntry("act-1", 1, 1, "frozen: scripted")] == reported
    assert executor.performed == []


def test_probes_see_through_a_freeze() -> None:
    (report,) = scene(ScriptedExecutor(), probe(), frozen=lambda _: "frozen: all")

    assert report.error is None


def test_an_attempt_of_an_older_epoch_is_not_sent() -> None:
    executor = ScriptedExecutor()

    (report,) = scene(executor, attempt(epoch=1), epoch=2)

    assert report == RecalledEntry("act-1", 1, 1, "epoch 1 is over; the owner's is 2")
    assert executor.performed == []


def test_a_freeze_that_comes_while_an_attempt_waits_for_its_turn_holds_it() -> None:
    frozen: list[str] = []

    async def perform(_: Attempt) -> AttemptResult:
        await asyncio.sleep(0.5)
        frozen.append("frozen: all")
        return AttemptResult("ok")

    reported = scene(
        RawExecutor(perform),
        attempt(),
        attempt(intent="act-2", idempotency_key="key-2"),
        limits=Limits(per_executor=1),
        frozen=lambda _: frozen[0] if frozen else None,
    )

    assert {"act-1": ResultEntry, "act-2": RecalledEntry} == {r.intent: type(r) for r in reported}


def test_an_executor_that_does_not_answer_is_a_timeout() -> None:
    (report,) = scene(RawExecutor(takes(1e9)), attempt(timeout_ms=1_000))

    assert report.result.outcome == "timeout"


def test_an_answer_given_while_being_cancelled_still_counts() -> None:
    async def perform(_: Attempt) -> AttemptResult:
        try:
            await asyncio.sleep(1e9)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        return AttemptResult("error", "stopped_in_order")

    (report,) = scene(RawExecutor(perform), attempt())

    assert report.result.code == "stopped_in_order"


def test_an_executor_that_ignores_its_cancellation_is_left_behind() -> None:
    done: list[float] = []

    async def perform(_: Attempt) -> AttemptResult:
        for _second in range(100):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue
        done.append(asyncio.get_running_loop().time())
        return AttemptResult("ok")

    (report,) = scene(
        RawExecutor(perform), attempt(timeout_ms=1_000), limits=Limits(grace_ms=2_000), lasts_s=50
    )

    assert report.result.outcome == "timeout"


def test_a_call_left_behind_keeps_its_place_in_the_lane() -> None:
    async def perform(_: Attempt) -> AttemptResult:
        while True:
            try:
                await asyncio.sleep(40)
                return AttemptResult("ok")
            except asyncio.CancelledError:
                continue

    reported = scene(
        RawExecutor(perform),
        attempt(),
        attempt(intent="act-2", timeout_ms=20_000),
        limits=Limits(per_executor=1, grace_ms=1_000),
        lasts_s=30,
    )

    assert {"act-1": ResultEntry, "act-2": RecalledEntry} == {r.intent: type(r) for r in reported}


def test_one_executor_does_only_so_many_at_a_time() -> None:
    at_once = Meter()

    scene(
        RawExecutor(at_once.perform),
        *(attempt(intent=f"act-{n}", timeout_ms=60_000) for n in range(20)),
        limits=Limits(per_executor=3),
    )

    assert at_once.most == 3
    assert at_once.total == 20


def test_all_executors_together_do_only_so_many_at_a_time() -> None:
    at_once = Meter()

    scene(
        RawExecutor(at_once.perform),
        *(attempt(intent=f"act-{n}", timeout_ms=60_000) for n in range(5)),
        *(probe(id=f"probe-{n}", timeout_ms=60_000) for n in range(5)),
        limits=Limits(per_executor=3, total=4),
    )

    assert at_once.most == 4


def test_hung_attempts_do_not_keep_probes_from_their_turn() -> None:
    async def perform(work: Attempt | ProbeRequest) -> Any:
        if isinstance(work, Attempt):
            await asyncio.sleep(1e9)
        return {"count": 1}

    reported = scene(
        RawExecutor(perform),
        *(attempt(intent=f"act-{n}", timeout_ms=30_000) for n in range(8)),
        probe(),
    )

    assert isinstance(reported[0], ObservationEntry)


def test_an_attempt_that_gets_no_turn_in_its_time_is_recalled() -> None:
    reported = scene(
        RawExecutor(takes(10)),
        attempt(timeout_ms=20_000),
        attempt(intent="act-2", timeout_ms=5_000),
        limits=Limits(per_executor=1),
    )

    assert [RecalledEntry("act-2", 1, 1, "no free place in its lane within 5.0 s")] == reported[:1]


def test_more_work_than_the_bound_is_refused() -> None:
    dispatcher = Dispatcher(
        {}, report=Journal(), frozen=lambda _: None, epoch=lambda: 1, limits=Limits(waiting=2)
    )
    dispatcher.submit(attempt())
    dispatcher.submit(attempt())

    with pytest.raises(Overloaded, match="2 attempts"):
        dispatcher.submit(attempt())


def test_work_that_ended_makes_room() -> None:
    journal = Journal()
    dispatcher = Dispatcher(
        {}, report=journal, frozen=lambda _: None, epoch=lambda: 1, limits=Limits(waiting=1)
    )

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        for _ in range(3):
            dispatcher.submit(attempt())
            await asyncio.sleep(1)
        run.cancel()
        await asyncio.wait({run})

    virtual.run(main())

    assert len(journal.reported) == 3


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
    virtual.run(_for(1, dispatcher.run()))

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
    virtual.run(_for(1, dispatcher.run()))

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
        await _for(1, dispatcher.run())
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


def test_work_may_be_submitted_from_another_thread() -> None:
    reported: set[str] = set()
    all_reported = asyncio.Event()

    async def report(entry: Report) -> int:
        reported.add(entry.intent)
        if len(reported) == 100:
            all_reported.set()
        return 0

    dispatcher = Dispatcher(
        {"scripted": ScriptedExecutor()}, report=report, frozen=lambda _: None, epoch=lambda: 1
    )

    async def main() -> None:
        run = asyncio.create_task(dispatcher.run())
        threads = [threading.Thread(target=submit, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.wait_for(all_reported.wait(), timeout=10)
        for thread in threads:
            thread.join()
        run.cancel()
        await asyncio.wait({run})

    def submit(thread: int) -> None:
        for n in range(25):
            dispatcher.submit(attempt(intent=f"{thread}-{n}", idempotency_key=f"{thread}-{n}"))

    asyncio.run(main())

    assert len(reported) == 100


def test_an_executor_that_asks_for_it_learns_the_seq_of_its_report() -> None:
    confirmed: list[tuple[str, int | None]] = []

    class Curious(ScriptedExecutor):
        def bind(self, **seams: Any) -> None: ...

        def confirm(self, work: Attempt | ProbeRequest, seq: int | None) -> None:
            confirmed.append((work.executor, seq))

    scene(Curious(), attempt())

    assert confirmed == [("scripted", 0)]


class Meter:
    """Counts how many calls overlap."""

    def __init__(self) -> None:
        self.now = self.most = self.total = 0

    async def perform(self, work: Attempt | ProbeRequest) -> Any:
        self.total += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(1)
        self.now -= 1
        return AttemptResult("ok") if isinstance(work, Attempt) else {"count": 1}


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
