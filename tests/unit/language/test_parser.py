"""Text to tree: the grammar, its bounds, and a hint for every foreign habit."""

from __future__ import annotations

import pytest

from interlock.language.expression import (
    Binary,
    Call,
    Conditional,
    ExpressionError,
    Index,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Select,
    Unary,
    children,
    conjuncts,
    names,
    parse,
    reads,
    walk,
)
from interlock.language.values import BOOL, INT, STRING, double


def name(text):
    return Name(0, 0, text)


def number(value):
    return Literal(0, 0, INT, value)


def text(value):
    return Literal(0, 0, STRING, value)


A, B, C = name("a"), name("b"), name("c")


def fault(source):
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("a", A),
        ("true", Literal(0, 0, BOOL, value=True)),
        ("007", number(7)),
        ("-5", number(-5)),
        ("-(5)", number(-5)),
        ("0.05", Literal(0, 0, double(2), 5)),
        ("1.500", Literal(0, 0, double(1), 15)),
        ("1e3", Literal(0, 0, double(1), 10_000)),
        ("2E-3", Literal(0, 0, double(3), 2)),
        ("'it' ", text("it")),
        (r'"\"\\\n\té\u00e9\x41\U0001f600"', text('"\\\n\téé' + "A\U0001f600")),
        (r'r"\d\"', text("\\d\\")),
        ("a.b", Select(0, 0, A, "b")),
        ("a[1]", Index(0, 0, A, number(1))),
        ("[a, 1]", ListLiteral(0, 0, (A, number(1)))),
        ("[]", ListLiteral(0, 0, ())),
        ("has(a)", Call(0, 0, "has", None, (A,))),
        ("a.size()", Call(0, 0, "size", A, ())),
        ("!a", Unary(0, 0, "!", A)),
        ("-a", Unary(0, 0, "-", A)),
        ("a ? b : c", Conditional(0, 0, A, B, C)),
        ("a ? b : b ? a : c", Conditional(0, 0, A, B, Conditional(0, 0, B, A, C))),
        ("a in b", Binary(0, 0, "in", A, B)),
        ("a && b && c", Logical(0, 0, "&&", (A, B, C))),
        ("a && (b && c)", Logical(0, 0, "&&", (A, B, C))),
        ("a || b && c", Logical(0, 0, "||", (A, Logical(0, 0, "&&", (B, C))))),
        ("a - b - c", Binary(0, 0, "-", Binary(0, 0, "-", A, B), C)),
        ("a + b * c", Binary(0, 0, "+", A, Binary(0, 0, "*", B, C))),
        ("a + b < c", Binary(0, 0, "<", Binary(0, 0, "+", A, B), C)),
        ("!a == b", Binary(0, 0, "==", Unary(0, 0, "!", A), B)),
        ("(a == b) == c", Binary(0, 0, "==", Binary(0, 0, "==", A, B), C)),
        (
            "a == b && b == c",
            Logical(0, 0, "&&", (Binary(0, 0, "==", A, B), Binary(0, 0, "==", B, C))),
        ),
        ("a\n\t== b", Binary(0, 0, "==", A, B)),
    ],
)
def test_a_text_is_read_as_its_tree(source, tree):
    assert parse(source) == tree


def test_every_node_knows_where_it_stands():
    source = "aa == err.service && -1.5 < size(b)"

    stretches = [source[node.start : node.end] for node in walk(parse(source))]

    assert stretches == [
        source,
        "aa == err.service",
        "aa",
        "err.service",
        "err",
        "-1.5 < size(b)",
        "-1.5",
        "size(b)",
        "b",
    ]


