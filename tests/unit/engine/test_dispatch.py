"""Law: every attempt that ``submit`` takes ends in exactly one report, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock.engine.dispatch import Limits
from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.reports import (
    LeaseLostEntry,
    ObservationEntry,
    RecalledEntry,
    ResultEntry,
)
from interlock.errors import (
    ExecutionError,
    ExecutionRefused,
    ExecutionTimeout,
    LeaseLost,
)
from tests.unit.engine.dispatch_scene import RawExecutor, raises, scene
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor


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


def test_an_executor_that_asks_for_it_learns_the_seq_of_its_report() -> None:
    confirmed: list[tuple[str, int | None]] = []

    class Curious(ScriptedExecutor):
        def bind(self, **seams: Any) -> None: ...

        def confirm(self, work: Attempt | ProbeRequest, seq: int | None) -> None:
            confirmed.append((work.executor, seq))

    scene(Curious(), attempt())

    assert confirmed == [("scripted", 0)]
