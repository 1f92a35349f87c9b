"""YAML values for typed fields: constants, templates, lists."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.language.expression import (
    OPEN,
    ExpressionError,
    Scope,
    check_argument,
    compile_argument,
)
from interlock.language.values import (
    ANY,
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    Field,
    double,
    list_of,
)

SCOPE = Scope(
    {
        "s": Field(STRING),
        "n": Field(INT),
        "x": Field(double()),
        "at": Field(TIMESTAMP),
        "tags": Field(list_of(STRING)),
    }
)
ROW = {"s": "a", "n": 7, "x": 120_000, "at": 5, "tags": ("p", "q")}


def given(value, field, **more):
    return compile_argument(value, SCOPE, field, **more)(ROW, {})


def faults(value, field, scope=SCOPE):
    found = []
    check_argument(value, scope, field, found)
    return [(one.code, one.message, one.hint) for one in found]


@pytest.mark.parametrize(
    ("value", "type_", "units"),
    [
        ("a", STRING, "a"),
        ("$${x}", STRING, "${x}"),
        ("${s}-${n}", STRING, "a-7"),
        (5, INT, 5),
        (5, double(2), 500),
        (Decimal("0.7"), double(), 700_000),
        (True, BOOL, True),
        ("5m", DURATION, 300_000),
        ("1970-01-01T00:00:01Z", TIMESTAMP, 1_000),
        ("${n}", INT, 7),
        ("${n}", double(2), 700),
        ("${x}", double(), 120_000),
        ("${x}", double(1), 1),
        ("${x > 0.1 ? 0.9 : 0.75}", double(), 900_000),
        ("${at + duration('1s')}", TIMESTAMP, 1_005),
        ("${tags}", list_of(STRING), ("p", "q")),
        (["a", "${s}"], list_of(STRING), ("a", "a")),
        ([1, "${x}", Decimal("0.5")], list_of(double(2)), (100, 12, 50)),
        ([], list_of(INT), ()),
        ("${n * 9007199254740991}", INT, UNKNOWN),
        ("${n * 9007199254740991}", double(), UNKNOWN),
        ("${n / 0}", double(), UNKNOWN),
        (["${n / 0}"], list_of(INT), UNKNOWN),
        ("a ${n / 0}", STRING, "a (unknown)"),
        ("a", ANY, "a"),
        ("${x}", ANY, 120_000),
    ],
)
def test_an_argument_gives_units_of_its_target(value, type_, units):
    assert given(value, Field(type_)) == units


def test_a_strict_text_is_unknown_as_a_whole():
    assert given("a ${n / 0}", Field(STRING), strict=True) is UNKNOWN
    assert given("a ${n}", Field(STRING), strict=True) == "a 7"


@pytest.mark.parametrize(
    ("value", "field", "fault"),
    [
        (5, Field(STRING), ("RV202", "expected string, found 5; quote it", None)),
        ("x", Field(INT), ("RV202", "expected int, found text 'x'", None)),
        (
            "5x",
            Field(DURATION),
            ("RV202", "'5x' is not a duration; write for example 90s, 5m or 1h30m", None),
        ),
        (None, Field(STRING), ("RV202", "expected string, found nothing", None)),
        (["a"], Field(STRING), ("RV202", "expected string, found a list", None)),
        ("a", Field(list_of(STRING)), ("RV202", "expected list<string>, found text 'a'", None)),
        ("${n}", Field(STRING), ("RV202", "expected string, found int", "write ${string(…)}")),
        ("${s}", Field(INT), ("RV202", "expected int, found string", None)),
        ("${x}", Field(INT), ("RV202", "expected int, found double", None)),
        ("${s} ", Field(INT), ("RV202", "expected int, found string", None)),
        ("${zz}", Field(INT), ("RV201", "unknown field 'zz'", 'quote it if it is text: "zz"')),
        ("${n", Field(INT), ("RE100", "'${' has no closing '}'", None)),
        (
            "prd",
            Field(STRING, enum=("prod",)),
            ("RV206", "expected one of prod, found prd", "did you mean 'prod'?"),
        ),
        (5, Field(INT, max=3), ("RV205", "expected at most 3, found 5", None)),
        (
            "A",
            Field(STRING, pattern="[a-z]"),
            ("RV205", "expected text matching [a-z], found A", None),
        ),
        (
            Decimal("0.001"),
            Field(double(2)),
            ("RV202", "1e-3, which needs more than 2 decimal digits", None),
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_refused(value, field, fault):
    assert faults(value, field) == [fault]


def test_a_fault_in_a_list_says_in_which_item_and_where():
    found = []

    check_argument(["a", ["${zz}"], "x ${yy}"], SCOPE, Field(list_of(STRING)), found)

    assert [(one.within, one.start, one.end) for one in found] == [
        ((1,), 0, 1),
        ((2,), 4, 6),
    ]


def test_an_undeclared_value_fits_everything():
    assert faults("${dep.x}", Field(INT), Scope({}, {"dep": OPEN})) == []


def test_the_first_fault_is_raised_when_nothing_collects_them():
    with pytest.raises(ExpressionError, match="quote it"):
        compile_argument(5, SCOPE, Field(STRING))
