"""RV703 and RV706: acts nobody is asked about, and timers that do not wait for them."""

from __future__ import annotations

import pytest

from tests.unit.machines.verify.given import ask, codes, findings, run


def test_an_irreversible_act_of_high_risk_without_a_question_is_found() -> None:
    assert findings(f"first: {run('svc.wipe')}") == [
        (
            "12:16: error [RV703] 'svc.wipe' cannot be taken back, and nobody is asked: first"
            " (put an `approve` state on every way to it)"
        )
    ]


def test_one_way_around_the_question_is_enough() -> None:
    states = f"""\
        first: {{choose: [{{if: tries > 3, to: asking}}, {{else: second}}]}}
        asking: {ask("wiping")}
        second: {run(done="wiping")}
        wiping: {run("svc.wipe")}
        """

    (found,) = findings(states)

    assert "first → (choose) second → (done) wiping" in found


def test_a_rejection_is_no_approval() -> None:
    states = f"first: {ask('ok', reject='wiping')}\nwiping: {run('svc.wipe')}"

    assert codes(states) == ["RV703"]


@pytest.mark.parametrize(
    "states",
    [
        f"first: {ask('wiping')}\nwiping: {run('svc.wipe')}",
        f"""\
        first: {run(done="asking")}
        asking: {ask("second")}
        second: {run(done="wiping")}
        wiping: {run("svc.wipe")}
        """,
        f"first: {run()}",  # of low risk
    ],
)
def test_an_act_behind_a_question_is_clean(states: str) -> None:
    assert findings(states) == []


def within(after: str, more: str = "") -> str:
    return f"""\
        first:
          initial: acting
          after: {{{after}: handed}}
          states:
            acting: {run(more=more)}
        """


def test_a_timer_around_an_action_that_ends_before_it_can_is_found() -> None:
    assert findings(within("1m")) == [
        "14:13: error [RV706] the timer ends before 'svc.restart' can: it may take 1m30s"
    ]


def test_a_timer_that_leaves_no_time_for_the_last_attempt_is_found() -> None:
    retry = ", retry: {attempts: 3, backoff: 10s, factor: 2, on: [timed_out]}"

    assert findings(within("4m", retry)) == [
        (
            "14:13: warning [RV706] the timer may end before the last of 3 attempts of"
            " 'svc.restart': they may take 5m"
        )
    ]


@pytest.mark.parametrize(
    ("after", "more"),
    [("90s", ""), ("5m", ", retry: {attempts: 3, backoff: 10s, factor: 2, on: [timed_out]}")],
)
def test_a_timer_that_waits_long_enough_is_clean(after: str, more: str) -> None:
    assert findings(within(after, more)) == []
