"""Inline examples of rules: what they give, and what is wrong with them."""

from __future__ import annotations

import pytest

from interlock.rules.rulebase import RuleBase
from tests.unit.rules.given import World, findings, rulebase

RULE = """
  - id: burning
    title: burning
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: deploy, as: dep, where: service == err.service}
    then: [{advise: "${err.service} ${dep.revision}"}]
    why: burning
"""
EXAMPLES = """
    examples:
      - name: errors after a deploy
        given:
          - {at: 1m, every: 30s, times: 3, signal: error, data: {service: web, value: 9, limit: 1}}
          - {signal: deploy, data: {service: web, revision: r1}}
          - {at: 90s, signal: deploy, status: resolved, data: {service: web, revision: r1}}
        fires: true
      - name: errors alone
        given: [{at: 0s, signal: error, data: {service: web, value: 9, limit: 1}}]
        fires: false
"""


def burning() -> RuleBase:
    return rulebase(RULE + EXAMPLES.strip("\n"))


def test_examples_are_there_by_rule_with_what_they_give_by_time():
    first, second = burning().examples["burning"]

    assert (first.rule, first.name, first.fires, second.fires) == (
        "burning",
        "errors after a deploy",
        True,
        False,
    )
    assert [(one.at_ms, one.name, one.status) for one in first.given] == [
        (0, "deploy", "firing"),
        (60_000, "error", "firing"),
        (90_000, "error", "firing"),
        (90_000, "deploy", "resolved"),
        (120_000, "error", "firing"),
    ]
    assert first.given[1].values == {"service": "web", "value": 9, "limit": 1}
    assert (first.path, first.span.line, first.span.col) == ("rules.yaml", 12, 13)


def test_an_example_can_be_run_as_its_docstring_says():
    base = burning()
    for example in base.examples["burning"]:
        world, begun, fired = World(base), 1_000_000, False
        for given in example.given:
            world.wait(begun + given.at_ms - world.now)
            outcome = world.signal(given.name, status=given.status, **given.values)
            fired = fired or any(one.rule == example.rule for one in outcome.firings)
        assert fired == example.fires


def test_examples_take_no_part_in_the_version():
    assert burning().digest == rulebase(RULE).digest


def test_a_rule_without_examples_has_none():
    assert rulebase(RULE).examples == {}


def test_the_branches_of_a_rule_share_its_examples():
    base = rulebase("""
  - id: r
    title: r
    when: [{any: [[{signal: error, as: x}], [{signal: slow, as: x}]]}]
    then: [{advise: "${x.service}"}]
    why: r
    examples:
      - {name: one, given: [{signal: slow, data: {service: web, value: 1}}], fires: true}
""")

    assert [one.name for one in base.examples["r"]] == ["one"]


WRITTEN = """\
interlock: rules/v1
rules:
  - id: r
    title: r
    when: [{signal: error, as: err}]
    then: [{advise: "${err.service}"}]
    why: r
    examples:
      - name: one
        given: [{signal: slow, data: {service: web, value: 1}}]
        fires: true
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("slow", "slw", "r:10:26: error [RV210] undeclared signal 'slw' (did you mean 'slow'?)"),
        ("value: 1", "valeu: 1", "r:10:53: error [RV215] signal 'slow' has no field 'valeu'"),
        ("value: 1", "value: x", "r:10:60: error [RV202] expected int"),
        (", value: 1", "", "r:10:32: error [RV215] signal 'slow' needs value (give value)"),
        ("signal: slow", "at: 1, signal: slow", "r:10:22: error [RV120]"),
        ("signal: slow", "every: 1m, signal: slow", "r:10:18: error [RV110] every needs times"),
        ("signal: slow", "times: 2, signal: slow", "r:10:18: error [RV110] times needs every"),
        ("signal: slow", "times: 0, signal: slow", "r:10:25: error [RV110]"),
        ("fires: true", "fires: 1", "r:11:16: error [RV110]"),
        ("fires: true", "", "r:9:9: error [RV111]"),
        ("name: one", 'name: ""', "r:9:15: error [RV110]"),
        ("signal: slow", "fact: slow", "r:10:"),
    ],
)
def test_faults_are_reported_at_their_place(old: str, new: str, found: str):
    assert findings(WRITTEN) == []

    reported = findings(WRITTEN.replace(old, new, 1))
    assert any(one.startswith(found) for one in reported), reported


def test_all_faults_of_an_example_are_reported_at_once():
    broken = WRITTEN.replace("service: web, value: 1", "servce: web, value: x")

    assert [one.partition("[")[2][:5] for one in findings(broken)] == ["RV215", "RV215", "RV202"]


def test_two_examples_of_one_rule_have_different_names():
    given = "[{signal: slow, data: {service: a, value: 1}}]"
    again = f"      - {{name: one, given: {given}, fires: true}}\n"

    assert findings(WRITTEN + again)[0].startswith("r:12:16: error [RV310]")


def test_an_example_gives_no_more_signals_than_anybody_reads():
    series = "{every: 1s, times: 1000, signal: slow, data: {service: a, value: 1}}"
    many = WRITTEN.replace(
        "[{signal: slow, data: {service: web, value: 1}}]", f"[{', '.join([series] * 11)}]"
    )

    assert "RV110] gives 11,000 signals, 10,000 is the most" in findings(many)[0]
