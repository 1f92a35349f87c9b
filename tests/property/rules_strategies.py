"""Random rule bases, in the naive form that `rules_written` writes as an author would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from tests.oracle.forms import Ask, Const, Excepted, Give, Link
from tests.oracle.naive import NaiveRule
from tests.property.rules_patterns import PatternPicker
from tests.property.rules_universe import CHOICES, KEYS, LOWER, NUMBERS, TODAY, TOMORROW


class RulePicker(PatternPicker):
    """Makes rules, in the naive form."""

    def rule(self, number: int) -> NaiveRule:
        """Return a rule that asserts a fact or starts a machine."""
        fact = self.one(["", *LOWER, "", ""])
        lower = LOWER[fact] if fact else list(KEYS)
        readable = [*lower, "counted"] if fact == "counted" else lower
        asks: list[Ask] = []
        for place in range(self.one([1, 2, 2, 3] if fact else [1, 1, 1, 2, 3])):
            earlier = [ask for ask in asks if ask.over is None]
            counts = earlier and self.one([False, False, True, False])
            alias = f"p{place}"
            if self.one([False, False, False, False, True]):
                asks.append(self.gap(alias))
            elif counts:
                asks.append(self.tally(alias, earlier))
            else:
                asks.append(self.pattern(alias, readable, earlier))
        earlier = [ask for ask in asks if ask.over is None]
        nots = [self.pattern("", lower, earlier)] if self.one([False, True]) else []
        incident = self.one([Give("all"), Give("", asks[0].alias, "k")])
        exclusive = None if fact else self.one([None, "g", "g"])
        return NaiveRule(
            id=f"r{number}",
            asks=tuple(asks),
            nots=tuple(nots),
            asserts=(self.assertion(fact, asks),) if fact else (),
            start=None if fact else ("machine", incident),
            salience=number if exclusive else self.one([0, 1, 2]),
            exclusive=exclusive,
            shadow=self.one([False] * 5 + [True]),
        )

    def restrained(self, rule: NaiveRule) -> NaiveRule:
        """Return a rule that may not always fire, if it looks at signals alone.

        The agenda is ordered by age, and the naive evaluator knows none of facts, numbers,
        what is not answered and what is absent.
        """
        unknown = any(
            a.kind == "fact" or a.over is not None or a.answers or a.listed for a in rule.asks
        )
        if unknown or self.one([False, False, True]):
            return rule
        once = [(), (Give("", "p0", "k"),), (Give("", "p0", "n"),), (Give(1),)]
        expires = self.one([TOMORROW, TOMORROW, TODAY])
        excepted = Excepted("EX-1", "p0", tuple(self.own_test("signal")), expires)
        return replace(
            rule,
            asks=tuple(replace(ask, lasts=None) for ask in rule.asks),
            exclusive=None,
            once_per=self.one(once),
            cooldown=self.one([30_000, 0, 90_000, 5_000]),
            excepts=(excepted,) if self.one([False, True]) else (),
        )

    def branches(self, rule: NaiveRule) -> list[NaiveRule]:
        """Return a rule, or two or three branches that bind the same names to the same types."""
        more = self.one([0, 0, 0, 1, 1, 2])
        told = {give.field for _, values in rule.asserts for _, give in values}
        if not more or "count" in told:  # two numbers for one fact would be a tie
            return [rule]
        return [replace(rule, branch="1"), *(self.branch(rule, n) for n in range(2, 2 + more))]

    def branch(self, rule: NaiveRule, number: int) -> NaiveRule:
        """Return another branch of a rule: other tests, perhaps in another order."""
        asks: list[Ask] = []
        for old in rule.asks if self.one([True, False]) else reversed(rule.asks):
            earlier = [ask for ask in asks if ask.over is None]
            tests = self.own_test(old.kind) if self.one([True, False]) else []
            if earlier and not old.listed and self.one([True, True, False]):
                link = [Link("k", "==", self.one(earlier).alias, "k")]
                tests += link if old.over else self.joint_test(old.kind, earlier)
            asks.append(replace(old, tests=tuple(tests)))
        lower = LOWER[rule.asserts[0][0]] if rule.asserts else list(KEYS)
        earlier = [ask for ask in asks if ask.over is None]
        nots = (self.pattern("", lower, earlier),) if self.one([False, True]) else ()
        return replace(rule, asks=tuple(asks), nots=nots, branch=str(number))

    def assertion(self, fact: str, asks: Sequence[Ask]) -> tuple:
        """Return what a rule asserts, such that only the age of signals can break a tie."""
        value = Give(self.one(NUMBERS))
        if len(asks) == 2 and asks[1].over and self.one([True, False]):
            value = Give("", "p1", "count") if fact != "counted" else value
        is_signal = asks[0].kind == "signal" and not asks[0].listed
        if len(asks) == 1 and is_signal and self.one([True, False]):
            value = Give("", "p0", "n") if fact != "counted" else value
        return (fact, (("k", Give("", asks[0].alias, "k")), ("v", value)))


COUNT_ON = NaiveRule(
    id="count-on",
    asks=(Ask("p0", "fact", "counted", (Const("v", "<", 3),)),),
    asserts=(("counted", (("k", Give("", "p0", "k")), ("v", Give(1, "p0", "v")))),),
)
"""Knots a fact to itself: counted(k, v) leads to counted(k, v + 1) below 3."""

COUNT_ROUND = NaiveRule(
    id="count-round",
    asks=(Ask("p0", "fact", "counted", (Const("v", "==", 3),)),),
    asserts=(("counted", (("k", Give("", "p0", "k")), ("v", Give(1)))),),
)
"""Closes the circle: with count-on, 1, 2 and 3 could hold each other up for ever."""


def rules_of(choices: bytes) -> tuple[NaiveRule, ...]:
    """Up to seven rules."""
    pick = RulePicker(choices)
    numbers = range(pick.one([1, 2, 3, 5, 6, 7]))
    some = [branch for number in numbers for branch in pick.branches(pick.rule(number))]
    return (*some, *pick.one([(), (COUNT_ON,), (COUNT_ON, COUNT_ROUND)]))


@st.composite
def restrained_rule_bases(draw) -> tuple[NaiveRule, ...]:
    """Up to five rules, most of which may not always fire."""
    pick = RulePicker(draw(CHOICES))
    rules = [pick.restrained(pick.rule(number)) for number in range(pick.one([1, 1, 2, 3, 5]))]
    return tuple(branch for rule in rules for branch in pick.branches(rule))


def rule_bases() -> st.SearchStrategy[tuple[NaiveRule, ...]]:
    """Random rule bases."""
    return CHOICES.map(rules_of)
