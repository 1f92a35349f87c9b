"""Values and their texts: exact both ways, and refused where they cannot be."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from interlock.digest import MAX_INTEGER
from interlock.errors import SignalRejected
from interlock.language.values import (
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    Field,
    admit,
    double,
    format_decimal,
    format_duration,
    format_timestamp,
    parse_decimal,
    parse_duration,
    parse_timestamp,
    parse_type,
)

units = st.integers(-MAX_INTEGER, MAX_INTEGER)
scales = st.integers(0, 15)


@given(st.integers(0, MAX_INTEGER))
def test_a_duration_survives_its_text(ms):
    """parse(format(d)) == d."""
    assert parse_duration(format_duration(ms)) == ms


@given(st.integers(MIN_TIMESTAMP, MAX_TIMESTAMP))
def test_a_timestamp_survives_its_text(ms):
    """parse(format(t)) == t."""
    assert parse_timestamp(format_timestamp(ms)) == ms


@given(units, scales)
def test_a_decimal_survives_its_text(number, scale):
    """parse(format(x)) is the same number."""
    found, found_scale = parse_decimal(format_decimal(number, scale))

    assert Fraction(found, 10**found_scale) == Fraction(number, 10**scale)


@given(units, st.integers(-20, 20), scales)
def test_a_decimal_is_admitted_exactly_or_not_at_all(number, scale, declared):
    """admit([u, s]) is u/10^s in units of the declared scale; or no such whole number exists."""
    exact = Fraction(number) / Fraction(10) ** scale * 10**declared
    fits = exact.denominator == 1 and abs(exact) <= MAX_INTEGER

    try:
        found = admit({"x": Field(double(declared))}, {"x": [number, scale]}, {})
    except SignalRejected:
        assert not fits
    else:
        assert found == {"x": exact}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["at_ms", "ms", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)
declared = st.sampled_from(
    ["string", "int", "double", "bool", "timestamp", "duration", "list<string>", "list<double>"]
)


def refusal(fields, values, labels):
    """Return why values are not admitted, or None."""
    try:
        admit(fields, values, labels)
    except SignalRejected as found:
        return found
    return None


@given(declared, json_values, st.text(max_size=30))
def test_any_value_and_label_is_admitted_or_refused_by_name(name, value, label):
    """admit never raises anything but SignalRejected, which names the field."""
    field = {"x": Field(parse_type(name))}

    refusals = [refusal(field, {"x": value}, {}), refusal(field, {}, {"x": label})]

    assert all(one is None or one.details["field"] == "x" for one in refusals)
