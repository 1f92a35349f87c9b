"""Evaluation: exact, three-valued, and plain Python where nothing can be unknown."""

from __future__ import annotations

import re

import pytest

from interlock.errors import InvariantBroken
from interlock.language.expression import (
    OPEN,
    ExpressionError,
    Scope,
    compile_expression,
    parse,
)
from interlock.language.expression.check import resolve
from interlock.language.expression.emit import Emitter
from interlock.language.expression.functions import RUNTIME
from interlock.language.expression.kleene import KLEENE
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    MAX_TIMESTAMP,
    STRING,
    TIMESTAMP,
    UNKNOWN,
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
    "loads": Field(list_of(double(1))),
    "m": Field(INT, optional=True),
}
SCOPE = Scope(FIELDS, {"err": FIELDS}, frozenset({("", "m"), ("err", "m")}))
ROW = {
    "s": "ab",
    "n": 7,
    "x": 500_000,
    "y": 50,
    "ok": True,
    "at": 60_000,
    "took": 1_000,
    "tags": ("a", "b"),
    "loads": (5, 10),
}
ENV = {"err": {**ROW, "s": "other", "n": -7, "m": 3}}


def value(source):
    return compile_expression(parse(source), SCOPE)(ROW, ENV)


@pytest.mark.parametrize(
    "source",
    [
        's == "ab" && n > 5',
        "x == y",
        "x == 0.5 && y == 0.5 && n == 7.0",
        "x > 0.4999999 && x < 0.5000001",
        "x * y == 0.25",
        "x + 1 == 1.5 && 2 - y == 1.5",
        "err.n / 2 == -3 && err.n % 2 == -1",
        "x / 3 == 0.166666 && -x / 3 == -0.166666",
        "1 / 3.0 == 0.333333",
        "at - took == err.at - err.took",
        'took < duration("1m") && at == timestamp("1970-01-01T00:01:00Z")',
        '"b" in tags && !("c" in tags)',
        "0.5 in loads && 1 in loads && 0.50 in loads",
        "n in [1, 7.0] && y in [0.5, 3]",
        "[1, 0.5] == [1.0, x] && loads == [0.5, 1]",
        'tags[1] == "b"',
        's + "c" == "abc" && "abc".startsWith(s) && "cab".endsWith(s) && s.contains("")',
        's.matches("^a") && !s.matches("^b")',
        'size("é😀") == 2 && tags.size() == 2',
        "(ok ? 1 : 0.5) == 1.0",
        "has(s) && !has(m) && has(err.m) && err.m == 3",
        '"B" < "a" && "a" < "é"',
        "ok != false",
    ],
)
def test_a_true_condition_is_true(source):
    assert value(source) is True
    assert value(f"!({source})") is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m == 1", UNKNOWN),
        ("!(m == 1)", UNKNOWN),
        ("-m < 1", UNKNOWN),
        ("m == 1 && n == 7", UNKNOWN),
        ("m == 1 && n == 8", False),
        ("n == 8 && m == 1", False),
        ("m == 1 || n == 7", True),
        ("n == 7 || m == 1", True),
        ("m == 1 || n == 8", UNKNOWN),
        ("m == 1 || m == 2 || n == 8", UNKNOWN),
        ("m == 1 ? true : true", UNKNOWN),
        ("n == 7 ? true : m == 1", True),
        ("(n == 8 ? 1 : m) == 1", UNKNOWN),
        ("m in [1, 2]", UNKNOWN),
        ("n in [m, 7]", True),
        ("n in [m, 8]", UNKNOWN),
        ("n in [8, 9, 10]", False),
        ("[n, m] == [7, 1]", UNKNOWN),
        ("n / 0 == 1", UNKNOWN),
        ("n % 0 == 1", UNKNOWN),
        ("x / (y - 0.5) == 1", UNKNOWN),
        ("x / (y - 0.5) == 1 || ok", True),
        ('tags[2] == "a"', UNKNOWN),
        ('tags[-1] == "b"', UNKNOWN),
        ("tags[m] == s", UNKNOWN),
        ("tags[m] in tags", UNKNOWN),
        ("duration(s) > took", UNKNOWN),
        ("timestamp(s) > at", UNKNOWN),
        ("has(m) && m == 1", False),
        ("!has(m) || m == 1", True),
        ("has(m) ? m == 1 : ok", True),
        ("has(m) && n / 0 == 1 && m == 1", False),
        ("n / 0 == 1 && has(m) && m == 1", False),
    ],
)
def test_truth_has_three_values(source, expected):
    assert value(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n * 9007199254740991", UNKNOWN),
        ("-9007199254740991", -9_007_199_254_740_991),
        ("x * 1000000000", 500_000_000_000_000),
        ("took + took", 2_000),
        ("-took", -1_000),
        ('timestamp("9999-12-31T23:59:59Z") + duration("1d")', UNKNOWN),
        ("at + took", 61_000),
        ("(n * 9007199254740991) / 9007199254740991", 7),
        ("ok ? x : y", 500_000),
        ("!ok ? x : y", 500_000),
        ("[n, x]", (7_000_000, 500_000)),
        ("s", "ab"),
        ("err.s", "other"),
        ('duration("1m" + "30s")', 90_000),
    ],
)
def test_a_value_leaves_in_units_of_its_type_or_not_at_all(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("percent(x)", "50 %"),
        ("percent(0.1234)", "12.3 %"),
        ("percent(0.12345 * 10)", "123.4 %"),
        ("percent(0.0005)", "0 %"),
        ("percent(0.0015)", "0.2 %"),
        ("percent(-0.25)", "-25 %"),
        ("percent(1)", "100 %"),
        ('clock(at + duration("9h"))', "09:01:00"),
        (
            'clock(timestamp("9999-12-31T23:59:59Z") + duration("1d"))',
            str(MAX_TIMESTAMP + 86_399_001),
        ),
        ('ago(duration("1h30m5s"))', "1h30m"),
        ('ago(duration("26h30m5s"))', "1d2h"),
        ('ago(took - duration("50m10s50ms"))', "-50m"),
        ('ago(duration("2m5s"))', "2m5s"),
        ('ago(duration("5s30ms"))', "5s30ms"),
        ("ago(at - at)", "0s"),
        ("bytes(1023)", "1023 B"),
        ("bytes(1536)", "1.5 KiB"),
        ("bytes(-5368709120)", "-5 GiB"),
        ("bytes(9007199254740991)", "8 PiB"),
        ("string(x)", "0.5"),
        ("string(ok)", "true"),
        ("string(tags)", "[a, b]"),
        ("string(at)", "1970-01-01T00:01:00Z"),
        ("string(took)", "1s"),
        ("string(n / 2)", "3"),
    ],
)
def test_values_are_put_in_words(source, expected):
    assert value(source) == expected


