"""What matchers may index, with constants exactly in units of the field."""

from __future__ import annotations

import pytest

from interlock.language.expression import (
    Comparison,
    ExpressionError,
    FieldJoin,
    Predicate,
    Scope,
    classify,
    parse,
)
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    double,
    list_of,
)

FIELDS = {
    "s": Field(STRING),
    "n": Field(INT),
    "x": Field(double()),
    "y": Field(double(2)),
    "ok": Field(BOOL),
    "at": Field(TIMESTAMP),
    "took": Field(DURATION),
    "tags": Field(list_of(STRING)),
    "t": Field(STRING, optional=True),
}
SCOPE = Scope(FIELDS, {"err": FIELDS, "dep": FIELDS}, frozenset({("", "t")}))
NEVER = ("in", ())


def classified(source):
    return classify(parse(source), SCOPE)


@pytest.mark.parametrize(
    ("source", "field", "operator", "constant"),
    [
        ('s == "a"', "s", "==", "a"),
        ('"a" != s', "s", "!=", "a"),
        ('t == "a"', "t", "==", "a"),
        ('s in ["a", "b", "a"]', "s", "in", ("a", "b")),
        ("x > 0.05", "x", ">", 50_000),
        ("0.05 > x", "x", "<", 50_000),
        ("5 <= x", "x", ">=", 5_000_000),
        ("x > 0.0000001", "x", ">", 0),
        ("x >= 0.0000001", "x", ">=", 1),
        ("x < 0.0000001", "x", "<", 1),
        ("x <= 0.0000001", "x", "<=", 0),
        ("x > -0.0000001", "x", ">", -1),
        ("x < -0.0000001", "x", "<", 0),
        ("x == 0.0000001", "x", *NEVER),
        ("x == 0.0000010", "x", "==", 1),
        ("x in [0.5, 0.0000001]", "x", "in", (500_000,)),
        ("x in [0.0000001]", "x", *NEVER),
        ("n < 5.5", "n", "<", 6),
        ("n == 5.0", "n", "==", 5),
        ("x > 9007199254740991", "x", *NEVER),
        ("x == 9007199254740991", "x", *NEVER),
        ("x < -9007199254740991", "x", *NEVER),
        ("ok", "ok", "==", True),
        ("!ok", "ok", "==", False),
        ("ok == false", "ok", "==", False),
        ('took < duration("5m")', "took", "<", 300_000),
        ('at >= timestamp("1970-01-01T00:00:01Z")', "at", ">=", 1_000),
    ],
)
def test_a_field_against_constants_is_a_comparison(source, field, operator, constant):
    assert classified(source) == Comparison(field, operator, constant)


@pytest.mark.parametrize(
    ("source", "join"),
    [
        ("s == err.s", FieldJoin("s", "==", "err", "s")),
        ("err.s == s", FieldJoin("s", "==", "err", "s")),
        ("at > dep.at", FieldJoin("at", ">", "dep", "at")),
        ("dep.at >= at", FieldJoin("at", "<=", "dep", "at")),
        ("x == err.x", FieldJoin("x", "==", "err", "x")),
    ],
)
def test_a_field_against_one_of_another_element_is_a_join(source, join):
    assert classified(source) == join


@pytest.mark.parametrize(
    ("source", "aliases"),
    [
        ("x != 0.0000001", set()),
        ("x < 9007199254740991", set()),
        ("x > -9007199254740991", set()),
        ("s == t", set()),
        ("has(t)", set()),
        ('s.startsWith("a")', set()),
        ('"a" in tags', set()),
        ("n + 1 == 2", set()),
        ("n in [n, 1]", set()),
        ('s == "a" || ok', set()),
        ("x == y", set()),
        ("x == err.y", {"err"}),
        ("n == err.x", {"err"}),
        ("err.s == dep.s", {"err", "dep"}),
        ("err.ok", {"err"}),
        ('err.s == "a"', {"err"}),
        ('s in ["a", err.s]', {"err"}),
        ('at - err.at < duration("5m")', {"err"}),
        ("!err.ok", {"err"}),
    ],
)
def test_anything_else_is_a_predicate(source, aliases):
    assert classified(source) == Predicate(frozenset(aliases))


def test_what_does_not_pass_the_check_has_no_class():
    with pytest.raises(ExpressionError):
        classified("zzz == 1")
