"""The contract every executor keeps; a new one joins by a line in ``executors.SUBJECTS``.

One key has one effect; an older epoch is refused; a call ends by its timeout; wrong input
has no effect; an answer is one the journal can hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.executors.errand import AttemptErrand, ProbeErrand
from interlock.engine.executors.reports import ResultEntry
from interlock.errors import ExecutionRefused
from tests.contract.executors import SUBJECTS, Given, Subject
from tests.contract.supervisor import Supervisor, running_supervisor

pytestmark = pytest.mark.timeout(60)

SLACK_S = 3.5
"""How long after its timeout a call may still end, SIGKILL and all."""

Act = Callable[[Subject], Awaitable[Any]]


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """One supervisord for all tests of this file."""
    with running_supervisor(tmp_path_factory.mktemp("supervisor")) as running:
        yield running


@pytest.fixture(params=SUBJECTS, ids=lambda opening: opening.__name__)
def play(
    request: pytest.FixtureRequest, tmp_path: Path, supervisor: Supervisor
) -> Callable[[Act], Any]:
    """Run what a test does with one executor."""

    def run(act: Act) -> Any:
        async def main() -> Any:
            async with request.param(Given(tmp_path, supervisor)) as subject:
                return await act(subject)

        return asyncio.run(main())

    return run


def test_an_attempt_is_done_and_answered(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        result = await subject.executor.execute(subject.good)
        assert result.outcome == "ok", result
        assert subject.effects() == 1

    play(act)


def test_an_answer_is_one_the_journal_can_hold(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        result = await subject.executor.execute(subject.good)
        entry = AttemptErrand(subject.good).ended(subject.executor, result)
        assert isinstance(entry, ResultEntry)
        assert entry.result == replace(result, message=entry.result.message)

    play(act)


def test_one_key_has_one_effect(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        first = await subject.executor.execute(subject.good)
        again = await subject.executor.execute(subject.good)
        retried = await subject.executor.execute(replace(subject.good, attempt=2))
        assert first == again == retried
        assert subject.effects() == 1

    play(act)


def test_attempts_at_the_same_time_with_one_key_have_one_effect(
    play: Callable[[Act], Any],
) -> None:
    async def act(subject: Subject) -> None:
        results = await asyncio.gather(*(subject.executor.execute(subject.good) for _ in range(4)))
        assert [results[0]] * 4 == results
        assert subject.effects() == 1

    play(act)


def test_another_key_is_another_effect(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        await subject.executor.execute(subject.good)
        await subject.executor.execute(replace(subject.good, intent="b", idempotency_key="b"))
        assert subject.effects() == 2

    play(act)


def test_a_key_cannot_be_used_for_something_else(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        await subject.executor.execute(subject.good)
        with pytest.raises(ExecutionRefused):
            await subject.executor.execute(replace(subject.good, target={"id": "other"}))
        assert subject.effects() == 1

    play(act)


def test_an_older_epoch_is_refused(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        await subject.executor.execute(replace(subject.good, epoch=1))
        stale = replace(subject.good, epoch=0, intent="b", idempotency_key="b")
        with pytest.raises(ExecutionRefused, match="epoch 0"):
            await subject.executor.execute(stale)
        assert subject.effects() == 1

    play(act)


@pytest.mark.parametrize(
    "inputs",
    [{}, {"name": "web", "more": "x"}, {"name": 1}, {"name": "a\0b"}, {"name": "../web"}],
)
def test_wrong_input_is_refused_without_effect(
    play: Callable[[Act], Any], inputs: dict[str, Any]
) -> None:
    async def act(subject: Subject) -> None:
        with pytest.raises(ExecutionRefused):
            await subject.executor.execute(replace(subject.good, inputs=inputs))
        assert subject.effects() == 0

    play(act)


def test_an_unknown_operation_is_refused(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        with pytest.raises(ExecutionRefused):
            await subject.executor.execute(replace(subject.good, operation="destroy"))
        assert subject.effects() == 0

    play(act)


def test_an_attempt_ends_by_its_timeout_with_its_effect_unknown(
    play: Callable[[Act], Any],
) -> None:
    async def act(subject: Subject) -> None:
        if subject.slow is None:
            return
        async with asyncio.timeout(subject.slow.timeout_ms / 1000 + SLACK_S):
            entry = await _entry(subject)
        assert entry.result.outcome == "timeout"

    play(act)


def test_an_attempt_can_be_cancelled(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        if subject.slow is None:
            return
        task = asyncio.create_task(
            subject.executor.execute(replace(subject.slow, timeout_ms=60_000))
        )
        await asyncio.wait({task}, timeout=0.3)
        task.cancel()
        await asyncio.wait({task}, timeout=SLACK_S)
        assert task.cancelled()

    play(act)


def test_a_probe_answers_what_it_declares(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        assert subject.look is not None
        seen = await subject.executor.probe(subject.look)
        entry = ProbeErrand(subject.look).ended(subject.executor, seen)
        assert entry.error is None
        assert subject.effects() == 0

    play(act)


def test_an_unknown_probe_is_refused(play: Callable[[Act], Any]) -> None:
    async def act(subject: Subject) -> None:
        assert subject.look is not None
        with pytest.raises(ExecutionRefused):
            await subject.executor.probe(replace(subject.look, operation="guess"))

    play(act)


async def _entry(subject: Subject) -> ResultEntry:
    """Return the entry dispatch would make of the slow attempt."""
    assert subject.slow is not None
    errand = AttemptErrand(subject.slow)
    try:
        entry = errand.ended(subject.executor, await subject.executor.execute(subject.slow))
    except Exception as error:  # noqa: BLE001  # as dispatch does
        entry = errand.failed(error)
    assert isinstance(entry, ResultEntry)
    return entry


def test_every_kind_of_executor_is_held_to_the_contract() -> None:
    expected = {"scripted", "dry_run", "command", "http", "supervisord", "remote"}

    assert expected == {opening.__name__ for opening in SUBJECTS}
