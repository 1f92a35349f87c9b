"""Law: a value read from the wire and written again is the same value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import ExecutionRefused
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    Type,
    admit,
    double,
    list_of,
)
from interlock.v1.value_pb2 import Value
from interlock.worker.wire import json_form, read_value, write_value

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
TYPED = st.one_of(
    st.tuples(st.just(STRING), st.text()),
    st.tuples(st.just(BOOL), st.booleans()),
    st.tuples(st.just(INT), NUMBERS),
    st.tuples(st.just(double(3)), st.integers(-(10**14), 10**14)),
    st.tuples(st.just(TIMESTAMP), st.integers(0, 4_000_000_000_000)),
    st.tuples(st.just(DURATION), st.integers(-(10**12), 10**12)),
    st.tuples(st.just(list_of(INT)), st.lists(NUMBERS, max_size=4).map(tuple)),
)


@given(TYPED)
def test_a_value_survives_the_way_out_and_back(typed: tuple[Type, Any]) -> None:
    type_, value = typed

    python = read_value(write_value(value, type_))

    assert admit({"x": Field(type_)}, {"x": json_form(python)}, {}) == {"x": value}


def test_a_value_of_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(ExecutionRefused, match="update the SDK"):
        read_value(Value())


@pytest.mark.parametrize("value", [None, b"bytes", object(), {"a": 1}])
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is no value"):
        json_form(value)


@pytest.mark.parametrize(("type_", "value"), [(STRING, 1), (INT, "1"), (list_of(INT), 1)])
def test_a_value_that_is_not_of_its_type_is_not_written(type_: Type, value: Any) -> None:
    with pytest.raises(TypeError, match="is no"):
        write_value(value, type_)
