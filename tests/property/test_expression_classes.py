"""What a conjunct is classified as, against what it compiles to."""

from __future__ import annotations

import operator

from hypothesis import given
from hypothesis import strategies as st

from interlock.language.expression import (
    Binary,
    Comparison,
    FieldJoin,
    ListLiteral,
    classify,
    compile_expression,
)
from interlock.language.values import UNKNOWN
from tests.property import language_strategies as language

OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, constants: value in constants,
}

constants = language._ints | language._decimals
number_fields = language.reads("n", "m", "x", "y")


def _compare(left, right):
    return st.builds(
        lambda word, a, b: Binary(0, 0, word, a, b),
        st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        left,
        right,
    )


conjuncts = (
    _compare(number_fields, constants)
    | _compare(constants, number_fields)
    | _compare(number_fields, number_fields)
    | _compare(language.reads("s", "t"), language._texts)
    | _compare(language.reads("s", "t"), language.reads("s", "t"))
    | st.builds(
        lambda a, items: Binary(0, 0, "in", a, ListLiteral(0, 0, tuple(items))),
        number_fields,
        st.lists(constants, min_size=1, max_size=3),
    )
    | language.conditions
)


def answer(found, row, env):
    """Return what a matcher makes of a classified conjunct."""
    if found.field not in row:
        return UNKNOWN
    if isinstance(found, Comparison):
        return OPERATORS[found.operator](row[found.field], found.constant)
    other = env[found.alias].get(found.other_field, UNKNOWN)
    return UNKNOWN if other is UNKNOWN else OPERATORS[found.operator](row[found.field], other)


@given(conjuncts, language.rows, language.environments)
def test_an_indexed_conjunct_means_what_it_compiles_to(node, row, env):
    """For every conjunct c that is no Predicate: index(c)(row) == compile(c)(row)."""
    found = classify(node, language.SCOPE)
    if isinstance(found, Comparison | FieldJoin):
        assert answer(found, row, env) is compile_expression(node, language.SCOPE)(row, env)


@given(_compare(language.reads("n", "x", "y"), constants))
def test_a_field_against_a_number_is_always_indexed_or_always_the_same(node):
    """A bare number field against a literal is a Comparison, unless no value could decide it."""
    found = classify(node, language.SCOPE)

    assert isinstance(found, Comparison) or node.operator == "!=" or hasattr(node.left, "operand")
