"""Two versions of a rule: what fires for more, for less, for something else."""

from __future__ import annotations

from textwrap import dedent

import pytest

from interlock.engine.difference import Change, What, differences
from interlock.engine.verify.whole import read_whole

SIGNALS = """\
interlock: signals/v1
signals:
  error:
    key: [service]
    ttl: 5m
    fields:
      service: string
      env: {type: string, enum: [prod, staging, test]}
      value: {type: double, min: 0, max: 1}
      count: {type: int, min: 0, max: 9}
  deploy: {key: [service], ttl: 1h, fields: {service: string}}
facts:
  freeze: {key: [service], fields: {service: string}}
"""
RULE = """\
- id: r
  title: t
  when:
    - {signal: error, as: e, where: [value > 0.5, 'env == "prod"']}
  then: [{advise: "${e.service}"}]
  why: w
"""


def step(before: str, after: str) -> list[Change]:
    """Return what differs between two lists of rules."""

    def whole(rules: str):
        text = "interlock: rules/v1\nrules:\n" + dedent(rules)
        return read_whole({"s.yaml": SIGNALS, "r.yaml": text})

    return differences(whole(before), whole(after))


def ways(before: str, after: str) -> list[str]:
    return [change.what.value for change in step(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("value > 0.5", "value > 0.4", "loosened"),
        ("value > 0.5", "value >= 0.5", "loosened"),
        ("value > 0.5", "value > 0.6", "tightened"),
        ("value > 0.5", "value < 0.6", "changed"),
        ('env == "prod"', 'env in ["prod", "staging"]', "loosened"),
        ('env == "prod"', 'env != "test"', "loosened"),
        (", 'env == \"prod\"'", "", "loosened"),
        ("value > 0.5", "value > 0.5, count > 3", "tightened"),
        ("value > 0.5", "value > 0.5, count > 3 || count < 5", "same"),
        ("value > 0.5", "0.5 < value", "same"),
        ('env == "prod"', '!(env in ["staging", "test"])', "same"),
        ("value > 0.5", "value * value > 0.3", "changed"),
        ("- {signal: error", "- {signal: deploy, as: _d}\n    - {signal: error", "tightened"),
        ("\n  then", "\n    - not: {fact: freeze}\n  then", "tightened"),
    ],
)
def test_conditions_are_compared_by_what_they_match(before: str, after: str, what: str) -> None:
    old, new = RULE, RULE.replace(before, after)
    assert old != new

    assert ways(old, new) == ([] if what == "same" else [what])


def test_what_tightens_one_way_loosens_the_other() -> None:
    new = RULE.replace("\n  then", "\n    - not: {fact: freeze}\n  then")

    assert ways(new, RULE) == ["loosened"]


def test_conditions_of_which_one_is_loosened_and_one_tightened_are_changed() -> None:
    new = RULE.replace("0.5", "0.4").replace("'env == \"prod\"'", "'env == \"prod\"', count > 3")

    assert ways(RULE, new) == ["changed"]


def test_a_renamed_alias_is_no_difference() -> None:
    new = RULE.replace("as: e", "as: other").replace("e.service", "other.service")

    (change,) = step(RULE, new)
    assert [detail.key for detail in change.details] == ["consequences.1.text"]


def test_a_rule_that_stops_only_watching_raises_the_risk() -> None:
    (change,) = step(RULE.replace("title: t", "title: t\n  status: shadow"), RULE)

    assert (change.what, change.raises_risk) == (What.LOOSENED, True)


def test_a_risk_that_rises_is_said_and_one_that_falls_is_not() -> None:
    low, high = (RULE.replace("title: t", f"title: t\n  risk: {risk}") for risk in ("low", "high"))

    assert [change.raises_risk for change in step(low, high)] == [True]
    assert [change.raises_risk for change in step(high, low)] == [False]


