"""Text forms of values: what is read, what is refused, what is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Kind,
    Type,
    decimal_parts,
    double,
    format_decimal,
    format_duration,
    format_timestamp,
    format_value,
    list_of,
    parse_decimal,
    parse_duration,
    parse_integer,
    parse_timestamp,
    parse_type,
)


@pytest.mark.parametrize(
    ("text", "ms"),
    [("90s", 90_000), ("1h30m", 5_400_000), ("0s", 0), ("1w1d", 691_200_000), ("5ms", 5)],
)
def test_a_duration_is_read_in_milliseconds(text, ms):
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text", ["", "5", "5x", "-5m", "1.5h", "m", "5 m", "1m1h", "1m1m", "5m ", "٣m", "9" * 30 + "m"]
)
def test_a_duration_in_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_duration_beyond_the_largest_integer_is_refused():
    with pytest.raises(ValueError, match="longer than"):
        parse_duration("9999999999999999h")


def test_a_negative_duration_is_shown_with_a_sign():
    assert format_duration(-90_061_001) == "-1d1h1m1s1ms"


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-02T09:00:00.5Z", 1_772_442_000_500),
        ("2026-03-02t10:00:00+01:00", 1_772_442_000_000),
        ("2026-03-02T09:00:00.123999999z", 1_772_442_000_123),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ],
)
def test_a_timestamp_is_read_in_milliseconds_since_1970(text, ms):
    assert parse_timestamp(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-03-02T09:00:00",
        "2026-03-02 09:00:00Z",
        "2026-02-30T09:00:00Z",
        "2026-03-02T09:00:60Z",
        "2026-03-02T09:00:00+25:00",
        "0001-01-01T00:00:00+01:00",
        "now",
    ],
)
def test_a_timestamp_in_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match=text[:4]):
        parse_timestamp(text)


def test_a_timestamp_shows_milliseconds_only_when_there_are_some():
    assert format_timestamp(1_500) == "1970-01-01T00:00:01.500Z"
    assert format_timestamp(1_000) == "1970-01-01T00:00:01Z"


def test_a_timestamp_outside_the_calendar_has_no_text():
    with pytest.raises(ValueError, match="outside the years"):
        format_timestamp(10**17)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0.05", (5, 2)),
        ("-1.50", (-150, 2)),
        ("7", (7, 0)),
        ("1e3", (1000, 0)),
        ("1.5e-3", (15, 4)),
    ],
)
def test_a_decimal_is_read_exactly(text, parts):
    assert parse_decimal(text) == parts


@pytest.mark.parametrize("text", ["", ".5", "5.", "1e", "nan", "1e99", "0" * 41, "0x1", "1_000"])
def test_a_decimal_in_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match="is not a decimal number"):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["9007199254740992", "1.0", "", "1e3", " 1"])
def test_an_integer_out_of_form_or_bounds_is_refused(text):
    with pytest.raises(ValueError, match="is not a whole number"):
        parse_integer(text)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e99")])
def test_a_decimal_object_that_no_field_could_hold_is_refused(number):
    with pytest.raises(ValueError, match="is not a number"):
        decimal_parts(number)


def test_a_decimal_object_keeps_its_digits():
    assert decimal_parts(Decimal("-0.250")) == (-250, 3)
    assert decimal_parts(Decimal("2e2")) == (200, 0)


def test_a_decimal_is_shown_without_trailing_zeros():
    assert format_decimal(-120_000, 6) == "-0.12"
    assert format_decimal(5_000_000, 6) == "5"


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("string", STRING),
        ("double", double(6)),
        ("double(3)", double(3)),
        ("list<int>", list_of(INT)),
    ],
)
def test_a_type_is_read_by_its_name(text, type_):
    assert parse_type(text) == type_


def test_a_double_takes_the_scale_it_is_given():
    assert parse_type("list<double>", scale=2) == list_of(double(2))


@pytest.mark.parametrize(
    "text", ["strinng", "any", "list", "list<list<int>>", "double(16)", "map", ""]
)
def test_an_unknown_type_is_refused(text):
    with pytest.raises(ValueError, match=r"type|lists"):
        parse_type(text)


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        ("a", STRING, "a"),
        (True, BOOL, "true"),
        (5, INT, "5"),
        (1_500_000, double(), "1.5"),
        (90_000, DURATION, "1m30s"),
        (0, TIMESTAMP, "1970-01-01T00:00:00Z"),
        (10**17, TIMESTAMP, "100000000000000000"),
        ((1, 2), list_of(double(1)), "[0.1, 0.2]"),
        (False, Type(Kind.ANY), "false"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value, type_, text):
    assert format_value(value, type_) == text


def test_a_type_reads_as_its_author_wrote_it():
    assert str(list_of(double(3))) == "list<double>"
