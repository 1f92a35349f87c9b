"""Law: a value takes a template's place as a whole, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.engine.executors.placeholders import Literal, Placeholder, parse_template
from interlock.errors import ExecutionRefused
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    Field,
    Type,
    double,
    list_of,
)

FIELDS = {"name": Field(STRING), "names": Field(list_of(STRING))}


@pytest.mark.parametrize(
    "text", ["plain", "--", "-c", "", "{", "{}", "{a b}", "{1}", "$(x)", "{{", "{other.id}"]
)
def test_text_without_a_placeholder_is_literal(text: str) -> None:
    assert parse_template(text, FIELDS) == Literal(text)


def test_an_input_is_found_by_name() -> None:
    assert parse_template("{name}", FIELDS) == Placeholder("name", FIELDS["name"])


def test_an_attribute_of_the_target_is_found_by_name() -> None:
    assert parse_template("{target.id}", FIELDS) == Placeholder("id", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("--name={name}", "must be the whole text"),
        ("{name}{name}", "must be the whole text"),
        ("{name} ", "must be the whole text"),
        ("x{target.id}", "must be the whole text"),
        ("{nmae}", "declared are: name, names"),
        ("{names}", "is a list"),
    ],
)
def test_other_placeholders_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_template(text, FIELDS)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (STRING, "web", "web"),
        (INT, -5, "-5"),
        (BOOL, True, "true"),
        (BOOL, False, "false"),
        (double(2), 150, "1.5"),
        (DURATION, 90_000, "90000"),
    ],
)
def test_a_value_has_one_text(type_: Type, value: Any, expected: str) -> None:
    assert Placeholder("x", Field(type_)).text(value) == expected


def test_a_list_has_no_text() -> None:
    with pytest.raises(ExecutionRefused, match="is a list"):
        Placeholder("x", None).text(("a",))


def test_an_attribute_the_target_lacks_is_refused() -> None:
    attribute = Placeholder("port", None)

    for target in (None, {"id": "web"}):
        with pytest.raises(ExecutionRefused, match="no attribute 'port'"):
            attribute.value({}, target)


def test_an_input_never_stands_for_an_attribute() -> None:
    found = Placeholder("id", None).value({"id": "from the signal"}, {"id": "from the inventory"})

    assert found == "from the inventory"
