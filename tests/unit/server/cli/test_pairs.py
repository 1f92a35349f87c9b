"""``k=v`` arguments: typed by look, and never changed on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.server.cli.pairs import by_look, read_pairs, read_values
from interlock.server.inputs import InputRejected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("0", 0),
        ("-12", -12),
        ("007", "007"),
        ("+1", "+1"),
        ("9007199254740991", 9007199254740991),
        ("0.12", 0.12),
        ("-3.50", -3.5),
        (".5", ".5"),
        ("1e5", "1e5"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("", ""),
        ("5m", "5m"),
        ("nan", "nan"),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: object) -> None:
    found = by_look("x", text)

    assert (type(value), value) == (type(found), found)


@pytest.mark.parametrize(
    "text", ["9007199254740992", "-9007199254740992", "1" * 5000, "0.12345678901234567891"]
)
def test_a_number_the_wire_would_change_is_refused(text: str) -> None:
    with pytest.raises(InputRejected, match="x: expected a number of at most 15 digits"):
        by_look("x", text)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_a_decimal_arrives_as_it_was_written(number: object) -> None:
    """Law: a decimal of up to 12 digits is the shortest form of the double it becomes."""
    assert float(str(number)) == by_look("x", str(number))


def test_the_first_equals_sign_ends_the_name() -> None:
    assert read_pairs("--label", ["query=a=b", "empty="]) == {"query": "a=b", "empty": ""}


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["up"], "--value: expected name=value, found 'up'"),
        (["=1"], "--value: expected name=value, found '=1'"),
        (["a=1", "a=2"], "--value: 'a' is given twice"),
    ],
)
def test_a_pair_that_cannot_be_used_is_refused(pairs: list[str], message: str) -> None:
    with pytest.raises(InputRejected) as refusal:
        read_values("--value", pairs)

    assert message == str(refusal.value)
