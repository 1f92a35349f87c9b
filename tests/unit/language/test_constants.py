"""What an author gives a field is read as the field has it, or reported where it stands."""

from __future__ import annotations

import pytest

from interlock.language import Field, Value, YamlValue, load_documents
from interlock.language.constants import SHOWN, read_constant
from interlock.language.values import DURATION, INT, STRING, list_of


def read(text: str, field: Field) -> tuple[Value | None, list[str]]:
    (document,) = load_documents(f"interlock: x/v1\nvalue: {text}\n", "d")
    value: YamlValue = document.data["value"]
    found = read_constant(document, ("value",), field, value)
    return found, [str(one) for one in document.diagnostics]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("5", Field(INT, max=5), 5),
        ("0", Field(INT), 0),
        ("5s", Field(DURATION), 5_000),
        ("[]", Field(list_of(INT), max=5), ()),
        ("[4, 5]", Field(list_of(INT), max=5), (4, 5)),
    ],
)
def test_what_fits_is_read_in_the_units_of_its_type(text, field, value):
    assert read(text, field) == (value, [])


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("x", Field(INT), "[RV202] expected int, found text 'x'"),
        ("6", Field(INT, max=5), "[RV205] expected at most 5, found 6"),
        ("b", Field(STRING, enum=("a",)), "[RV206] expected one of a, found b"),
        ("[4, 6, 7]", Field(list_of(INT), max=5), "[RV205] expected at most 5, found 6"),
        ("[a, b]", Field(list_of(STRING), enum=("a",)), "[RV206] expected one of a, found b"),
    ],
)
def test_what_does_not_fit_is_reported_with_what_was_found(text, field, said):
    found, reported = read(text, field)

    assert found is None
    assert reported == [f"d:2:8: error {said}"]


def test_a_long_value_is_not_repeated_in_full():
    _, reported = read("b" * 1_000, Field(STRING, enum=("a",)))

    assert reported[0].endswith("found " + "b" * SHOWN)
