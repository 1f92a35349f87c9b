"""Types and names: each fault once, with its code, place and hint; and what is clean."""

from __future__ import annotations

import pytest

from interlock.language.expression import (
    MOMENT,
    OPEN,
    ExpressionError,
    Scope,
    check,
    check_condition,
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
    "env": Field(STRING, enum=("prod", "staging")),
    "service": Field(STRING),
    "value": Field(double(), min=0, max=1_000_000),
    "count": Field(INT, min=1),
    "level": Field(INT, enum=(1, 2)),
    "ok": Field(BOOL),
    "at": Field(TIMESTAMP),
    "took": Field(DURATION, max=3_600_000),
    "tags": Field(list_of(STRING), enum=("a", "b")),
    "previous": Field(STRING, optional=True),
    "load": Field(double(2), optional=True),
}
SCOPE = Scope(FIELDS, {"err": FIELDS})


def faults(source, scope=SCOPE):
    found = []
    check(parse(source), scope, found)
    return [(one.code, source[one.start : one.end], one.hint) for one in found]


def codes(source, scope=SCOPE):
    return [code for code, _, _ in faults(source, scope)]


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ('env == "prod"', BOOL),
        ("count + 1", INT),
        ("count / 2 % 3", INT),
        ("count + 0.5", double(1)),
        ("value * load", double(8)),
        ("value / 3", double(6)),
        ("-value", double(6)),
        ('service + "x"', STRING),
        ("at - err.at", DURATION),
        ("at + took", TIMESTAMP),
        ("took + at", TIMESTAMP),
        ("took - took", DURATION),
        ("tags[0]", STRING),
        ("[1, 0.25]", list_of(double(2))),
        ("ok ? 1 : 0.5", double(1)),
        ("size(tags) + service.size()", INT),
        ('duration("5m")', DURATION),
        ('timestamp("2026-03-02T09:00:00Z")', TIMESTAMP),
        ("string(at)", STRING),
        ("percent(value)", STRING),
        ("has(previous)", BOOL),
        ('service.matches("^a")', BOOL),
        ('"a" in tags', BOOL),
    ],
)
def test_an_expression_has_a_type(source, type_):
    scope = SCOPE.knowing(frozenset({("", "load")}))

    assert check(parse(source), scope) == type_


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("vxlue > 0.5", [("RV201", "vxlue", "did you mean 'value'?")]),
        ("env == prd", [("RV201", "prd", 'quote it if it is text: "prd"')]),
        ("err.servixe == service", [("RV201", "servixe", "did you mean 'service'?")]),
        ("er.service == service", [("RV201", "er", "did you mean 'err'?")]),
        ("zzz.q == service", [("RV201", "zzz", "there are err")]),
        ("err == service", [("RV201", "err", "write err.<field>")]),
        ("service.x == 1", [("RV202", "service.x", None)]),
        ("err.service.x == 1", [("RV202", "err.service.x", None)]),
        (
            "vxlue > 1 && env == prd",
            [
                ("RV201", "vxlue", "did you mean 'value'?"),
                ("RV201", "prd", 'quote it if it is text: "prd"'),
            ],
        ),
    ],
)
def test_an_unknown_name_is_told_once_with_the_nearest(source, found):
    assert faults(source) == found


@pytest.mark.parametrize(
    ("source", "at", "hint"),
    [
        ('count > "5"', 'count > "5"', "write 5 without quotes"),
        ("service == 5", "service == 5", 'quote the value: "5"'),
        ("5 == service", "5 == service", 'quote the value: "5"'),
        ('took < "5m"', 'took < "5m"', 'write duration("5m")'),
        ("at - err.at < 15", "at - err.at < 15", 'write duration("15s")'),
        (
            'at > "2026-03-02T09:00:00Z"',
            'at > "2026-03-02T09:00:00Z"',
            'write timestamp("2026-03-02T09:00:00Z")',
        ),
        ('ok == "true"', 'ok == "true"', "write true without quotes"),
        ("ok < true", "ok < true", "compare with == or !="),
        ("tags < tags", "tags < tags", "compare with == or !="),
        (
            "service == count",
            "service == count",
            "compare values of one type, or declare the field so",
        ),
        ("service && ok", "service", None),
        ("ok || 1", "1", None),
        ("!service", "service", None),
        ("-service", "service", None),
        ("service - service", "service - service", None),
        ("value % 2", "value % 2", None),
        ("at + at", "at + at", None),
        ("service ? 1 : 2", "service", None),
        ('ok ? 1 : "a"', '"a"', "write a without quotes"),
        ("service in 5", "5", None),
        ('count in ["1"]', 'count in ["1"]', "write 1 without quotes"),
        ("count in tags", "count in tags", None),
        ('[1, "a"] == [1]', '"a"', None),
        ("size([])", "[]", None),
        ("count[0]", "count", None),
        ('tags["a"]', '"a"', None),
        ("size(1)", "1", None),
        ("size()", "size()", None),
        ("has(1)", "has(1)", "write has(field)"),
        ("has(env, ok)", "has(env, ok)", "write has(field)"),
        ('duration("5x")', '"5x"', "write for example 1h30m"),
        ('timestamp("x")', '"x"', "write for example 2026-03-02T09:00:00Z"),
    ],
)
def test_a_type_clash_is_told_where_it_is(source, at, hint):
    expected_hint = None if hint == "write a without quotes" else hint

    assert faults(source) == [("RV202", at, expected_hint)]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("sizee(tags)", "did you mean 'size'?"),
        ("zzzzzz(tags)", None),
        ('startsWith(service, "a")', "write x.startsWith(y)"),
        ('"5m".duration()', "write duration(x)"),
        ("ago(at)", "give it a duration, such as err.at - dep.at"),
    ],
)
def test_an_unknown_function_is_told_with_the_nearest(source, hint):
    [(code, _, found)] = faults(source)

    assert (code, found) == ("RV203", hint)


