"""The compiler against an evaluator that walks the tree with fractions."""

from __future__ import annotations

from hypothesis import given

from interlock.language.expression import check, compile_expression
from interlock.language.values import MAX_TIMESTAMP, MIN_TIMESTAMP, UNKNOWN, Kind
from tests.property import language_strategies as language
from tests.property.naive_expressions import LIMIT, evaluate, plain


def bounded(value, type_):
    """Return what may leave an expression: numbers and times out of bounds are unknown."""
    if value is UNKNOWN:
        return UNKNOWN
    match type_.kind:
        case Kind.INT | Kind.DOUBLE:
            return value if abs(value) * 10**type_.scale <= LIMIT else UNKNOWN
        case Kind.TIMESTAMP:
            return value if MIN_TIMESTAMP <= value.ms <= MAX_TIMESTAMP else UNKNOWN
        case _:
            return value


@given(language.conditions, language.rows, language.environments)
def test_a_condition_is_true_false_or_unknown_as_its_meaning_says(node, row, env):
    """For every condition c and row r: compile(c)(r) == meaning(c, r), UNKNOWN included."""
    compiled = compile_expression(node, language.SCOPE)

    assert compiled(row, env) is evaluate(node, row, env)


@given(language.expressions, language.rows, language.environments)
def test_a_value_is_exactly_what_its_meaning_says(node, row, env):
    """For every expression e and row r: compile(e)(r) == meaning(e, r) as exact fractions."""
    type_ = check(node, language.SCOPE)
    compiled = compile_expression(node, language.SCOPE)

    expected = bounded(evaluate(node, row, env), type_)

    assert expected == plain(compiled(row, env), type_)
