"""RV350: two rules that may start different machines for one incident."""

from __future__ import annotations

import pytest

from tests.unit.rules.verify.given import START, findings, rule

ERROR = "- {{signal: error, as: err, where: '{}'}}"
DRAIN = START.replace("start: restart", "start: drain")
OTHER = DRAIN.replace("err.", "e.")


def one(condition: str = "ratio > 0.5", more: str = "") -> str:
    return rule("one", ERROR.format(condition), then=START, more=more)


def test_two_machines_for_one_incident_are_found_with_an_example() -> None:
    other = rule("two", "- {signal: error, as: e, where: ratio > 0.8}", then=OTHER)

    assert findings(one(), other) == [
        (
            "r:12:20: warning [RV350] may start drain while 'one' starts restart for the same"
            " incident: err.ratio is 0.800001 (put both into one `exclusive` group)"
        )
    ]


def test_rules_over_several_elements_are_found_where_they_share_one() -> None:
    when = """\
        - {signal: deploy, as: dep}
        - {signal: error, as: e, where: [service == dep.service, ratio > 0.7, dep.at <= at]}
        """

    assert ["RV350" in found for found in findings(one(), rule("two", when, then=OTHER))] == [True]


@pytest.mark.parametrize(
    "other",
    [
        rule("two", ERROR.format("ratio <= 0.5"), then=DRAIN),  # never at once
        rule("two", ERROR.format("ratio > 0.8"), then=START),  # the same machine
        rule("two", ERROR.format("ratio > 0.8"), then=DRAIN, more="status: shadow\n"),
        rule("two", ERROR.format("ratio > 0.8"), then="{advise: look}"),
        rule("two", ERROR.format("ratio > 0.8"), then=DRAIN.replace('t: "${err.', 't: "x ${err.')),
        rule("two", "- {fact: suspect, as: err}", then=DRAIN),  # another kind of element
        rule("two", ERROR.format('ratio > 0.8 && service.matches("^q{9}$")'), then=DRAIN),
    ],
)
def test_rules_that_were_not_seen_to_start_both_are_clean(other: str) -> None:
    assert findings(one(), other) == []


def test_rules_of_one_group_are_clean() -> None:
    other = rule(
        "two", ERROR.format("ratio > 0.8"), then=DRAIN, more="exclusive: remedy\nsalience: 9\n"
    )

    assert findings(one(more="exclusive: remedy\n"), other) == []


def test_a_rule_that_forbids_what_the_other_needs_is_clean() -> None:
    more = "- not: {fact: suspect, where: service == err.service}"
    guarded = rule("one", ERROR.format("ratio > 0.5") + "\n" + more, then=START)
    when = """\
        - {signal: error, as: e}
        - {fact: suspect, as: s, where: service == e.service}
        """

    assert findings(guarded, rule("two", when, then=OTHER)) == []


COUNTED = """\
- {signal: error, as: e, where: ratio > 0.6}
- count: {signal: deploy, where: service == e.service, over: 5m}
  as: many
  where: [many >= 3, many >= 2]
"""


def test_numbers_and_what_lasts_are_reasoned_about_like_fields() -> None:
    found = findings(one(), rule("two", COUNTED, then=OTHER))

    assert [("RV303" in one_, "RV350" in one_) for one_ in found] == [(False, True), (True, False)]
    assert "'many >= 2' follows from 'many >= 3'" in found[1]


def test_what_must_last_may_rival_too() -> None:
    lasting = "- {signal: error, as: e, where: ratio > 0.6, for: 2m}"

    assert ["RV350" in one_ for one_ in findings(one(), rule("two", lasting, then=OTHER))] == [True]


MISSED = (
    "- {absent: {signal: error, key: {service: [LISTED]}, where: ratio > 0.5, for: 9m}, as: err}"
)


def test_what_is_absent_is_not_reasoned_about() -> None:
    """A rule that starts for one listed value is no rival of one that starts for another."""
    missed = rule("two", MISSED.replace("LISTED", "a"), then=DRAIN)
    other = rule("one", MISSED.replace("LISTED", "b"), then=START)

    assert findings(one(), missed) == []
    assert findings(other, missed) == []


def test_the_tests_of_what_is_absent_are_not_those_of_the_rule() -> None:
    """What is never heard is always missed: that is no rule that never fires."""
    never = MISSED.replace("LISTED", "a").replace("ratio > 0.5", "ratio > 0.9 && ratio < 0.1")

    assert not any("RV302" in found for found in findings(rule("two", never, then=DRAIN)))
