"""The door for field values: every JSON form and label, exact or refused by name."""

from __future__ import annotations

import pytest

from interlock.errors import SignalRejected
from interlock.language.values import (
    ANY,
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    admit,
    double,
    list_of,
    violation,
)


def admitted(type_, value):
    return admit({"x": Field(type_)}, {"x": value}, {})["x"]


def refused(fields, values, labels=None):
    with pytest.raises(SignalRejected) as caught:
        admit(fields, values, labels or {})
    return caught.value.details


@pytest.mark.parametrize(
    ("type_", "value", "admitted_as"),
    [
        (STRING, "é", "é"),
        (INT, -3, -3),
        (INT, [30, 1], 3),
        (BOOL, True, True),
        (double(), [5, 2], 50_000),
        (double(), 2, 2_000_000),
        (double(2), [5, -1], 5_000),
        (TIMESTAMP, {"at_ms": 7}, 7),
        (DURATION, {"ms": -7}, -7),
        (list_of(double(1)), [[5, 1], 2], (5, 20)),
        (list_of(STRING), [], ()),
        (list_of(INT), {"list": [1, 2]}, (1, 2)),
        (list_of(double(1)), {"list": [[5, 1]]}, (5,)),
        (list_of(BOOL), [True, False], (True, False)),
        (double(1), [5, 1], 5),
    ],
)
def test_a_json_form_becomes_the_declared_type(type_, value, admitted_as):
    assert admitted(type_, value) == admitted_as
    assert type(admitted(type_, value)) is type(admitted_as)


@pytest.mark.parametrize(
    ("type_", "value", "found"),
    [
        (STRING, 5, "int 5"),
        (STRING, "\ud800", "lone surrogate"),
        (INT, True, "bool true"),
        (INT, "5", "text '5'"),
        (INT, [5, 1], "more than 0 decimal digits"),
        (INT, 2**53, "outside"),
        (BOOL, 1, "int 1"),
        (double(), [1, 7], "more than 6 decimal digits"),
        (double(), [2**53, 6], "outside"),
        (double(), [1, 10**9], "list of 2"),
        (double(), [True, 1], "list of 2"),
        (double(), [1, 2, 3], "list of 3"),
        (double(1), [5, True], "list of 2"),
        (TIMESTAMP, 5, "int 5"),
        (TIMESTAMP, {"at_ms": True}, "object with at_ms"),
        (TIMESTAMP, {"at_ms": 10**17}, "object with at_ms"),
        (DURATION, {"ms": 1, "s": 2}, "object with ms, s"),
        (DURATION, {}, "no keys"),
        (list_of(STRING), "ab", "text 'ab'"),
        (list_of(INT), [1, None], "null"),
        (list_of(INT), [1] * 1025, "list of 1025, more than 1024"),
        (double(), {"list": [1, 2]}, "object with list"),
        (STRING, 2**60, "int outside"),
        (ANY, "x", "unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_named(type_, value, found):
    details = refused({"x": Field(type_)}, {"x": value})

    assert details["field"] == "x"
    assert details["expected"] == str(type_)
    assert found in details["found"]


@pytest.mark.parametrize(
    ("type_", "label", "value"),
    [
        (STRING, "5", "5"),
        (INT, "-5", -5),
        (double(), "0.25", 250_000),
        (BOOL, "false", False),
        (TIMESTAMP, "1970-01-01T00:00:01Z", 1_000),
        (DURATION, "5m", 300_000),
    ],
)
def test_a_label_is_read_in_the_declared_type(type_, label, value):
    assert admit({"x": Field(type_)}, {}, {"x": label}) == {"x": value}


@pytest.mark.parametrize(
    ("type_", "label"),
    [
        (INT, "5.0"),
        (INT, ""),
        (double(), "1e-7"),
        (BOOL, "yes"),
        (TIMESTAMP, "yesterday"),
        (DURATION, "5"),
        (list_of(STRING), "a,b"),
        (STRING, "\udfff"),
    ],
)
def test_a_label_of_another_form_is_refused_and_shown(type_, label):
    assert "label" in refused({"x": Field(type_)}, {}, {"x": label})["found"]


def test_values_go_before_labels():
    assert admit({"x": Field(INT)}, {"x": 1}, {"x": "2"}) == {"x": 1}


def test_a_missing_required_field_is_refused():
    assert refused({"x": Field(INT)}, {"y": 1}, {"z": "2"})["found"] == "nothing"


def test_a_missing_optional_field_is_left_out():
    assert admit({"x": Field(INT, optional=True)}, {}, {}) == {}


def test_a_wrong_optional_field_is_refused_all_the_same():
    assert refused({"x": Field(INT, optional=True)}, {"x": "1"})["field"] == "x"


def test_what_is_not_declared_is_left_out():
    assert admit({}, {"x": 1}, {"y": "2"}) == {}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (Field(STRING, enum=("a", "b")), "c", "one of a, b"),
        (Field(double(1), min=5), 4, "at least 0.5"),
        (Field(DURATION, max=60_000), 60_001, "at most 1m"),
        (Field(STRING, pattern="[a-z]+"), "ab1", "text matching [a-z]+"),
        (Field(STRING, pattern="^a$"), "a\n", "text matching ^a$"),
        (Field(list_of(STRING), enum=("a",)), ("a", "b"), "one of a"),
        (Field(list_of(INT), max=3), (1, 4), "at most 3"),
    ],
)
def test_a_value_the_declaration_forbids_is_told_what_it_demands(field, value, expected):
    assert violation(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field(STRING, enum=("a",)), "a"),
        (Field(INT, min=1, max=3), 3),
        (Field(STRING, pattern="[a-z]+"), "abc"),
        (Field(BOOL), True),
        (Field(list_of(INT), min=1), (1, 2)),
    ],
)
def test_a_value_the_declaration_allows_has_no_violation(field, value):
    assert violation(field, value) is None


def test_a_forbidden_value_is_refused_with_what_was_found():
    details = refused({"x": Field(double(), max=1_000_000)}, {"x": [15, 1]})

    assert (details["expected"], details["found"]) == ("at most 1", "1.5")


def test_a_hostile_pattern_target_takes_linear_time():
    field = Field(STRING, pattern="(a+)+")

    assert violation(field, "a" * 50_000 + "b") is not None
