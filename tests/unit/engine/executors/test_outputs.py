"""Law: an output is exact and of its declared type, or it is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from interlock.engine.executors.outputs import parse_json, typed_outputs
from interlock.errors import ExecutionError
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    Type,
    double,
    list_of,
)


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (STRING, '"web"', "web"),
        (INT, "3", 3),
        (INT, "3.0", 3),
        (INT, '"3"', 3),
        (BOOL, "true", True),
        (double(2), "0.05", 5),
        (double(2), "1e1", 1000),
        (double(2), '"0.05"', 5),
        (DURATION, '"1m30s"', 90_000),
        (DURATION, '{"ms": 5}', 5),
        (TIMESTAMP, '"1970-01-01T00:00:01Z"', 1_000),
        (list_of(double(1)), "[0.5, 1]", (5, 10)),
    ],
)
def test_json_becomes_a_value_of_the_declared_type(type_: Type, text: str, expected: Any) -> None:
    found = typed_outputs({"x": Field(type_)}, {"x": parse_json(text)})

    assert found == {"x": expected}


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (STRING, "1"),
        (INT, "1.5"),
        (INT, '"many"'),
        (INT, str(2**60)),
        (BOOL, "1"),
        (double(2), "0.001"),
        (DURATION, "90"),
        (list_of(STRING), '"a"'),
        (INT, "1e999"),
        (INT, "null"),
    ],
)
def test_json_that_does_not_fit_is_refused(type_: Type, text: str) -> None:
    with pytest.raises(ExecutionError) as refused:
        typed_outputs({"x": Field(type_)}, {"x": parse_json(text)})

    assert refused.value.details["reason"] == "bad_output"


def test_what_is_not_declared_is_ignored() -> None:
    assert typed_outputs({}, {"x": 1}) == {}


def test_numbers_are_exact() -> None:
    assert parse_json("0.1") == Decimal("0.1")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "{", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each has its own words
        parse_json(text)