def test_a_branch_more_fires_for_more() -> None:
    either = RULE.replace(
        "- {signal: error, as: e, where: [value > 0.5, 'env == \"prod\"']}",
        "- any:\n        - [{signal: error, as: e, where: value > 0.5}]"
        "\n        - [{signal: deploy, as: e}]",
    )
    both = either.replace(
        "\n        - [{signal: deploy, as: e}]",
        "\n        - [{signal: deploy, as: e}]\n        - [{fact: freeze, as: e}]",
    )

    assert ways(either, both) == ["loosened"]
    assert ways(both, either) == ["tightened"]


def test_rules_that_came_and_went_are_named_with_their_place() -> None:
    found = step(RULE, RULE.replace("id: r", "id: s"))

    assert [(c.name, c.what.value, c.place) for c in found] == [
        ("r", "removed", "r.yaml:3"),
        ("s", "added", "r.yaml:3"),
    ]


def test_the_same_rules_differ_in_nothing() -> None:
    assert step(RULE, RULE.replace("title: t", "title: t  # the same")) == []


LASTING = RULE.replace("'env == \"prod\"']}", "'env == \"prod\"'], for: 2m}")


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (LASTING.replace("for: 2m", "for: 3m"), "tightened"),
        (LASTING.replace("for: 2m", "for: 1m"), "loosened"),
        (RULE, "loosened"),
        (LASTING.replace("for: 2m", "for: 1m").replace("0.5", "0.6"), "changed"),
    ],
)
def test_what_must_last_longer_is_tightened(after: str, what: str) -> None:
    assert ways(LASTING, after) == [what]


def test_conditions_are_told_as_their_author_would_say_them() -> None:
    (change,) = step(LASTING, LASTING.replace("for: 2m", "for: 3m"))

    text = 'signal error as e where value > 0.5 && env == "prod" for 2m'
    assert change.details[0].before == text


COUNTING = """\
- id: r
  title: t
  when:
    - {count: {signal: deploy, over: 5m, distinct: service}, as: n, where: n >= 3}
  then: [{advise: "${n} deploys"}]
  why: w
"""


def test_a_threshold_of_a_count_is_weighed_and_its_window_is_only_changed() -> None:
    assert ways(COUNTING, COUNTING.replace("n >= 3", "n >= 2")) == ["loosened"]
    assert ways(COUNTING, COUNTING.replace("5m", "6m")) == ["changed"]


MISSING = """\
- id: r
  title: t
  when:
    - absent:
        {signal: error, key: {service: [a, b]}, where: value > 0.5, for: 3m, after_start: 5m}
      as: gap
  then: [{advise: "${gap.service}"}]
  why: w
"""


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("for: 3m", "for: 4m", "tightened"),
        ("for: 3m", "for: 2m", "loosened"),
        ("after_start: 5m", "after_start: 6m", "tightened"),
        (", after_start: 5m", "", "loosened"),
        ("[a, b]", "[a, b, c]", "loosened"),
        ("[a, b]", "a", "tightened"),
        ("[a, b]", "[a, c]", "changed"),
        ("value > 0.5", "value > 0.6", "changed"),
    ],
)
def test_what_is_absent_is_weighed_by_its_lengths_and_by_what_is_listed(
    before: str, after: str, what: str
) -> None:
    assert before in MISSING
    assert ways(MISSING, MISSING.replace(before, after)) == [what]


def test_an_absence_is_told_with_what_is_listed_and_how_long() -> None:
    (change,) = step(MISSING, MISSING.replace("[a, b]", "[b, a, c]"))

    (detail,) = change.details
    text = "no error with value > 0.5 by service as gap where service in [{}] for 3m after 5m"
    assert detail.before == text.format('"a", "b"')
    assert detail.after == text.format('"a", "b", "c"')


def test_the_order_of_what_is_listed_makes_no_difference() -> None:
    assert step(MISSING, MISSING.replace("[a, b]", "[b, a, b]")) == []
