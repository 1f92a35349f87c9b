"""Alpha discrimination: which tests an element passes, and how few are made."""

import pytest

from interlock.language.values import INT, STRING, UNKNOWN
from interlock.rules.discriminate import Discriminator, doubts
from interlock.rules.network import (
    Comparison,
    ElementKind,
    Operator,
    Pattern,
    Predicate,
    Produced,
    Rule,
)
from interlock.rules.planner import Planner

WHY = Produced("why", STRING, lambda _row, _env: "why")


def compared(field: str, operator: str, constant) -> Comparison:
    kind = STRING if isinstance(constant, str) else INT
    return Comparison(field, Operator(operator), constant, kind, f"{field} {operator} {constant}")


def predicate(text: str, verdict) -> tuple[Predicate, list]:
    calls: list = []

    def test(row, env):
        calls.append(row)
        return verdict

    return Predicate(text, test), calls


def alphas(*patterns: Pattern, negations: tuple[Pattern, ...] = ()):
    planner = Planner()
    for number, pattern in enumerate(patterns):
        planner.add(
            Rule(
                id=f"r{number}",
                patterns=(pattern,),
                negations=negations,
                consequences=(),
                why=WHY,
                salience=0,
                exclusive=None,
                shadow=False,
                stratum=0,
                title="",
                owner=None,
                severity=None,
                risk=None,
                runbook_url=None,
                path="",
                line=0,
            )
        )
    return planner.finished()


def pattern(*comparisons: Comparison, predicates: tuple[Predicate, ...] = ()) -> Pattern:
    return Pattern("x", ElementKind.SIGNAL, "error", comparisons, predicates)


def passed(found, row) -> list[int]:
    return [alpha.number for alpha in Discriminator(found).passed("error", row)[0]]


@pytest.mark.parametrize(
    ("operator", "constant", "passing", "failing"),
    [
        ("==", 3, [3], [2, 4]),
        ("!=", 3, [2, 4], [3]),
        ("<", 3, [2], [3, 4]),
        ("<=", 3, [2, 3], [4]),
        (">", 3, [4], [2, 3]),
        (">=", 3, [3, 4], [2]),
        ("in", (2, 4), [2, 4], [3]),
        ("in", (), [], [2, 3, 4]),
    ],
)
def test_each_operator_passes_what_it_should_at_its_boundary(operator, constant, passing, failing):
    found = alphas(pattern(compared("value", operator, constant)))

    assert [v for v in [2, 3, 4] if passed(found, {"value": v})] == passing
    assert [v for v in [2, 3, 4] if not passed(found, {"value": v})] == failing


def test_a_pattern_without_tests_passes_everything_of_its_type():
    discriminator = Discriminator(alphas(pattern()))

    assert len(discriminator.passed("error", {})[0]) == 1
    assert discriminator.passed("other", {}) == ((), ())
    assert discriminator.knows("error")
    assert not discriminator.knows("other")


def test_all_tests_of_a_pattern_must_hold():
    found = alphas(
        pattern(compared("env", "==", "prod"), compared("value", ">", 1), compared("value", "<", 5))
    )

    assert passed(found, {"env": "prod", "value": 3}) == [0]
    assert passed(found, {"env": "test", "value": 3}) == []
    assert passed(found, {"env": "prod", "value": 1}) == []
    assert passed(found, {"env": "prod", "value": 5}) == []


def test_many_thresholds_on_one_field_pass_up_to_the_value():
    found = alphas(*[pattern(compared("value", ">", bound)) for bound in range(10)])

    assert passed(found, {"value": 4}) == [0, 1, 2, 3]


def test_equal_patterns_share_one_alpha_whatever_the_order_of_their_tests():
    one, two = compared("env", "==", "prod"), compared("value", ">", 1)

    found = alphas(pattern(one, two), pattern(two, one))

    assert len(found) == 1
    assert len(found[0].plans) == 2


def test_a_missing_field_passes_no_comparison():
    found = alphas(pattern(compared("value", "==", 1)), pattern(compared("value", "<", 1)))

    assert passed(found, {}) == []


def test_a_predicate_is_called_only_where_the_comparisons_passed():
    slow, calls = predicate("slow", verdict=True)
    found = alphas(pattern(compared("env", "==", "prod"), predicates=(slow,)))

    assert passed(found, {"env": "test"}) == []
    assert calls == []
    assert passed(found, {"env": "prod"}) == [0]
    assert len(calls) == 1


def test_an_undecided_predicate_is_reported_for_each_reader_and_passes_only_a_negation():
    doubtful, _ = predicate("doubtful", verdict=UNKNOWN)
    negated = Pattern("", ElementKind.SIGNAL, "error", (), (doubtful,))
    found = alphas(pattern(predicates=(doubtful,)), negations=(negated,))

    through, undecided = Discriminator(found).passed("error", {})

    assert [alpha.lenient for alpha in through] == [True]
    assert sorted(u.alias for u in doubts(undecided, "s1")) == ["not", "x"]


def test_a_false_predicate_outweighs_an_undecided_one():
    doubtful, _ = predicate("doubtful", verdict=UNKNOWN)
    false, _ = predicate("false", verdict=False)

    found = alphas(pattern(predicates=(doubtful, false)))

    assert Discriminator(found).passed("error", {}) == ((), ())


def test_the_rarest_equality_is_looked_up_first():
    """1,000 rules on one environment and 1,000 services: one service is one candidate."""
    calls: list = []
    rules = []
    for number in range(1000):
        counting, made = predicate(f"p{number}", verdict=True)
        calls.append(made)
        tests = (compared("env", "==", "prod"), compared("service", "==", f"s{number}"))
        rules.append(pattern(*tests, predicates=(counting,)))
    found = alphas(*rules)

    assert passed(found, {"env": "prod", "service": "s7"}) == [7]
    assert sum(len(made) for made in calls) == 1
