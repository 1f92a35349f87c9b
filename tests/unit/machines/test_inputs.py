"""Values of actions are what their contract says, or are refused."""

import pytest

from interlock.errors import NotPermitted
from interlock.language.values import BOOL, DURATION, INT, STRING, Field, double, list_of
from interlock.machines.inputs import MAX_LENGTH, Shape, check_values

FIELDS = {
    "service": Field(STRING, pattern="[a-z]+"),
    "count": Field(INT, optional=True, min=1, max=9),
    "ratio": Field(double(3), optional=True),
    "wait": Field(DURATION, optional=True),
    "force": Field(BOOL, optional=True),
    "mode": Field(STRING, optional=True, enum=("soft", "hard")),
    "hosts": Field(list_of(STRING), optional=True),
    "text": Field(STRING, optional=True),
}


def check(**values):
    return check_values(FIELDS, values, owner="svc.restart", shapes={})


def test_values_come_back_sorted_by_name():
    found = check(text="hello", service="web", count=3, hosts=("a", "b"), force=True)

    assert list(found.items()) == [
        ("count", 3),
        ("force", True),
        ("hosts", ("a", "b")),
        ("service", "web"),
        ("text", "hello"),
    ]


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({}, "service", "string"),
        ({"service": "web", "other": 1}, "other", "no field of that name"),
        ({"service": 7}, "service", "string"),
        ({"service": "web", "count": True}, "count", "int"),
        ({"service": "web", "count": "3"}, "count", "int"),
        ({"service": "web", "force": 1}, "force", "bool"),
        ({"service": "web", "ratio": "0.5"}, "ratio", "double"),
        ({"service": "web", "wait": "5m"}, "wait", "duration"),
        ({"service": "web", "hosts": "a"}, "hosts", "list<string>"),
        ({"service": "web", "hosts": ("a", 1)}, "hosts", "list<string>"),
        ({"service": "web", "count": 0}, "count", "at least 1"),
        ({"service": "web", "count": 10}, "count", "at most 9"),
        ({"service": "web", "mode": "wild"}, "mode", "one of soft, hard"),
        ({"service": "web1"}, "service", "text matching [a-z]+"),
        ({"service": "web\n"}, "service", "text without control characters"),
    ],
)
def test_a_value_that_is_not_what_the_field_says_is_refused(values, field, expected):
    with pytest.raises(NotPermitted) as refused:
        check(**values)

    assert refused.value.details["field"] == field
    assert refused.value.details["expected"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * (MAX_LENGTH + 1), f"at most {MAX_LENGTH} characters"),
        ("--force", "text that does not begin with '-'"),
        ("a\x00b", "text without control characters"),
        ("a\nb", "text without control characters"),
        ("a\x7fb", "text without control characters"),
        ("a\x9bb", "text without control characters"),
        ("a\u2028b", "text without control characters"),
    ],
)
def test_a_text_that_could_do_harm_is_refused(text, expected):
    with pytest.raises(NotPermitted) as refused:
        check(service="web", text=text)

    assert refused.value.details["expected"] == expected


@pytest.mark.parametrize("text", ["x" * MAX_LENGTH, "a-b", "", "naïve — ok", "a b"])
def test_an_ordinary_text_passes(text):
    assert check(service="web", text=text)["text"] == text


def test_the_items_of_a_list_are_texts_too():
    with pytest.raises(NotPermitted, match="does not begin with '-'"):
        check(service="web", hosts=("a", "-b"))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (Shape(multiline=True), "a\n\tb"),
        (Shape(leading_dash=True), "-b"),
        (Shape(max_length=2000), "x" * 2000),
    ],
)
def test_a_shape_can_allow_more(shape, text):
    found = check_values({"text": Field(STRING)}, {"text": text}, owner="a", shapes={"text": shape})

    assert found == {"text": text}


def test_without_shapes_texts_are_only_typed():
    found = check_values({"text": Field(STRING)}, {"text": "-\n"}, owner="a")

    assert found == {"text": "-\n"}


def test_a_refusal_shows_at_most_eighty_characters_of_the_value():
    with pytest.raises(NotPermitted) as refused:
        check(service="web", text="-" + "x" * 500)

    assert len(refused.value.details["found"]) == 80
