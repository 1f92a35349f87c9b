"""``exists`` and ``all``: ``||`` and ``&&`` over the items of one list."""

from __future__ import annotations

import pytest

from interlock.language.expression import (
    ExpressionError,
    Scope,
    check,
    compile_expression,
    parse,
    print_expression,
    reads,
)
from interlock.language.values import INT, STRING, UNKNOWN, Field, double, list_of

FIELDS = {
    "service": Field(STRING),
    "limit": Field(INT),
    "tags": Field(list_of(STRING), enum=("eu", "us", "ap")),
    "loads": Field(list_of(double(1)), min=0, max=1_000),
    "later": Field(list_of(INT), optional=True),
}
SCOPE = Scope(FIELDS, {"err": FIELDS}, frozenset({("", "later"), ("err", "later")}))
ROW = {"service": "shop", "limit": 5, "tags": ("eu", "us"), "loads": (25, 75)}


def value(source, row=ROW):
    return compile_expression(parse(source), SCOPE)(row, {"err": {**ROW, "tags": ()}})


def faults(source):
    found = []
    check(parse(source), SCOPE, found)
    return [(one.code, source[one.start : one.end]) for one in found]


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ('tags.exists(tag, tag == "us")', True),
        ('tags.exists(tag, tag == "ap")', False),
        ("tags.all(tag, tag.size() == 2)", True),
        ('tags.all(tag, tag.startsWith("e"))', False),
        ("loads.exists(load, load > limit)", True),
        ("loads.all(load, load > limit)", False),
        ("loads.exists(load, load == 2.5) && limit == 5", True),
        ('!err.tags.exists(tag, tag == "eu")', True),
        ("err.tags.all(tag, tag == service)", True),
    ],
)
def test_a_quantifier_tests_every_item(source, truth):
    assert truth is value(source)


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ("later.exists(one, one == 1)", UNKNOWN),
        ("loads.exists(load, load / (load - 2.5) > 1)", True),
        ("loads.exists(load, load / (load - 2.5) > 99)", UNKNOWN),
        ("loads.all(load, load / (load - 2.5) > 99)", False),
        ("loads.all(load, load / (load - 2.5) > 1)", UNKNOWN),
    ],
)
def test_what_cannot_be_known_of_an_item_decides_nothing(source, truth):
    assert truth is value(source)


def test_a_missing_list_is_unknown_only_while_it_is_missing():
    assert True is value("later.exists(one, one == 1)", {**ROW, "later": (0, 1)})


def test_the_name_of_an_item_is_no_field():
    node = parse("tags.exists(tag, tag == service) || limit == 1")

    assert {("", "tags"), ("", "service"), ("", "limit")} == reads(node)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('tags.exists(limit, limit == "eu")', [("RV214", 'tags.exists(limit, limit == "eu")')]),
        ('tags.exists(err, err == "eu")', [("RV214", 'tags.exists(err, err == "eu")')]),
        ("limit.exists(one, one == 1)", [("RV202", "limit")]),
        ("tags.exists(tag, tag)", [("RV202", "tag")]),
        ("tags.exists(tag, tga == 1)", [("RV201", "tga")]),
        ("tags.exists(tag, tag.name == 1)", [("RV202", "tag.name")]),
        ('tags.exists(tag, tag == "uk")', [("RV206", '"uk"')]),
        ("loads.exists(load, load > 100.5)", [("RV205", "100.5")]),
        ("exists(tags, tag)", [("RV201", "tag"), ("RV203", "exists(tags, tag)")]),
        (
            "tags.exists(tag, loads.all(load, load == 1 && tag == service))",
            [("RE102", "loads.all(load, load == 1 && tag == service)")],
        ),
    ],
)
def test_a_quantifier_written_wrong_is_told_where(source, found):
    assert sorted(found) == sorted(faults(source))


@pytest.mark.parametrize("source", ["tags.exists(tag)", 'tags.all("a", true)', "tags.all()"])
def test_a_quantifier_takes_a_name_and_a_condition(source):
    with pytest.raises(ExpressionError, match="a name for the item and a condition"):
        parse(source)


def test_a_quantifier_prints_as_it_is_read():
    source = 'err.tags.exists(tag, tag == "eu" || tag == service)'

    assert source == print_expression(parse(source))


def test_a_field_may_still_be_called_like_a_quantifier():
    scope = Scope({"all": Field(INT), "exists": Field(INT)})

    assert 3 == compile_expression(parse("all + exists"), scope)({"all": 1, "exists": 2}, {})