@pytest.mark.parametrize(
    "source",
    [
        'previous == "x"',
        'previous == "x" && has(previous)',
        'has(err.previous) && previous == "x"',
        'has(previous) || previous == "x"',
        '!has(previous) && previous == "x"',
        "load > 1",
    ],
)
def test_an_optional_field_is_read_only_after_asking(source):
    assert codes(source) == ["RV204"]


@pytest.mark.parametrize(
    "source",
    [
        'has(previous) && previous == "x"',
        '!has(previous) || previous == "x"',
        'has(previous) ? previous == "x" : ok',
        '!has(previous) ? ok : previous == "x"',
        'has(err.previous) && ok && (count > 1 || err.previous == "x")',
        'has(previous) && ok && has(load) && (load > 1 || previous == "x")',
    ],
)
def test_an_optional_field_asked_about_is_read_freely(source):
    assert codes(source) == []


def test_an_earlier_conjunct_may_have_asked():
    scope = SCOPE.knowing(frozenset({("err", "previous")}))

    assert codes('err.previous == "x"', scope) == []
    assert codes('previous == "x"', scope) == ["RV204"]


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("value > 5", "5"),
        ("1.000001 < value", "1.000001"),
        ("value == -0.1", "-0.1"),
        ("count >= 0", "0"),
        ("value in [0.5, 2]", "2"),
        ('took < duration("2h")', 'duration("2h")'),
        ("err.value > 1.1", "1.1"),
    ],
)
def test_a_constant_outside_the_declared_range_is_refused(source, at):
    assert faults(source) == [("RV205", at, None)]


@pytest.mark.parametrize(
    "source", ["value >= 1", "value > 0", "value <= 1.0", "count >= 1", 'took == duration("1h")']
)
def test_the_ends_of_a_range_are_inside_it(source):
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "at", "hint"),
    [
        ('env == "prd"', '"prd"', "did you mean 'prod'?"),
        ('"prd" != env', '"prd"', "did you mean 'prod'?"),
        ('env in ["prod", "x"]', '"x"', "one of prod, staging"),
        ("level == 3", "3", "one of 1, 2"),
        ("level == 1.5", "1.5", "one of 1, 2"),
        ('"c" in tags', '"c"', "one of a, b"),
    ],
)
def test_a_value_never_possible_is_refused(source, at, hint):
    assert faults(source) == [("RV206", at, hint)]


@pytest.mark.parametrize(
    "source", ['env == "prod"', "level == 1.0", "level < 9", '"a" in tags', 'env < "x"']
)
def test_possible_values_and_orderings_are_clean(source):
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "at"),
    [("service.matches(service)", "service"), ('service.matches("(a")', '"(a"')],
)
def test_a_pattern_is_a_safe_text_in_quotes(source, at):
    assert faults(source)[0][:2] == ("RE105", at)


def test_a_pattern_of_another_engine_gets_a_hint():
    [(code, _, hint)] = faults('service.matches("(?=a)b")')

    assert (code, hint) == ("RE105", "RE2 has no look-around and no back-references")


def test_something_undeclared_causes_no_further_fault():
    scope = Scope(OPEN, {"dep": OPEN})
    source = "dep.at - at < 5 && dep.x[0].size() > y && -dep.z in [dep.q] && !dep.w"

    assert faults(source, scope) == []


def test_ago_counts_from_the_moment_when_there_is_one():
    scope = Scope(FIELDS, {MOMENT: {"at": Field(TIMESTAMP)}})

    assert codes("ago(at)", scope) == []


def test_the_first_fault_is_raised_when_nothing_collects_them():
    with pytest.raises(ExpressionError) as caught:
        check(parse("vxlue > 1 && env == prd"), SCOPE)

    assert caught.value.start == 0


def test_a_condition_is_a_bool():
    check_condition(parse("ok"), SCOPE)
    with pytest.raises(ExpressionError, match="a condition needs a bool, found int"):
        check_condition(parse("count"), SCOPE)


def test_a_condition_of_unknown_type_is_told_once():
    found = []

    check_condition(parse("zzz"), SCOPE, found)

    assert [one.code for one in found] == ["RV201"]