@pytest.mark.parametrize(
    ("source", "code", "at", "hint"),
    [
        ("", "RE100", (0, 1), None),
        ("a ==", "RE100", (4, 5), None),
        ("a b", "RE101", (2, 3), None),
        ("(a", "RE100", (2, 3), None),
        ("a)", "RE100", (1, 2), None),
        ("a[1", "RE100", (3, 4), None),
        ("a.1", "RE100", (2, 3), None),
        ("a.", "RE100", (2, 3), None),
        ("f(a,)", "RE100", (4, 5), None),
        ("in a", "RE100", (0, 2), None),
        ("a = b", "RE100", (2, 3), "write == to compare"),
        ("a & b", "RE100", (2, 3), "write && for AND"),
        ("a | b", "RE100", (2, 3), "write || for OR"),
        ("a and b", "RE101", (2, 5), "write &&"),
        ("a OR b", "RE101", (2, 4), "write ||"),
        ("not a", "RE101", (0, 3), "write !"),
        ("a is b", "RE101", (2, 4), "write =="),
        ('a contains "x"', "RE101", (2, 10), 'write x.contains("…")'),
        ("a < b < c", "RE103", (6, 7), "write a < b && b < c"),
        ("a == b in c", "RE103", (7, 9), "write a < b && b < c"),
        (
            "at < now",
            "RE104",
            (5, 8),
            "compare times of elements, such as err.at - at, or use a timer",
        ),
        (
            "now() - at",
            "RE104",
            (0, 3),
            "compare times of elements, such as err.at - at, or use a timer",
        ),
        ("a == null", "RE100", (5, 9), "ask has(field)"),
        ("a < 5m", "RE100", (4, 6), 'write duration("5m")'),
        ("a < 0x1F", "RE100", (4, 8), "write numbers in decimal digits"),
        ('a == "x', "RE100", (5, 7), 'close it with "'),
        ("a == 'x\n'", "RE100", (5, 7), "close it with '"),
        ("a == “x”", "RE100", (5, 6), 'write straight quotes: "…"'),
        ("${a}", "RE100", (0, 1), "${…} is for templates; write the expression alone"),
        (
            "{a: 1}",
            "RE100",
            (0, 1),
            "there are no maps and no {{ templates }}; write the expression alone",
        ),
        ("é == 1", "RE100", (0, 1), None),
        ("9007199254740992", "RE100", (0, 16), None),
        ("0.1234567890123456", "RE100", (0, 18), None),
        ("1e99", "RE100", (0, 4), None),
        ('"\ud800"', "RE100", (0, 3), None),
        (r'"\ud800"', "RE100", (0, 8), None),
    ],
)
def test_a_fault_has_its_code_place_and_hint(source, code, at, hint):
    found = fault(source)

    assert (found.code, (found.start, found.end), found.hint) == (code, at, hint)


def test_an_unknown_escape_is_marked_inside_the_text():
    found = fault(r'a == "x\q"')

    assert (found.start, found.end) == (7, 9)
    assert str(found) == (
        r"[RE100] unknown escape '\\q' (write \\ for a backslash, or r"
        '"…" for text that takes them as they are)'
    )


@pytest.mark.parametrize(
    "source",
    [
        "(" * 41 + "a" + ")" * 41,
        "!" * 41 + "a",
        "-" * 100_000,
        "[" * 10_000,
        "a" + "[a" * 41 + "]" * 41,
        " + ".join("a" * 42),
        "a ? b : " * 41 + "c",
        "a" + " " * 20_001,
        "f(" * 10_000,
    ],
)
def test_depth_and_length_are_bounded(source):
    assert fault(source).code == "RE102"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 40 + "a" + ")" * 40,
        " + ".join("a" * 40),
        " && ".join("a" * 3_000),
        "a in [" + ", ".join(["1"] * 5_000) + "]",
    ],
)
def test_what_is_within_the_bounds_is_read(source):
    assert parse(source)


def test_conjuncts_are_the_operands_of_the_outermost_and():
    assert conjuncts(parse("a && (b || c) && (c && a)")) == [A, parse("b || c"), C, A]
    assert conjuncts(parse("a || b")) == [parse("a || b")]


def test_what_is_read_is_told_by_alias_and_field():
    node = parse("x == err.service && has(dep.rev) && tags[err.n].size() > 1")

    assert reads(node) == {
        ("", "x"),
        ("err", "service"),
        ("dep", "rev"),
        ("", "tags"),
        ("err", "n"),
    }
    assert names(node) == {"err", "dep"}


def test_children_are_listed_from_left_to_right():
    assert children(parse("a.f(b, c)")) == (A, B, C)
    assert children(parse("f()")) == ()
