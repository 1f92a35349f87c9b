"""What a condition proves present."""

from __future__ import annotations

import pytest

from interlock.language.expression import OPEN, Scope, parse, proven, refuted
from interlock.language.values import ANY

X, Y = ("", "x"), ("err", "y")


@pytest.mark.parametrize(
    ("source", "present"),
    [
        ("has(x)", {X}),
        ("has(x) && a && has(err.y)", {X, Y}),
        ("has(x) && a || has(x) && b", {X}),
        ("has(x) || has(err.y)", set()),
        ("!(!has(x) || a)", {X}),
        ("has(x) ? has(err.y) : has(err.y)", {Y}),
        ("has(x) ? a : has(x)", {X}),
        ("!has(x)", set()),
        ("x == 1", set()),
        ("has(x) == true", set()),
    ],
)
def test_a_true_condition_proves_fields_present(source, present):
    assert proven(parse(source)) == present


def test_a_false_condition_proves_fields_present_too():
    assert refuted(parse("!has(x) || a")) == {X}
    assert refuted(parse("has(x)")) == set()


def test_a_scope_learns_what_is_present():
    assert Scope({}).knowing(frozenset({X})).knowing(frozenset({Y})).present == {X, Y}


def test_the_fields_of_something_undeclared_are_whatever_is_asked():
    assert "anything" in OPEN
    assert OPEN["anything"].type == ANY
    assert (list(OPEN), len(OPEN)) == ([], 0)
