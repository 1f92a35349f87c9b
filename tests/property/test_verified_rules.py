"""What is told of rules without running them is so when they run."""

from __future__ import annotations

from hypothesis import given

from interlock.language.regions import NOWHERE
from interlock.rules.verify import read_subjects, verify_rules
from interlock.rules.verify.shadows import shadowed_rules
from interlock.rules.verify.subject import by_rule
from tests.property.rules_histories import histories
from tests.property.rules_strategies import rule_bases
from tests.property.rules_written import documents_of
from tests.property.sides import Side


@given(rule_bases(), histories())
def test_rules_that_are_told_never_to_fire_or_act_do_not_in_any_history(rules, history):
    """rule in never(rules) → no outcome of any history has a firing of it."""
    subjects = read_subjects(documents_of(rules))
    verify_rules(subjects)  # whatever the rules are, it has an answer
    never = {one.under.rule.id for one in shadowed_rules(subjects)}
    for branches in by_rule(subjects):
        if all(one.region == NOWHERE for one in branches):
            never.add(branches[0].rule.id)

    side = Side(rules)
    fired = {
        firing.rule
        for event in history
        for outcome in side.step(event)
        for firing in outcome.firings
    }

    assert not fired & never
