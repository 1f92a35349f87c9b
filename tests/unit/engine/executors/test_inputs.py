"""Law: what is not exactly what was declared does not pass."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.engine.executors.inputs import check_inputs, first_fault
from interlock.errors import ExecutionRefused
from interlock.language.values import (
    ANY,
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
    ("type_", "value"),
    [
        (STRING, "text"),
        (STRING, ""),
        (STRING, "line\nbreak\x1b"),
        (INT, -(2**53) + 1),
        (BOOL, False),
        (double(2), 250),
        (TIMESTAMP, 0),
        (DURATION, -1),
        (list_of(STRING), ("a", "b")),
        (list_of(INT), ()),
    ],
)
def test_a_value_of_its_type_passes(type_: Type, value: Any) -> None:
    assert first_fault({"x": Field(type_)}, {"x": value}) is None


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (STRING, 1),
        (STRING, None),
        (STRING, "a\0b"),
        (STRING, "\ud800"),
        (STRING, b"bytes"),
        (INT, True),
        (INT, 1.0),
        (INT, 2**53),
        (INT, "1"),
        (BOOL, 1),
        (double(2), 2.5),
        (TIMESTAMP, "now"),
        (list_of(STRING), ["a"]),
        (list_of(STRING), ("a", 1)),
        (list_of(STRING), "a"),
        (ANY, "a"),
    ],
)
def test_a_value_of_another_type_does_not(type_: Type, value: Any) -> None:
    assert "'x'" in str(first_fault({"x": Field(type_)}, {"x": value}))


def test_a_missing_value_is_a_fault_unless_it_is_optional() -> None:
    required, optional = {"x": Field(STRING)}, {"x": Field(STRING, optional=True)}

    assert first_fault(required, {}) == "'x' is missing"
    assert first_fault(optional, {}) is None


def test_an_undeclared_value_is_a_fault() -> None:
    assert first_fault({}, {"x": 1}) == "'x' is not declared"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field(INT, min=1), 0),
        (Field(INT, max=1), 2),
        (Field(STRING, enum=("a", "b")), "c"),
        (Field(STRING, pattern="[a-z]+"), "web\n"),
        (Field(STRING, pattern="[a-z]+"), "web;rm"),
    ],
)
def test_a_value_outside_its_bounds_is_a_fault(field: Field, value: Any) -> None:
    with pytest.raises(ExecutionRefused, match="nothing was done") as refused:
        check_inputs({"x": field}, {"x": value})

    assert refused.value.details["reason"] == "bad_input"
