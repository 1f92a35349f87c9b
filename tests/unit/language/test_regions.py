"""Conditions of which something can be told for certain, and their neighbours of which not."""

from __future__ import annotations

import pytest

from interlock.language.expression import Scope, parse
from interlock.language.expression.check import resolve
from interlock.language.regions import Truth, Variable, meet, truth_of
from interlock.language.values import BOOL, DURATION, INT, STRING, TIMESTAMP, Field, double, list_of

FIELDS = {
    "ratio": Field(double(), min=0, max=1_000_000),
    "count": Field(INT),
    "level": Field(INT, enum=(1, 2, 3)),
    "colour": Field(STRING, enum=("blue", "green", "red")),
    "note": Field(STRING, optional=True),
    "name": Field(STRING),
    "up": Field(BOOL),
    "at": Field(TIMESTAMP),
    "took": Field(DURATION, min=0),
    "tags": Field(list_of(STRING)),
}
SCOPE = Scope(FIELDS, {"err": FIELDS}, frozenset({("", "note"), ("err", "note")}))


def truth(text: str) -> Truth:
    return truth_of(resolve(parse(text), SCOPE, []), {"": "own"})


@pytest.mark.parametrize(
    "text",
    [
        "ratio >= 0",
        "ratio < 0.5 || ratio >= 0.5",
        "level in [1, 2, 3]",
        "level < 4",
        'colour != "black"',
        'colour == "red" || colour.size() > 3',
        "up || !up",
        "up ? ratio <= 1 : ratio >= 0",
        'has(note) ? note != "x" || note == "x" : ratio >= 0',
        "count + 1 > count",
        "at - err.at < duration('1m') || err.at + duration('1m') <= at".replace("'", '"'),
        "name == err.name || err.name != name",
        "name < err.name || name >= err.name",
        '"a" in tags || !("a" in tags)',
    ],
)
def test_what_is_always_true_is_told(text: str) -> None:
    assert truth(text).not_true == ()


@pytest.mark.parametrize(
    "text",
    [
        "ratio > 1",
        "ratio * 2 > 2.000001",
        "count * 2 == 3",
        "level > 1 && level < 2",
        "level + 1 < 2",
        'colour == "black"',
        'colour.startsWith("x")',
        'colour in ["red"] && colour in ["blue"]',
        'colour == "red" && colour != "red"',
        "up && !up",
        "!has(note) && has(note)",
        'at - err.at > duration("5m") && at < err.at + duration("4m")',
        "ratio + err.ratio > 2",
        "name == err.name && err.name != name",
        'name.matches("a+") && !name.matches("a+")',
        '-took > duration("1s")',
    ],
)
def test_what_is_never_true_is_told(text: str) -> None:
    assert truth(text).true == ()


@pytest.mark.parametrize(
    "text",
    [
        "ratio > 0",
        "ratio < 1",
        "count * 2 == 4",
        "level != 2",
        'colour != "red"',
        'colour.endsWith("e")',
        'note == "x" || note != "x"',  # unknown where it is missing
        "1 / count > 0 || 1 / count <= 0",  # unknown where it is 0
        'name.matches("a+")',
        "name == err.name",
        'at - err.at < duration("5m")',
        "tags[0] == tags[0]",
        "ratio + err.ratio > 1.9",
    ],
)
def test_nothing_is_told_of_what_depends(text: str) -> None:
    found = truth(text)

    assert found.true
    assert found.not_true


@pytest.mark.parametrize(
    ("one", "other", "implied"),
    [
        ("ratio > 0.5", "ratio > 0.3", True),
        ("ratio > 0.3", "ratio > 0.5", False),
        ("ratio > 0.5", "ratio >= 0.500001", True),  # six digits
        ("level == 2", "level in [1, 2]", True),
        ('colour == "red"', 'colour.contains("e")', True),
        ('colour.contains("e")', 'colour == "red"', False),
        ('note == "x"', "has(note)", True),
        ("count > 3 && count < 5", "count == 4", True),
        ('at - err.at < duration("1m")', 'err.at - at > duration("-1m")', False),
        ('at - err.at < duration("1m")', 'err.at > at - duration("2m")', True),
        ("err.name == name", "name == err.name", True),
    ],
)
def test_what_follows_from_a_condition_is_told(one: str, other: str, implied: bool) -> None:
    assert (meet(truth(one).true, truth(other).not_true) == ()) is implied


def test_conditions_of_two_elements_speak_of_different_fields() -> None:
    first = truth_of(resolve(parse("ratio > 0.5"), SCOPE), {"": "a"})
    second = truth_of(resolve(parse("err.ratio < 0.5"), SCOPE), {"err": "b"})
    same = truth_of(resolve(parse("err.ratio < 0.5"), SCOPE), {"err": "a"})

    assert meet(first.true, second.true)
    assert not meet(first.true, same.true)
    assert list(first.true[0]) == [Variable("field", "a", "ratio")]


def test_what_is_too_large_to_handle_may_be_anything() -> None:
    product = " * ".join(["(count * count * count * count * count)"] * 9)
    many = " && ".join(f'(count != {n} || name == "{n}")' for n in range(9))

    assert truth(f"{product} != 1").not_true
    assert truth(many).true


BOUNDED = {name: Field(INT, min=0, max=100) for name in ("a", "b", "c")}
BOUNDED["maybe"] = Field(INT, min=0, max=100, optional=True)


def together(*texts: str) -> tuple:
    """Return the region of conditions on three numbers from 0 to 100."""
    scope = Scope(BOUNDED, {}, frozenset({("", "maybe")}))
    truths = [truth_of(resolve(parse(text), scope, []), {"": "own"}) for text in texts]
    return meet(*(one.true for one in truths))


@pytest.mark.parametrize(
    "texts",
    [
        ("a > 60", "b > 60", "a + b < 100"),
        ("a + b < 100", "a > 60", "b > 60"),
        ("a + b < 10", "a > 8", "b > 8"),
        ("a <= 10", "b <= 10", "a + b > 20"),
        ("a - b > 50", "b > 60"),
        ("2 * a - 3 * b == 0", "a > 90", "b < 30"),
        ("a + b + c > 250", "a < 50"),
    ],
)
def test_a_sum_that_its_parts_cannot_add_up_to_is_nowhere(texts: tuple[str, ...]) -> None:
    assert together(*texts) == ()


@pytest.mark.parametrize(
    "texts",
    [
        ("a > 60", "b > 60", "a + b <= 122"),
        ("a <= 10", "b <= 10", "a + b >= 20"),
        ("a - b >= 40", "b >= 60"),
        ("a + b + c > 250", "a <= 51"),
        ("a > 10", "b > 10", "!has(maybe) || a + maybe > 200"),
        ("a > b", "b > c", "c > a"),  # so it is, and intervals cannot tell
    ],
)
def test_nothing_is_told_of_a_sum_that_may_be_reached(texts: tuple[str, ...]) -> None:
    assert together(*texts) != ()
