"""Delays between attempts grow, are bounded, and are the same on every replay."""

import pytest

from interlock.machines.retry import RetryPolicy


def policy(**changes):
    values = {
        "attempts": 5,
        "backoff_ms": 1000,
        "factor_permille": 2000,
        "max_ms": 60_000,
        "jitter_permille": 0,
        "on": ("transient",),
    }
    return RetryPolicy(**{**values, **changes})


def test_each_delay_is_a_multiple_of_the_one_before():
    delays = [policy().delay_ms(attempt, "s") for attempt in (1, 2, 3, 4)]

    assert delays == [1000, 2000, 4000, 8000]


def test_no_delay_is_longer_than_the_bound():
    assert policy(max_ms=3000).delay_ms(20, "s") == 3000


def test_the_first_delay_is_bounded_too():
    assert policy(max_ms=400).delay_ms(1, "s") == 400


def test_the_same_attempt_has_the_same_jitter():
    jittered = policy(jitter_permille=200)

    assert jittered.delay_ms(2, "intent-1") == jittered.delay_ms(2, "intent-1")


def test_other_attempts_and_other_intents_have_another_jitter():
    jittered = policy(jitter_permille=200, factor_permille=1000)

    assert len({jittered.delay_ms(n, seed) for n in (1, 2, 3) for seed in "abc"}) > 1


@pytest.mark.parametrize("seed", [str(number) for number in range(50)])
def test_jitter_stays_within_its_share(seed):
    assert 800 <= policy(jitter_permille=200).delay_ms(1, seed) <= 1200
