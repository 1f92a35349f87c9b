"""Tree to canonical text."""

from __future__ import annotations

import pytest

from interlock.language.expression import parse, print_expression


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("((a)) == 'x'", 'a == "x"'),
        ("a&&(b&&c)", "a && b && c"),
        ("a && (b || c)", "a && (b || c)"),
        ("(a && b) || c", "a && b || c"),
        ("a - (b - c) - 1", "a - (b - c) - 1"),
        ("(a * b) / (c * 2)", "a * b / (c * 2)"),
        ("(a + b) * c", "(a + b) * c"),
        ("(a == b) == (c in d)", "(a == b) == (c in d)"),
        ("!(a && b)", "!(a && b)"),
        ("!(!a)", "!!a"),
        ("-(a + b)", "-(a + b)"),
        ("(-5).f()", "(-5).f()"),
        ("(a + b)[0].size( )", "(a + b)[0].size()"),
        ("a ? (b ? c : d) : (e ? f : g)", "a ? b ? c : d : e ? f : g"),
        ("(a ? b : c) ? d : e", "(a ? b : c) ? d : e"),
        ("[1,2.50,true]", "[1, 2.5, true]"),
        ("-0.05", "-0.05"),
        ("1e3", "1000.0"),
        (r"""'a"b\n\u0007é'""", r'"a\"b\n\u0007é"'),
        ("duration( '5m' )", 'duration("5m")'),
        ("err . service", "err.service"),
    ],
)
def test_an_expression_has_one_canonical_text(source, canonical):
    assert print_expression(parse(source)) == canonical