def test_a_row_without_a_required_field_is_our_own_fault():
    with pytest.raises(InvariantBroken, match="'n'"):
        compile_expression(parse("n > 1"), SCOPE)({}, ENV)
    with pytest.raises(InvariantBroken, match="'err'"):
        compile_expression(parse("err.n > 1"), SCOPE)(ROW, {})


def test_what_does_not_pass_the_check_does_not_compile():
    with pytest.raises(ExpressionError, match="unknown field"):
        compile_expression(parse("zzz"), SCOPE)


def test_an_undeclared_value_cannot_be_computed_with():
    scope = Scope({}, {"dep": OPEN})

    assert compile_expression(parse("dep.x"), scope)({}, {"dep": {"x": 5}}) == 5
    with pytest.raises(InvariantBroken, match="undeclared"):
        compile_expression(parse("dep.x > 1"), scope)


def test_a_missing_field_is_asked_for_only_where_it_may_be_missing():
    assert "get" in source_of("m > 1")
    assert "get" not in source_of("has(m) && m > 1")


def source_of(text):
    return Emitter().source(resolve(parse(text), SCOPE))


def test_a_sure_condition_compiles_to_plain_operators():
    assert source_of('s == "ab" && x > 0.05 || !ok') == (
        "(((row['s'] == 'ab') and (row['x'] > (5 * 10000))) or (not row['ok']))"
    )


def test_many_constants_are_hashed():
    assert "in {" in source_of("n in [1, 2, 3, 4, 5, 6, 7, 8]")
    assert "in (" in source_of("n in [1, 2, 3]")


def test_nothing_an_author_wrote_becomes_python():
    """Outside quotes the source holds our own words alone, whatever the names and texts are."""
    hostile = Field(STRING, optional=True)
    scope = Scope({"__import__": hostile}, {"os": {"system": hostile}})
    text = r"""has(__import__) && has(os.system) && __import__ + "'\"); x" in [os.system, "exec(''"]
        && os.system.matches("__class__") && size(__import__) / 2 > 1"""

    source = Emitter().source(resolve(parse(text), scope))

    words = set(
        re.findall(r"[A-Za-z_]\w*", re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "", source))
    )
    ours = {"row", "env", "get", "in", "and", "or", "not", "if", "else", "is", "U", "True", "False"}
    assert {word for word in words - ours if not re.fullmatch(r"[vk]\d+", word)} <= {
        *KLEENE,
        *RUNTIME,
    }


def test_a_compiled_expression_has_no_builtins():
    compiled = compile_expression(parse("n > 1"), SCOPE)

    assert compiled.__globals__["__builtins__"] == {}


@pytest.mark.parametrize(
    "source",
    [
        "(" * 40 + "ok" + ")" * 40,
        "!" * 39 + "ok",
        " && ".join(["n / n > 0"] * 1_000),
        " || ".join(["ok"] * 3_000),
        "n in [" + ", ".join(["n / n"] * 1_000) + "]",
        "ok ? 1 : " * 38 + "n / n",
        " + ".join(["n / n"] * 38),
    ],
)
def test_the_largest_expressions_compile(source):
    compile_expression(parse(source), SCOPE)(ROW, ENV)
