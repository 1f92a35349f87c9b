import pytest

from interlock.errors import InvariantBroken
from interlock.language.values import INT, STRING
from interlock.rules.caged.ruleset import Comparison as Engine
from interlock.rules.caged.ruleset import ConstantTest, JoinTest
from interlock.rules.caged.variants import Variant, Writer, variants
from interlock.rules.network import Comparison, ElementKind, Join, Operator, Pattern
from tests.property.packs import rule


def pattern(alias, type_, *joins, comparisons=()):
    return Pattern(alias, ElementKind.SIGNAL, type_, comparisons, (), joins)


def join(field, operator, alias, other, type_=INT):
    return Join(field, operator, alias, other, type_, f"{field} {operator} {alias}.{other}")


CHAIN = rule(
    "chain",
    pattern("a", "alert"),
    pattern("b", "deploy", join("x", Operator.EQ, "a", "x")),
    pattern("c", "host", join("y", Operator.LT, "b", "y"), join("z", Operator.EQ, "b", "z")),
)


def test_each_pattern_comes_first_once_and_the_rest_follows_its_joins():
    assert [variant.order for variant in variants(CHAIN)] == [(0, 1, 2), (1, 0, 2), (2, 1, 0)]


def test_patterns_without_joins_keep_their_order():
    loose = rule("loose", *(pattern(name, "alert") for name in "abc"))

    assert [variant.order for variant in variants(loose)] == [(0, 1, 2), (1, 0, 2), (2, 0, 1)]


def test_a_join_is_read_from_whichever_side_comes_later():
    written = Writer().write(Variant(CHAIN, (2, 1, 0)), 5)

    host, deploy, alert = written.patterns
    assert written.number == 5
    assert host.joins == ()
    assert [(j.comparison, j.earlier) for j in deploy.joins] == [
        (Engine.MORE, 0),
        (Engine.EQUAL, 0),
    ]
    assert [(j.comparison, j.earlier) for j in alert.joins] == [(Engine.EQUAL, 1)]


def test_columns_are_those_of_each_sides_own_type():
    writer = Writer()

    first, second = writer.write(Variant(rule("r", *CHAIN.patterns[:2]), (0, 1)), 0).patterns

    assert (first.kind, second.kind) == (1, 2)
    assert second.joins == (JoinTest("c400", Engine.EQUAL, 0, "c200"),)


def test_texts_become_numbers_equal_for_equal_texts():
    tests = tuple(
        Comparison(field, Operator.EQ, text, STRING, f"{field} == {text}")
        for field, text in (("x", "prod"), ("y", "test"), ("z", "prod"))
    )
    writer = Writer()

    (written,) = writer.write(
        Variant(rule("r", pattern("a", "alert", comparisons=tests)), (0,)), 0
    ).patterns

    assert [test.constant for test in written.tests] == [0, 1, 0]
    assert writer.words == {"prod": 0, "test": 1}


def test_joins_the_engine_is_not_trusted_with_are_left_out():
    late = rule(
        "r", pattern("a", "alert"), pattern("b", "alert", join("x", Operator.LT, "a", "x", STRING))
    )

    written = Writer().write(Variant(late, (0, 1)), 0)

    assert written.patterns[1].joins == ()


def test_a_flag_is_a_test_like_any_other():
    listed = Comparison("x", Operator.IN, (1, 2), INT, "x in [1, 2]")

    written = Writer().write(
        Variant(rule("r", pattern("a", "alert", comparisons=(listed,))), (0,)), 0
    )

    assert written.patterns[0].tests == (ConstantTest("c200", Engine.EQUAL, 1),)


def test_a_constant_that_is_not_of_its_type_is_our_own_fault():
    wrong = Comparison("x", Operator.EQ, "1", INT, "x == 1")

    with pytest.raises(InvariantBroken, match="int compared with '1'"):
        Writer().write(Variant(rule("r", pattern("a", "alert", comparisons=(wrong,))), (0,)), 0)
