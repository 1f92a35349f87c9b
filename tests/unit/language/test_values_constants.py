"""Constants in documents: what stands for what, and the advice for what does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.language.values import (
    ANY,
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    constant_of,
    double,
    list_of,
)


@pytest.mark.parametrize(
    ("type_", "value", "stands_for"),
    [
        (STRING, "a", "a"),
        (INT, 5, 5),
        (double(2), 5, 500),
        (double(2), Decimal("0.5"), 50),
        (BOOL, True, True),
        (DURATION, "5m", 300_000),
        (TIMESTAMP, "1970-01-01T00:00:01Z", 1_000),
        (list_of(INT), [1, 2], (1, 2)),
        (ANY, 5, 5),
        (ANY, "a", "a"),
        (ANY, False, False),
    ],
)
def test_a_constant_stands_for_a_runtime_value(type_, value, stands_for):
    assert constant_of(type_, value) == stands_for


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (STRING, 5, "expected string, found 5; quote it"),
        (STRING, True, "expected string, found true; quote it"),
        (INT, "5", "expected int, found text '5'; write it without quotes"),
        (INT, "x", "expected int, found text 'x'"),
        (INT, Decimal("0.5"), "expected int, found 0.5"),
        (INT, True, "expected int, found true"),
        (BOOL, "true", "expected bool, found text 'true'; write it without quotes"),
        (BOOL, 1, "expected bool, found 1"),
        (DURATION, 5, "expected duration, found 5; give it a unit, such as 5s"),
        (STRING, None, "expected string, found nothing"),
        (STRING, ["a"], "expected string, found a list"),
        (STRING, {"a": 1}, "expected string, found a mapping"),
        (list_of(INT), "a", "expected list<int>, found text 'a'"),
    ],
)
def test_what_stands_for_nothing_of_the_type_says_what_to_write(type_, value, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared
        constant_of(type_, value)

    assert str(caught.value) == message


def test_digits_that_would_be_lost_are_refused():
    with pytest.raises(ValueError, match="more than 2 decimal digits"):
        constant_of(double(2), Decimal("0.001"))
