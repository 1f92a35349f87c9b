"""A dry run does nothing, remembers what it would have done, and sees what is real."""

from __future__ import annotations

import asyncio

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.dry_run import REMEMBERED, DryRunExecutor, create
from interlock.engine.executors.errand import AttemptErrand
from interlock.errors import ExecutionError, ExecutionRefused
from tests.unit.engine.executors.given import attempt, probe
from tests.unit.engine.executors.scripted import ScriptedExecutor


def test_anything_is_taken_and_nothing_is_done() -> None:
    executor = create({})

    result = asyncio.run(executor.execute(attempt(operation="page", inputs={"text": "wake up"})))

    assert result == AttemptResult("ok", "dry_run", "would have done page")
    assert ["page"] == [one.operation for one in executor.would_have_done]


def test_a_stand_in_does_not_do_what_the_original_would() -> None:
    original = ScriptedExecutor()
    executor = DryRunExecutor(standing_in_for=original)

    asyncio.run(executor.execute(attempt()))

    assert original.performed == []
    assert executor.name == "scripted"


def test_a_stand_in_refuses_what_the_original_would() -> None:
    executor = DryRunExecutor(standing_in_for=ScriptedExecutor())

    with pytest.raises(ExecutionRefused):
        asyncio.run(executor.execute(attempt(inputs={"name": "NOT DECLARED"})))


def test_a_stand_in_owes_no_outputs() -> None:
    executor = DryRunExecutor(standing_in_for=ScriptedExecutor())
    work = attempt()

    entry = AttemptErrand(work).ended(executor, asyncio.run(executor.execute(work)))

    assert entry.result.outcome == "ok"


def test_a_stand_in_sees_what_the_original_sees() -> None:
    executor = DryRunExecutor(standing_in_for=ScriptedExecutor())

    assert asyncio.run(executor.probe(probe())) == {"count": 1}


def test_a_dry_run_on_its_own_sees_nothing() -> None:
    with pytest.raises(ExecutionError, match="sees nothing"):
        asyncio.run(DryRunExecutor().probe(probe()))


def test_only_so_much_is_remembered() -> None:
    executor = DryRunExecutor()

    async def main() -> None:
        for number in range(REMEMBERED + 1):
            await executor.execute(attempt(idempotency_key=f"key-{number}"))

    asyncio.run(main())

    assert executor.would_have_done[0].idempotency_key == "key-1"
