"""The nearest miss against the matcher, over random rule bases and histories."""

from __future__ import annotations

from hypothesis import given, settings

from interlock.rules.nearmiss import near_miss
from tests.property.rules_histories import histories
from tests.property.rules_strategies import rule_bases
from tests.property.test_rules_mean_what_the_naive_evaluator_says import Side
from tests.scale import count


@settings(max_examples=count(sample=60, full=5_000))
@given(rule_bases(), histories())
def test_a_rule_misses_nothing_exactly_when_it_has_a_match(rules, history):
    """near_miss(rule).missed == 0 ⟺ some activation of the rule is in force, after every step."""
    side = Side(rules)

    for event in history:
        side.step(event)
        matched = {one.rule.id for one in side.memory._state.activations.values()}
        missing_nothing = {
            name
            for name, rule in side.rulebase.rules.items()
            if near_miss(side.rulebase, rule, side.memory.elements_of).missed == 0
        }

        assert matched == missing_nothing
