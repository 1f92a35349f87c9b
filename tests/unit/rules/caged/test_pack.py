import orjson
import pytest

from interlock.errors import InvariantBroken
from interlock.language.values import INT, STRING, UNKNOWN
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import ElementKind, Join, Operator, Pack, Pattern, Residual
from tests.property.packs import rule


def pattern(alias, type_, *joins, residuals=()):
    return Pattern(alias, ElementKind.SIGNAL, type_, (), (), joins, residuals)


SAME_SERVICE = Join("service", Operator.EQ, "a", "service", STRING, "service == a.service")
PACK = Pack(
    "pack-0",
    (rule("bad release", pattern("a", "alert"), pattern("d", "deploy", SAME_SERVICE)),),
)


def fact(id_, type_, **fields):
    return FactRow(id_, type_, fields)


def evaluation(*facts, focus="s1", matches=(), **more):
    return Evaluation(1, "pack-0", facts, focus, matches, **more)


EVALUATION = evaluation(
    fact("s1", "deploy", service="shop", secret="hunter2"), fact("s2", "alert", service="shop")
)


def test_a_request_holds_the_columns_of_the_rules_and_nothing_else():
    caged = CagedPack(PACK)

    assert orjson.loads(caged.request(EVALUATION)) == [caged.digest, 0, [[2, "shop"], [1, "shop"]]]


def test_a_match_comes_back_in_the_order_of_the_rules_patterns():
    # Number 1 is the variant with the deploy in front.
    found = CagedPack(PACK).matches(EVALUATION, [(1, (0, 1))])

    assert found == (("bad release", ("s2", "s1")),)


def test_matches_are_sorted_and_none_is_twice():
    rows = [fact(f"s{number}", "alert") for number in (9, 10, 11)]
    pack = Pack("p", (rule("b", pattern("a", "alert")), rule("a", pattern("a", "alert"))))

    found = CagedPack(pack).matches(evaluation(*rows), [(0, (2,)), (0, (1,)), (1, (2,)), (0, (2,))])

    assert found == (("a", ("s11",)), ("b", ("s10",)), ("b", ("s11",)))


def test_plans_of_equal_rules_are_equal_and_of_others_are_not():
    other = Pack("pack-0", (rule("bad release", pattern("a", "alert"), pattern("d", "deploy")),))

    assert CagedPack(PACK).digest == CagedPack(PACK).digest
    assert CagedPack(PACK).digest != CagedPack(other).digest


def test_an_element_is_written_anew_when_its_fields_have_changed():
    caged = CagedPack(PACK)
    caged.request(EVALUATION)

    again = caged.request(evaluation(fact("s1", "deploy", service="mail")))

    assert orjson.loads(again)[2] == [[2, "mail"]]


def test_long_texts_cross_as_digests():
    request = CagedPack(PACK).request(evaluation(fact("s1", "deploy", service="x" * 65_536)))

    assert len(request) < 200


@pytest.mark.parametrize(
    "asked",
    [
        evaluation(too_large=True),
        evaluation(*(fact(f"s{number}", "alert") for number in range(513))),
        evaluation(fact("s1", "deploy"), matches=(("r", ("s1",)),) * 10_001),
        evaluation(fact("s1", "volcano")),
        evaluation(fact("s1", "deploy", service="\ud800")),
    ],
    ids=[
        "too large",
        "513 facts",
        "10,001 matches",
        "a type no rule reads",
        "half a surrogate pair",
    ],
)
def test_what_has_no_form_for_the_engine_is_refused(asked):
    with pytest.raises(Uncageable):
        CagedPack(PACK).request(asked)


def test_a_number_beyond_the_bounds_is_refused():
    over = Join("x", Operator.EQ, "a", "x", INT, "x == a.x")
    caged = CagedPack(Pack("p", (rule("r", pattern("a", "alert"), pattern("b", "alert", over)),)))

    with pytest.raises(Uncageable):
        caged.request(evaluation(fact("s1", "alert", x=2**53)))
    assert orjson.loads(caged.request(evaluation(fact("s1", "alert", x=2**53 - 1))))


ABSURD = {
    "a rule it was not given": (2, (0, 1)),
    "a negative rule": (-1, (0, 1)),
    "too few facts": (1, (0,)),
    "a fact it was not given": (1, (0, 2)),
    "a negative fact": (1, (0, -1)),
}


@pytest.mark.parametrize("match", ABSURD.values(), ids=ABSURD.keys())
def test_an_answer_that_cannot_be_is_found_out(match):
    with pytest.raises(InvariantBroken):
        CagedPack(PACK).matches(EVALUATION, [match])


def test_residual_tests_are_applied_to_the_answer():
    def test(row, env):
        return row["x"] + env["a"]["x"] > 3 if "x" in env["a"] else UNKNOWN

    residual = Residual(("a",), "x + a.x > 3", test)
    pack = Pack(
        "p", (rule("r", pattern("a", "alert"), pattern("d", "deploy", residuals=(residual,))),)
    )
    asked = evaluation(
        fact("s1", "deploy", x=2),
        fact("s2", "alert", x=1),
        fact("s3", "alert", x=2),
        fact("s4", "alert"),
    )

    found = CagedPack(pack).matches(asked, [(1, (0, 1)), (1, (0, 2)), (1, (0, 3))])

    assert found == (("r", ("s3", "s1")),)


def test_joins_the_engine_is_not_trusted_with_are_applied_to_the_answer():
    before = Join("service", Operator.LT, "a", "service", STRING, "service < a.service")
    pack = Pack("p", (rule("r", pattern("a", "alert"), pattern("d", "deploy", before)),))
    asked = evaluation(
        fact("s1", "deploy", service="b"),
        fact("s2", "alert", service="c"),
        fact("s3", "alert", service="b"),
        fact("s4", "alert"),
    )

    found = CagedPack(pack).matches(asked, [(1, (0, 1)), (1, (0, 2)), (1, (0, 3))])

    assert found == (("r", ("s2", "s1")),)


def test_more_variants_than_one_ruleset_holds_are_spread_over_several():
    # Each of 20 rules of three alerts has three variants: 180 patterns begin with an alert.
    rules = [rule(f"r{n}", *(pattern(alias, "alert") for alias in "abc")) for n in range(20)]

    plan = CagedPack(Pack("p", tuple(rules))).plan

    assert len(plan.rulesets[1]) == 3


def test_a_rule_of_nine_patterns_is_refused():
    with pytest.raises(Uncageable, match="rule r: a rule of 9 patterns"):
        CagedPack(Pack("p", (rule("r", *(pattern(f"a{n}", "alert") for n in range(9))),)))
