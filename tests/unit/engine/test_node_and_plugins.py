"""Whatever a plugin answers, the node goes on, and nothing counts as success by mistake."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.tables import Action
from interlock.engine.replay import verify
from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout, LeaseLost
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    ledger_bundle,
    running,
    until,
    wanted,
)

ANSWERS: dict[str, Any] = {
    "nothing": None,
    "a text": "ok",
    "an unknown outcome": AttemptResult("fine"),  # type: ignore[arg-type]
    "outputs nobody declared": AttemptResult("ok", outputs={"pid": 1}),
    "a number that is none": AttemptResult("ok", outputs={"lines": float("nan")}),  # type: ignore[dict-item]
    "outputs that are none": AttemptResult("ok", outputs=None),  # type: ignore[arg-type]
    "a message of a megabyte": AttemptResult("error", "X" * 10_000, "y" * 1_000_000),
    "a message no text can hold": AttemptResult("error", "\ud800", "\ud800\x00\x1b[2J"),
    "an error": ExecutionError("it broke", reason="broken"),
    "a refusal": ExecutionRefused("not today"),
    "a timeout": ExecutionTimeout("too late"),
    "a lost lease": LeaseLost("gone"),
    "a bug": ZeroDivisionError("oops"),
    "a bug of another sort": BaseExceptionGroup("many", [ValueError("one")]),
}


async def give(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def outcomes(folder: Path) -> list[str | None]:
    """Return how every action ended."""
    with Reader(folder / "interlock.db") as reader, reader.session() as session:
        return [row["outcome"] for row in session.execute(select(Action.__table__)).mappings()]


class OddEyes(Hands):
    """An executor whose probe sees what no probe declares."""

    def __init__(self, sight: Any) -> None:
        super().__init__()
        self._sight = sight

    async def probe(self, request: ProbeRequest) -> Mapping[str, Any]:
        return await give(self._sight)


def healed(folder: Path, hands: Hands) -> list[str | None]:
    """Let the node deal with one wanted item; return how its actions ended."""

    async def scenario() -> None:
        async with running(folder, hands, bundle=ledger_bundle(within="100ms")) as node:
            await node.runtime.submit([wanted("a")])
            await until(node, is_quiet)
            assert node.runtime.ready

    asyncio.run(scenario())
    assert verify(folder / "interlock.db").is_sound
    return outcomes(folder)


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_an_executor_answers_is_an_end_and_no_success(tmp_path: Path, answer: str) -> None:
    async def do(_: Attempt) -> AttemptResult:
        return await give(ANSWERS[answer])

    hands = Hands(do)
    hands.probe = OddEyes({"lines": 0}).probe  # type: ignore[method-assign]
    (ended,) = healed(tmp_path, hands)

    assert ended in {"failed", "refused", "timed_out", "unverified"}


SIGHTS: dict[str, Any] = {
    "nothing": None,
    "a list": [1],
    "another type": {"lines": "1"},
    "a truth value": {"lines": True},
    "too large a number": {"lines": 2**53},
    "a field less": {},
    "a field more": {"lines": 1, "more": 1},
    "an error": ExecutionError("blind"),
    "a bug": ZeroDivisionError("oops"),
}


@pytest.mark.parametrize("sight", SIGHTS)
def test_what_a_probe_does_not_declare_verifies_nothing(tmp_path: Path, sight: str) -> None:
    """Negative control: ``test_a_signal_becomes_an_effect_that_is_seen``, in test_node.py."""
    assert healed(tmp_path, OddEyes(SIGHTS[sight])) == ["unverified"]
