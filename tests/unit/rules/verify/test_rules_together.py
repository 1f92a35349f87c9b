"""RV312, RV313, RV314, RV321: what one rule is beside the others."""

from __future__ import annotations

import pytest

from tests.unit.rules.verify.given import START, brief, findings, rule

ERROR = "- {{signal: error, as: err, where: '{}'}}"


def group(name: str, salience: int, condition: str, *, then: str = START, more: str = "") -> str:
    more += f"exclusive: remedy\nsalience: {salience}\n"
    return rule(name, ERROR.format(condition), then=then, more=more)


def test_a_narrower_rule_of_lower_salience_never_acts() -> None:
    found = findings(group("all", 20, "ratio > 0.2"), group("most", 10, "ratio > 0.8"))

    assert found == [
        (
            "r:11:9: error [RV312] never acts: whenever it matches, 'all' does so for the same "
            "incident, and its salience is higher (give the narrower rule the higher salience)"
        )
    ]


def test_a_rule_over_more_elements_is_beaten_by_one_over_fewer() -> None:
    when = """\
        - {signal: deploy, as: dep}
        - {signal: error, as: err, where: [service == dep.service, err_, dep.at < at]}
        """.replace("err_, ", "ratio > 0.5, ")
    more = "exclusive: remedy\nsalience: 1\n"
    wide = group("wide", 5, "ratio > 0.4")

    assert [one[:5] for one in brief(wide, rule("deep", when, then=START, more=more))] == ["RV312"]


@pytest.mark.parametrize(
    "other",
    [
        group("most", 30, "ratio > 0.8"),  # the narrower one wins
        group("most", 10, "ratio > 0.1"),  # it matches where the other does not
        group("most", 10, "ratio > 0.8", more="status: shadow\n"),
        group("most", 10, "ratio > 0.8", then=START.replace('t: "${err.', 't: "x ${err.')),
        rule("most", ERROR.format("ratio > 0.8"), then="{advise: much}"),
    ],
)
def test_a_rule_that_may_act_is_clean(other: str) -> None:
    assert findings(group("all", 20, "ratio > 0.2"), other) == []


def test_a_winner_that_a_negation_may_hold_back_beats_nobody() -> None:
    when = """\
        - {signal: error, as: err, where: ratio > 0.2}
        - not: {fact: suspect, where: service == err.service}
        """
    winner = rule("all", when, then=START, more="exclusive: remedy\nsalience: 20\n")

    assert findings(winner, group("most", 10, "ratio > 0.8")) == []


def test_two_rules_that_say_the_same_are_found_at_the_later_one() -> None:
    one = rule("one", ERROR.format("ratio > 0.5"), then="{advise: '${err.service} is slow'}")
    two = rule(
        "two",
        "- {signal: error, as: e, where: [0.5 < ratio]}",
        then="{advise: '${e.service} is slow'}",
    )

    assert findings(one, two) == [
        "r:9:9: warning [RV314] says the same as 'one' (keep one of them)"
    ]


@pytest.mark.parametrize(
    "other",
    [
        rule("two", ERROR.format("ratio > 0.6"), then="{advise: '${err.service}'}"),
        rule("two", ERROR.format("ratio > 0.5"), then="{advise: 'at ${err.service}'}"),
        rule("two", ERROR.format("ratio > 0.5"), then="{advise: '${err.level}'}"),
    ],
)
def test_two_rules_that_differ_are_clean(other: str) -> None:
    one = rule("one", ERROR.format("ratio > 0.5"), then="{advise: '${err.service}'}")

    assert findings(one, other) == []


def test_a_value_of_an_enum_that_a_group_leaves_out_is_found() -> None:
    rules = [group("low", 1, 'level == "low"'), group("top", 2, 'level == "top"')]

    assert brief(*rules) == [
        (
            "RV313] no rule of group 'remedy' looks at error where level is 'high'"
            " (add a rule that does, or one without that condition)"
        )
    ]


@pytest.mark.parametrize(
    "rest", ['level == "high"', 'level != "low"', "ratio > 0.5", 'level in ["high", "top"]']
)
def test_a_group_that_speaks_of_every_value_is_clean(rest: str) -> None:
    rules = [group("low", 1, 'level == "low"'), group("top", 2, 'level == "top"')]

    assert [one for one in brief(*rules, group("rest", 3, rest)) if "RV313" in one] == []


def joined(condition: str) -> str:
    when = f"""\
        - {{signal: error, as: err, where: ratio > 0.5}}
        - {{signal: deploy, as: dep, where: [service == err.service, {condition}]}}
        """
    return rule("r", when, then="{advise: '${dep.revision}'}")


def test_occurrences_joined_without_a_time_are_found() -> None:
    assert findings(joined("revision != err.service")) == [
        (
            "r:9:9: warning [RV321] any deploy of the last 1h will do"
            ' (compare times, such as err.at - at < duration("10m"))'
        )
    ]


@pytest.mark.parametrize(
    "condition", ["at < err.at", 'err.at - at < duration("5m")', "done < err.at"]
)
def test_occurrences_joined_with_a_time_are_clean(condition: str) -> None:
    assert findings(joined(f"'{condition}'")) == []


def test_an_occurrence_alone_is_clean() -> None:
    assert findings(rule("r", "- {signal: deploy, as: _dep}")) == []


def test_a_rule_of_which_one_branch_wins_may_act() -> None:
    when = """\
        - any:
            - [{signal: error, as: err, where: ratio > 0.8}]
            - [{signal: error, as: err, where: ratio < 0.1}]
        """
    low = "exclusive: remedy\nsalience: 10\n"
    wide = group("all", 20, "ratio > 0.2")

    assert findings(wide, rule("some", when, then=START, more=low)) == []
    beaten = rule("some", when.replace("< 0.1", "> 0.9"), then=START, more=low)
    assert [one[:5] for one in brief(wide, beaten)] == ["RV312"]


def test_what_a_rule_holds_back_is_no_beat() -> None:
    held = group("all", 20, "ratio > 0.2", more="cooldown: 5m\n")

    assert findings(held, group("most", 10, "ratio > 0.8")) == []


@pytest.mark.parametrize(
    "then",
    [
        START,
        '{assert: suspect, set: {service: "${err.service}", ratio: "${err.ratio}"}}',
        '{send: go, incident: "${err.service}", with: {level: "${err.level}"}}',
    ],
)
def test_rules_that_lead_to_the_same_are_duplicates_whatever_it_is(then: str) -> None:
    read = rule("reader", "- {fact: suspect, as: _s}")
    one = rule("one", ERROR.format("ratio > 0.5"), then=then)
    two = rule(
        "two", ERROR.format("ratio > 0.5").replace("err,", "e,"), then=then.replace("err.", "e.")
    )

    assert [found[:5] for found in brief(read, one, two)] == ["RV314"]


def test_rules_that_forbid_the_same_are_duplicates_and_others_are_not() -> None:
    when = """\
        - {signal: error, as: err, where: ratio > 0.5}
        - not: {fact: suspect, where: [service == err.service, ratio > 0.4]}
        """

    assert [one[:5] for one in brief(rule("one", when), rule("two", when))] == ["RV314"]
    assert brief(rule("one", when), rule("two", when.replace("0.4", "0.6"))) == []
