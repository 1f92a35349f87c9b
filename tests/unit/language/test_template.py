"""Text with expressions in it."""

from __future__ import annotations

import pytest

from interlock.language.expression import (
    MOMENT,
    ExpressionError,
    Scope,
    Template,
    check_template,
    compile_template,
    parse,
)
from interlock.language.values import (
    INT,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    Field,
    double,
)

SCOPE = Scope(
    {"s": Field(STRING), "n": Field(INT), "x": Field(double()), "t": Field(STRING, optional=True)},
    {MOMENT: {"at": Field(TIMESTAMP)}, "err": {"at": Field(TIMESTAMP)}},
)
ROW = {"s": "a", "n": 7, "x": 120_000}
ENV = {MOMENT: {"at": 90_000}, "err": {"at": 30_000}}


def filled(text, **more):
    return compile_template(text, SCOPE, **more)(ROW, ENV)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${n}", 7),
        ("${n > 5}", True),
        ("${ x }", 120_000),
        ("${s}", "a"),
        ("${n / 0}", UNKNOWN),
        ("${n * 9007199254740991}", UNKNOWN),
    ],
)
def test_a_template_that_is_one_expression_keeps_its_type(text, value):
    assert filled(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("plain } text", "plain } text"),
        ("${s} has ${percent(x)}", "a has 12 %"),
        ("${n}${n}", "77"),
        (" ${n}", " 7"),
        ("x=${x} ok=${n > 5}", "x=0.12 ok=true"),
        ('${"}"}${s + "${"}', "}a${"),
        ("$${s} costs 5$ $$${s}", "${s} costs 5$ $${s}"),
        ("n/0 is ${n / 0}, s is ${s}", "n/0 is (unknown), s is a"),
        ("x/0 is ${x / 0}", "x/0 is (unknown)"),
        ("${ago(err.at)} ago", "1m ago"),
    ],
)
def test_any_other_template_gives_text(text, value):
    assert filled(text) == value


def test_a_strict_template_is_unknown_as_a_whole():
    assert filled("n/0 is ${n / 0}", strict=True) is UNKNOWN
    assert filled("n is ${n}", strict=True) == "n is 7"


def test_a_template_knows_its_parts():
    template = Template("a ${s} b")

    assert template.parts == ("a ", parse("s"), " b")
    assert template.nodes == (parse("s"),)
    assert template.single is None
    assert template.constant is None
    assert Template("${s}").single == parse("s")
    assert Template("$${a} b").constant == "${a} b"
    assert Template("a") == Template("a")


def test_the_type_of_a_template_is_that_of_its_one_expression_or_text():
    assert check_template(Template("${n}"), SCOPE) == INT
    assert check_template(Template("${n} "), SCOPE) == STRING
    assert check_template(Template("5"), SCOPE) == STRING


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("é ${s ==} x", (8, 9)),
        ("${s} ${n", (5, 7)),
        ("a ${}", (4, 5)),
        ('${s} ${"a}', (7, 10)),
    ],
)
def test_a_template_that_does_not_parse_says_where(text, at):
    with pytest.raises(ExpressionError) as caught:
        Template(text)

    assert (caught.value.start, caught.value.end) == at


def test_every_fault_of_a_template_is_told_at_its_place():
    found = []

    check_template(Template("${zz} and ${n + s} and ${t}"), SCOPE, found)

    assert [(one.code, one.start, one.end) for one in found] == [
        ("RV201", 2, 4),
        ("RV202", 12, 17),
        ("RV204", 25, 26),
    ]


def test_a_template_with_a_fault_does_not_compile():
    with pytest.raises(ExpressionError):
        compile_template("${zz}", SCOPE)
