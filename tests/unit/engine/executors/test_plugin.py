"""What the frame adds to an executor's own work."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.engine.executors.base import Attempt, AttemptResult
from interlock.engine.executors.plugin import claim_of, result_of
from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout, LeaseLost
from tests.unit.engine.executors import virtual
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor


async def forever(_: Any) -> Any:
    await asyncio.sleep(1e9)


def raising(error: Exception) -> Any:
    async def perform(_: Any) -> Any:
        raise error

    return perform


def test_work_past_its_timeout_is_a_timeout() -> None:
    result = virtual.run(ScriptedExecutor(forever).execute(attempt()))

    assert AttemptResult("timeout", "deadline", "no end within 1000 ms") == result


def test_a_probe_past_its_timeout_is_an_error() -> None:
    executor = ScriptedExecutor(observe=forever)

    with pytest.raises(ExecutionTimeout, match="no answer within 1000 ms"):
        virtual.run(executor.probe(probe()))


def test_an_error_is_a_result_and_is_remembered() -> None:
    executor = ScriptedExecutor(raising(ExecutionError("no", reason="BUSY")))

    async def main() -> list[AttemptResult]:
        return [await executor.execute(attempt()) for _ in range(2)]

    first, again = virtual.run(main())

    assert AttemptResult("error", "BUSY", "no") == first == again
    assert len(executor.performed) == 1


@pytest.mark.parametrize("error", [ExecutionRefused("frozen"), LeaseLost("gone")])
def test_a_refusal_and_a_lost_lease_are_passed_on(error: Exception) -> None:
    with pytest.raises(type(error)):
        virtual.run(ScriptedExecutor(raising(error)).execute(attempt()))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ExecutionError("e"), AttemptResult("error", "execution_error", "e")),
        (ExecutionTimeout("t"), AttemptResult("timeout", "execution_timeout", "t")),
        (ExecutionRefused("r", reason="x y"), AttemptResult("refused", "x_y", "r")),
    ],
)
def test_an_error_stands_for_one_result(error: ExecutionError, expected: AttemptResult) -> None:
    assert result_of(error) == expected


@pytest.mark.parametrize(
    "other",
    [
        attempt(inputs={"name": "db"}),
        attempt(target={"id": "web-2"}),
        attempt(target=None),
        attempt(action="scripted.stop"),
    ],
)
def test_another_request_is_another_claim(other: Attempt) -> None:
    assert claim_of(attempt()).request != claim_of(other).request


def test_all_attempts_of_an_intent_make_one_request() -> None:
    later = attempt(attempt=2, epoch=9, timeout_ms=5, target={"id": "web-1", "port": 80})

    assert claim_of(attempt()).request == claim_of(later).request


def test_without_a_target_the_operation_is_fenced() -> None:
    executor = ScriptedExecutor()

    async def main() -> None:
        await executor.execute(attempt(target=None, epoch=2))
        with pytest.raises(ExecutionRefused, match="epoch 1"):
            await executor.execute(attempt(target=None, idempotency_key="key-2", epoch=1))

    virtual.run(main())
