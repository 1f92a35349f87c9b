import json

import pytest

from interlock.rules.caged import ruleset
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.ruleset import Comparison, ConstantTest, JoinTest, Pattern, Rule


def written(*patterns):
    return json.loads(ruleset.write([Rule(7, patterns)]))["r7"]["all"]


def test_the_kind_is_pinned_first_and_the_first_pattern_is_the_focus():
    first, second = written(Pattern(1), Pattern(2))

    assert first == {"p0": {"$and": [{"k": 1}, {"n": 1}]}}
    assert second == {"p1": {"k": 2}}


def test_every_comparison_has_the_engines_form():
    tests = tuple(ConstantTest("c1", comparison, 5) for comparison in Comparison)

    ((pattern),) = written(Pattern(1, tests))

    assert pattern["p0"]["$and"][2:] == [
        {"c1": 5},
        {"$neq": {"c1": 5}},
        {"$lt": {"c1": 5}},
        {"$lte": {"c1": 5}},
        {"$gt": {"c1": 5}},
        {"$gte": {"c1": 5}},
    ]


def test_joined_columns_must_exist_on_both_sides_and_the_last_join_stands_twice():
    joins = (
        JoinTest("c3", Comparison.EQUAL, 0, "c1"),
        JoinTest("c4", Comparison.LESS, 0, "c2"),
    )

    first, second = written(Pattern(1), Pattern(2, (), joins))

    assert first["p0"]["$and"][2:] == [{"$ex": {"c1": 1}}, {"$ex": {"c2": 1}}]
    assert second["p1"]["$and"][1:] == [
        {"$ex": {"c3": 1}},
        {"$ex": {"c4": 1}},
        {"c3": {"p0": "c1"}},
        {"$lt": {"c4": {"p0": "c2"}}},
        {"$lt": {"c4": {"p0": "c2"}}},
    ]


def test_a_ruleset_has_a_rule_that_opens_the_session():
    assert json.loads(ruleset.write([Rule(0, (Pattern(1),))]))["o"] == {"all": [{"p0": {"k": 0}}]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Comparison.LESS, Comparison.MORE),
        (Comparison.AT_MOST, Comparison.AT_LEAST),
        (Comparison.EQUAL, Comparison.EQUAL),
        (Comparison.UNEQUAL, Comparison.UNEQUAL),
    ],
)
def test_a_comparison_is_mirrored_by_reading_it_from_the_other_side(one, other):
    assert one.mirrored is other
    assert other.mirrored is one


def join(earlier):
    return Pattern(1, (), (JoinTest("c1", Comparison.EQUAL, earlier, "c1"),))


BEYOND = {
    "a join to a later pattern": [Rule(0, (Pattern(1), join(2), Pattern(1)))],
    "a join to itself": [Rule(0, (Pattern(1), join(1)))],
    "a join of the first pattern": [Rule(0, (join(0), Pattern(1)))],
    "a join before the first": [Rule(0, (Pattern(1), join(-1)))],
    "nine patterns": [Rule(0, (Pattern(1),) * 9)],
    "no pattern": [Rule(0, ())],
    "no rule": [],
    "61 patterns in all": [Rule(number, (Pattern(1),)) for number in range(61)],
    "one number twice": [Rule(0, (Pattern(1),)), Rule(0, (Pattern(2),))],
    "65 tests": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.LESS, 1),) * 65),))],
    "25 joins": [Rule(0, (Pattern(1), Pattern(1, (), join(0).joins * 25)))],
    "2^53": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.LESS, 2**53),)),))],
    "a float": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.LESS, 1.0),)),))],
    "a bool": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.EQUAL, True),)),))],
    "a text": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.EQUAL, "prod"),)),))],
    "an author's name": [Rule(0, (Pattern(1, (ConstantTest("liquid", Comparison.EQUAL, 1),)),))],
    "an engine's word": [Rule(0, (Pattern(1, (ConstantTest("$s", Comparison.EQUAL, 1),)),))],
    "a dotted name": [Rule(0, (Pattern(1, (ConstantTest("c1.c2", Comparison.EQUAL, 1),)),))],
    "the kind of the opening fact": [Rule(0, (Pattern(0),))],
}


@pytest.mark.parametrize("rules", BEYOND.values(), ids=BEYOND.keys())
def test_what_the_engine_cannot_bear_is_refused(rules):
    with pytest.raises(Uncageable):
        ruleset.write(rules)


WITHIN = {
    "eight patterns": [Rule(0, (Pattern(1),) * 8)],
    "60 patterns in all": [Rule(number, (Pattern(1),)) for number in range(60)],
    "64 tests": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.LESS, 1),) * 64),))],
    "24 joins": [Rule(0, (Pattern(1), Pattern(1, (), join(0).joins * 24)))],
    "2^53 - 1": [Rule(0, (Pattern(1, (ConstantTest("c1", Comparison.LESS, 2**53 - 1),)),))],
}


@pytest.mark.parametrize("rules", WITHIN.values(), ids=WITHIN.keys())
def test_what_stays_within_the_limits_is_written(rules):
    assert ruleset.write(rules)
