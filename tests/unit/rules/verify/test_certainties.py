"""RV301, RV302, RV303: what is certain about the conditions of a rule."""

from __future__ import annotations

import pytest

from tests.unit.rules.verify.given import brief, findings, rule, where


def test_a_condition_that_is_always_true_is_found_at_its_place() -> None:
    assert findings(where("ratio >= 0")) == [
        "r:11:14: warning [RV301] 'ratio >= 0' is always true (leave it out)"
    ]


def test_a_condition_that_is_never_true_is_found_within_its_line() -> None:
    found = findings(where('level == "low" && ratio > 0.5 && ratio * 2 > 2.5'))

    assert found == [
        "r:11:47: error [RV302] 'ratio * 2 > 2.5' is never true (r never fires)",
    ]


def test_conditions_that_contradict_each_other_are_found_at_the_later_one() -> None:
    assert brief(where("ratio > 0.5", 'level == "low"', "ratio < 0.5")) == [
        "RV302] 'ratio < 0.5' is never true where 'ratio > 0.5' holds"
    ]


def test_conditions_that_contradict_only_together_are_found() -> None:
    assert brief(where('level != "low"', 'level != "high"', 'level != "top"')) == [
        "RV302] 'level != \"top\"' is never true where what stands beside it holds"
    ]


def test_conditions_of_two_patterns_contradict_each_other() -> None:
    when = """\
        - {signal: error, as: err, where: ratio > 0.5}
        - {fact: suspect, as: s, where: [service == err.service, err.ratio < 0.2]}
        """

    assert brief(rule("r", when, then='{advise: "${s.ratio}"}')) == [
        "RV302] 'err.ratio < 0.2' is never true where 'ratio > 0.5' holds"
    ]


def test_a_condition_that_follows_from_another_is_found() -> None:
    assert brief(where("ratio > 0.3", "ratio > 0.5")) == [
        "RV303] 'ratio > 0.3' follows from 'ratio > 0.5' (leave it out)"
    ]


def test_of_two_equal_conditions_the_later_is_found() -> None:
    assert findings(where("ratio > 0.3", 'service == "web"', "ratio > 0.3")) == [
        "r:13:14: warning [RV303] 'ratio > 0.3' follows from 'ratio > 0.3' (leave it out)"
    ]


def test_a_condition_of_a_negation_that_the_match_rules_out_is_found() -> None:
    when = """\
        - {signal: error, as: err, where: ratio > 0.5}
        - not: {fact: suspect, where: [service == err.service, err.ratio < 0.1]}
        """

    assert brief(rule("r", when)) == [
        "RV302] 'err.ratio < 0.1' is never true where 'ratio > 0.5' holds"
    ]


@pytest.mark.parametrize(
    "conditions",
    [
        ["ratio > 0"],
        ["ratio >= 0.5", "ratio <= 0.5"],
        ['level in ["low", "high"]', 'level != "low"'],
        ["has(previous)", 'previous == "r1"'],
        ["has(previous) && previous != service"],
        ['!has(previous) || previous == "r1"'],
        ['service.matches("a+")', 'service.matches("b+")'],
        ['service == "a" || service == "b"', 'service != "a"'],
    ],
)
def test_conditions_that_each_say_something_are_clean(conditions: list[str]) -> None:
    assert findings(where(*conditions)) == []


def test_joins_are_clean() -> None:
    when = """\
        - {signal: error, as: err, where: ratio > 0.5}
        - signal: deploy
          as: dep
          where: [service == err.service, err.at - at < duration("10m"), at <= err.at]
        - not: {fact: suspect, where: [service == err.service, ratio > err.ratio]}
        """

    assert findings(rule("r", when, then='{advise: "${dep.revision}"}')) == []


def branches(first: str, second: str, shared: str = "ratio < 0.9") -> str:
    when = f"""\
        - any:
            - [{{signal: error, as: err, where: '{first}'}}]
            - [{{signal: error, as: err, where: '{second}'}}]
        - {{fact: suspect, as: s, where: [service == err.service, err.{shared}]}}
        """
    return rule("r", when, then='{advise: "${s.ratio}"}')


def test_a_branch_of_any_is_looked_at_by_itself() -> None:
    assert (
        brief(branches("ratio > 0.5 && ratio > 0.2", "ratio < 0.1"))
        == [
            "RV303] 'ratio > 0.2' follows from 'ratio > 0.5' (leave it out)",
            "RV303] 'err.ratio < 0.9' follows from 'ratio < 0.1' (leave it out)",
        ][:1]
    )


def test_a_shared_condition_is_left_out_only_if_no_branch_needs_it() -> None:
    assert brief(branches("ratio < 0.2", "ratio < 0.1")) == [
        "RV303] 'err.ratio < 0.9' follows from 'ratio < 0.2' (leave it out)"
    ]


def test_a_branch_that_never_matches_does_not_keep_its_rule_from_firing() -> None:
    assert brief(branches("ratio > 1.5 - 0.5", "ratio > 0.1")) == [
        "RV302] 'ratio > 1.5 - 0.5' is never true (the branch never matches)"
    ]
