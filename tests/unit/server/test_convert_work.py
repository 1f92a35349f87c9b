"""Values to a worker and back."""

from __future__ import annotations

import pytest

from interlock.errors import InvariantBroken, SignalRejected
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    JsonValue,
    Type,
    Value,
    double,
    list_of,
)
from interlock.server.convert_work import read_value, write_value
from interlock.v1 import value_pb2 as wire


@pytest.mark.parametrize(
    ("value", "type_", "form"),
    [
        ("ü", STRING, "ü"),
        (-(2**53) + 1, INT, -(2**53) + 1),
        (True, BOOL, True),
        (125, double(3), [125, 3]),
        (-5, double(0), [-50, 1]),  # the same number, at the scale of its shortest form
        (-1, TIMESTAMP, {"at_ms": -1}),
        (1_795_422_647_101, TIMESTAMP, {"at_ms": 1_795_422_647_101}),
        (-1500, DURATION, {"ms": -1500}),
        (("a", "b"), list_of(STRING), ["a", "b"]),
        ((1500,), list_of(DURATION), [{"ms": 1500}]),
        ((), list_of(INT), []),
    ],
)
def test_a_value_comes_back_as_it_was_sent(value: Value, type_: Type, form: JsonValue) -> None:
    assert form == read_value(write_value(value, type_), "x")


@pytest.mark.parametrize(
    ("value", "type_"), [("x", INT), (1, STRING), ((1,), INT), ("x", list_of(STRING))]
)
def test_a_value_that_is_not_of_its_type_is_our_own_bug(value: Value, type_: Type) -> None:
    with pytest.raises(InvariantBroken):
        write_value(value, type_)


def items(count: int) -> wire.Value:
    return wire.Value(list_value=wire.ValueList(values=[wire.Value(int_value=1)] * count))


def test_a_list_has_at_most_1024_items_and_no_lists() -> None:
    assert 1024 == len(read_value(items(1024), "x"))  # type: ignore[arg-type]  # a list
    with pytest.raises(SignalRejected, match="at most 1024 items"):
        read_value(items(1025), "x")
    with pytest.raises(SignalRejected, match="a list in a list"):
        read_value(wire.Value(list_value=wire.ValueList(values=[items(1)])), "x")
