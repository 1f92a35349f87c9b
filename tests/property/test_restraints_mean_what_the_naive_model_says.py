"""What rules with `once_per`, `cooldown` and `except` hold back, against a naive model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.rules.model import Outcome
from tests.oracle.naive import Found, NaiveRule, World
from tests.oracle.past import Live
from tests.oracle.restraint import Restraints
from tests.property.rules_histories import histories
from tests.property.rules_strategies import restrained_rule_bases
from tests.property.rules_universe import DAY_MS
from tests.property.sides import Believed, Side, assert_continues_from_a_dump, bound
from tests.scale import count

EXAMPLES = settings(max_examples=count(sample=60, full=5_000))


@dataclass
class BelievedRestrained(Believed):
    """The live elements, and who may fire."""

    restraints: Restraints = field(default_factory=Restraints)

    def restrain(self, rule: NaiveRule, found: Found, signals: Sequence[Live]) -> Found:
        self.restraints.now = self.past.now
        return self.restraints(rule, found, signals)

    def world(self) -> World:
        world = super().world()
        self.restraints.commit()
        return world


class RestrainedSide(Side):
    """The memory beside the model, which follows every step of the memory."""

    def __init__(self, rules: tuple[NaiveRule, ...]) -> None:
        super().__init__(rules)
        self.believed = BelievedRestrained(rules)
        self.now = DAY_MS - 100_000

    def _follow(self, outcome: Outcome) -> None:
        super()._follow(outcome)
        suppressed = self.memory.suppressed()
        held = {(one.rule, tuple(e.id for e in bound(one))) for one in suppressed}
        assert held == self.believed.restraints.held
        assert {one.id for one in outcome.suppressed} <= {one.id for one in suppressed}


@EXAMPLES
@given(restrained_rule_bases(), histories())
def test_after_every_step_those_fire_and_are_held_back_that_the_naive_model_says(rules, history):
    """memory == naive evaluation with the naive model of turns, cooldowns and exceptions."""
    side = RestrainedSide(rules)

    for event in history:
        side.step(event)


@EXAMPLES
@given(restrained_rule_bases(), histories(), st.integers(0, 20))
def test_a_memory_that_holds_back_is_dumped_and_loaded_exactly(rules, history, cut):
    """load(dump(m)) behaves as m, with who waits, who fires and since when."""
    assert_continues_from_a_dump(RestrainedSide(rules), RestrainedSide(rules), history, cut)
