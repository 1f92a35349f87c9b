"""What counts, beside a model that looks at all of it every time."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from interlock.rules.elements import Element
from interlock.rules.temporal.tallies import Counted, Tally
from interlock.rules.temporal.watches import Count
from tests.scale import count
from tests.unit.rules.given import rulebase

WATCH = next(
    watch
    for watch in rulebase(
        """
  - id: many
    title: Many
    when:
      - count: {signal: slow, over: 2m, distinct: value}
        as: slow_ones
        where: slow_ones >= 2
    then: [{start: look, incident: all}]
    why: ${slow_ones} are slow
"""
    ).watches.values()
    if isinstance(watch, Count)
)
MOMENTS = st.integers(0, 5)


class Tallied(RuleBasedStateMachine):
    """Law: after any additions, removals and repeated words a tally tells the number of distinct
    values, the elements by age, and the least moment at which one of them was said.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally(WATCH)
        self.gone: list[Counted] = []
        self.made = 0

    @property
    def model(self) -> list[Element]:
        return [one.element for one in self.tally.counted.values()]

    @rule(at=MOMENTS, value=st.integers(0, 3))
    def comes(self, at: int, value: int) -> None:
        self.made += 1
        row = {"value": value}
        element = Element(f"s{self.made}", "slow", row=row, key=(), alphas=(), seen_at=at)
        self.tally.add(Counted(WATCH, element))

    @precondition(lambda self: self.tally.counted)
    @rule(data=st.data())
    def goes(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(list(self.tally.counted.values())))
        self.tally.remove(one)
        self.gone.append(one)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def was_not_to_go(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.gone))
        self.gone.remove(one)
        self.tally.add(one)

    @precondition(lambda self: self.tally.counted)
    @rule(data=st.data(), later=MOMENTS)
    def is_said_again(self, data: st.DataObject, later: int) -> None:
        element = data.draw(st.sampled_from(self.model))
        element.refresh(element.seen_at + later, now=element.seen_at + later, expiry=99)

    @invariant()
    def tells_the_truth(self) -> None:
        assert self.tally.number == len({one.row["value"] for one in self.model})
        assert list(self.tally.elements) == sorted(self.model, key=lambda one: one.order)
        if self.model:
            assert self.tally.since == min(one.said_at for one in self.model)


TestTallied = Tallied.TestCase
TestTallied.settings = settings(max_examples=count(sample=60, full=5_000), stateful_step_count=40)
