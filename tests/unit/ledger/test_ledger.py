"""Law: one idempotency key has one effect, until the machine decides to try again."""

from __future__ import annotations

import asyncio

import pytest

from interlock.errors import ExecutionRefused, Overloaded
from interlock.ledger import AttemptResult, Claim, Ledger
from tests.unit.engine.executors import virtual

OK = AttemptResult("ok", outputs={"names": ("a", "b"), "count": 1})
FAILED = AttemptResult("error", "exit_1", "no")


def claim(key: str = "key-1", attempt: int = 1, request: str = "restart web") -> Claim:
    return Claim(key, attempt, request)


class Effects:
    """Counts how often the work was done; answers what it is told."""

    def __init__(self, *answers: AttemptResult, takes_s: float = 0) -> None:
        self.done = 0
        self._answers = list(answers)
        self._takes_s = takes_s

    async def __call__(self) -> AttemptResult:
        self.done += 1
        await asyncio.sleep(self._takes_s)
        return self._answers.pop(0)


def once(ledger: Ledger, work: Effects, *claims: Claim) -> list[AttemptResult]:
    async def main() -> list[AttemptResult]:
        return [await ledger.once(one, work) for one in claims]

    return virtual.run(main())


def test_a_repeated_attempt_is_answered_from_the_record() -> None:
    work = Effects(FAILED)

    answers = once(Ledger(), work, claim(), claim())

    assert answers == [FAILED, FAILED]
    assert work.done == 1


def test_a_later_attempt_does_the_work_again_when_the_first_failed() -> None:
    work = Effects(FAILED, OK)

    answers = once(Ledger(), work, claim(), claim(attempt=2))

    assert answers == [FAILED, OK]


def test_a_later_attempt_does_nothing_when_the_work_is_done() -> None:
    work = Effects(OK)

    answers = once(Ledger(), work, claim(), claim(attempt=2))

    assert answers == [OK, OK]
    assert work.done == 1


def test_an_earlier_attempt_is_refused_when_a_later_one_failed() -> None:
    work = Effects(FAILED)

    with pytest.raises(ExecutionRefused, match="attempt 1 came after attempt 2"):
        once(Ledger(), work, claim(attempt=2), claim(attempt=1))

    assert work.done == 1


def test_a_key_names_one_request() -> None:
    work = Effects(OK)

    with pytest.raises(ExecutionRefused, match="used for another request"):
        once(Ledger(), work, claim(), claim(request="restart db"))

    assert work.done == 1


def test_another_key_is_another_effect() -> None:
    work = Effects(OK, OK)

    once(Ledger(), work, claim(), claim(key="key-2"))

    assert work.done == 2


def test_an_attempt_that_comes_while_the_first_runs_shares_its_result() -> None:
    work = Effects(OK, takes_s=5)

    async def main() -> list[AttemptResult]:
        ledger = Ledger()
        return await asyncio.gather(ledger.once(claim(), work), ledger.once(claim(attempt=2), work))

    answers = virtual.run(main())

    assert answers == [OK, OK]
    assert work.done == 1


def test_work_that_is_cancelled_is_recorded_as_unknown() -> None:
    work = Effects(OK, takes_s=5)

    async def main() -> AttemptResult:
        ledger = Ledger()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await ledger.once(claim(), work)
        return await ledger.once(claim(), work)

    answer = virtual.run(main())

    assert answer.outcome == "timeout"
    assert work.done == 1


def test_the_key_used_longest_ago_is_forgotten_at_the_bound() -> None:
    work = Effects(OK, OK, OK)
    keys = [claim(key=key) for key in ("a", "b", "a")]

    once(Ledger(bound=1), work, *keys)

    assert work.done == 3


def test_a_key_in_use_is_not_forgotten_but_the_next_refused() -> None:
    work = Effects(OK, OK, takes_s=5)

    async def main() -> None:
        ledger = Ledger(bound=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(ledger.once(claim(), work))
            await asyncio.sleep(1)
            with pytest.raises(Overloaded):
                await ledger.once(claim(key="other"), work)

    virtual.run(main())


def test_a_refusal_is_not_remembered_because_nothing_was_done() -> None:
    refused = AttemptResult("refused", "frozen")
    work = Effects(refused, OK)

    answers = once(Ledger(), work, claim(), claim())

    assert answers == [refused, OK]


def test_an_attempt_that_waited_for_one_that_was_refused_does_the_work() -> None:
    work = Effects(AttemptResult("refused"), OK, takes_s=1)

    async def main() -> list[AttemptResult]:
        ledger = Ledger()
        return await asyncio.gather(ledger.once(claim(), work), ledger.once(claim(attempt=2), work))

    refused, done = virtual.run(main())

    assert ("refused", OK) == (refused.outcome, done)


def test_all_that_waited_for_one_that_was_refused_do_the_work_once() -> None:
    work = Effects(AttemptResult("refused"), OK, takes_s=1)

    async def main() -> list[AttemptResult]:
        ledger = Ledger()
        return await asyncio.gather(*(ledger.once(claim(), work) for _ in range(4)))

    refused, *done = virtual.run(main())

    assert refused.outcome == "refused"
    assert [OK] * 3 == done
    assert work.done == 2


def test_an_unknown_end_is_repeated_only_where_that_is_allowed() -> None:
    unknown = AttemptResult("timeout", "deadline")
    work = Effects(unknown, OK)

    async def main() -> list[AttemptResult]:
        ledger = Ledger()
        return [
            await ledger.once(claim(), work),
            await ledger.once(claim(attempt=2), work, repeats_unknown=False),
            await ledger.once(claim(attempt=2), work),
        ]

    assert virtual.run(main()) == [unknown, unknown, OK]
