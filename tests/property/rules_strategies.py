"""Random rule bases, in the naive form and as the YAML an author would write, and their input.

The universe is small so that things collide: three texts, small numbers, two signals that keep
the latest and one that keeps all, facts that lead to facts, one fact that can lead to itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.oracle.forms import (
    Ask,
    Const,
    Excepted,
    Give,
    Has,
    HasOther,
    Link,
    LinkRatio,
    Ratio,
    Sum,
    Test,
)
from tests.oracle.naive import NaiveRule

TTL_MS = 60_000
SIGNALS = """
interlock: signals/v1
signals:
  load:
    key: [k]
    correlate: [k]
    ttl: 1m
    fields: &fields {k: string, n: int, m: int, b: bool, o: {type: int, optional: true}}
  error: {key: [k], correlate: [k], ttl: 1m, fields: *fields}
  deploy: {key: [k], correlate: [k], keep: all, ttl: 1m, fields: *fields}
facts:
  suspect: {key: [k], ttl: 1m, fields: {k: string, v: int}}
  blamed: {key: [k], fields: {k: string, v: int}}
  frozen: {key: [k], fields: {k: string, v: int}}
  counted: {key: [k, v], fields: {k: string, v: int}}
"""
KEYS = {"suspect": ("k",), "blamed": ("k",), "frozen": ("k",), "counted": ("k", "v")}
LATEST = {"load", "error"}
TEXTS = ["a", "b", "c"]
NUMBERS = [0, 1, 2, 3, -1]
ORDER = ["==", "!=", "<", "<=", ">", ">="]
LOWER = {
    "suspect": [],
    "blamed": ["suspect"],
    "counted": ["suspect", "blamed"],
    "frozen": ["suspect", "blamed", "counted"],
}
"""Facts that a rule asserting each may read: no circle but counted's own."""

LASTS = [1_000, 2_000, 21_000]
"""How long patterns must last, ms; histories go on by a second or twenty."""

OVER = [1_500, 20_500, 60_000]
"""Windows, ms."""
NUMBERS_OF = [(">=", 1), (">=", 2), ("==", 2), ("==", 1), (">", 2)]
"""Tests of numbers; none of them holds of none."""

_CHOICES = st.binary(min_size=400, max_size=400)


class Picker:
    """Makes choices by the bytes of one drawn text: quick to draw, even, shrinks to zeros.

    Zero is always the first option.
    """

    def __init__(self, choices: bytes) -> None:
        self._choices = iter(choices)

    def one(self, options: Sequence):
        """Return one of the options."""
        return options[next(self._choices, 0) % len(options)]

    def own_test(self, kind: str) -> list[Test]:
        """Return a test of one element alone; a list, as some need a ``has`` before."""
        if kind == "fact":
            if self.one([True, False]):
                return [Const("v", self.one(ORDER), self.one(NUMBERS))]
            return [Const("k", self.one(["==", "!="]), self.one(TEXTS))]
        match self.one(["k", "in", "n", "m", "b", "ratio", "o"]):
            case "k":
                return [Const("k", self.one(["==", "!="]), self.one(TEXTS))]
            case "in":
                return [Const("k", "in", tuple(TEXTS[: self.one([2, 1])]))]
            case "b":
                return [Const("b", "==", self.one([True, False]))]
            case "ratio":
                return [Ratio("n", "m", self.one(ORDER), self.one(NUMBERS))]
            case "o":
                return [Has("o"), Const("o", self.one(ORDER), self.one(NUMBERS))]
            case name:
                return [Const(name, self.one(ORDER), self.one(NUMBERS))]

    def joint_test(self, kind: str, earlier: Sequence[Ask]) -> list[Test]:
        """Return a test of one element against an earlier one."""
        other = self.one(earlier)
        if other.listed:  # nothing else is known of what is not there
            return [Link("k", "==", other.alias, "k")]
        own = "v" if kind == "fact" else self.one(["n", "m"])
        theirs = "v" if other.kind == "fact" else self.one(["n", "m"])
        match self.one(["k", "k", "k", "number", "not k", "sum", "ratio", "o", "their o"]):
            case "not k":
                return [Link("k", "!=", other.alias, "k")]
            case "number":
                return [Link(own, self.one(ORDER), other.alias, theirs)]
            case "sum":
                return [Sum(own, other.alias, theirs, self.one(ORDER), self.one(NUMBERS))]
            case "ratio":
                return [LinkRatio(own, other.alias, theirs, self.one(ORDER), self.one(NUMBERS))]
            case "o" if kind == "signal":
                return [Has("o"), Link("o", self.one(ORDER), other.alias, theirs)]
            case "their o" if other.kind == "signal":
                return [HasOther(other.alias, "o"), Link(own, self.one(ORDER), other.alias, "o")]
            case _:
                return [Link("k", "==", other.alias, "k")]

    def pattern(self, alias: str, facts: Sequence[str], earlier: Sequence[Ask]) -> Ask:
        """Return a pattern on a signal or one of some facts."""
        kind = self.one(["signal", "fact"] if facts else ["signal"])
        name = self.one(["load", "error", "deploy"] if kind == "signal" else facts)
        tests: list[Test] = []
        for _ in range(self.one([0, 1, 0, 2])):
            tests += self.own_test(kind)
        if earlier:
            for _ in range(self.one([1, 1, 2, 0])):
                tests += self.joint_test(kind, earlier)
        lasts = self.one([None, None, None, *LASTS]) if alias else None
        ask = Ask(alias, kind, name, tuple(tests), lasts)
        waits = alias and self.one([False, False, False, True])
        lower = [fact for fact in facts if fact != "counted"]
        return replace(ask, answers=(self.answer(ask, lower),)) if waits else ask

    def answer(self, ask: Ask, facts: Sequence[str]) -> tuple[Ask, int]:
        """Return what must not come within some time after an element."""
        kind = self.one(["signal", "signal", "fact"] if facts else ["signal"])
        name = self.one(["load", "error", "deploy"] if kind == "signal" else facts)
        tests = [test for _ in range(self.one([0, 1])) for test in self.own_test(kind)]
        tests += self.joint_test(kind, [ask])
        return Ask("", kind, name, tuple(tests)), self.one(LASTS)

    def tally(self, alias: str, earlier: Sequence[Ask]) -> Ask:
        """Return a number of signals, by ``k`` of an earlier element or all together."""
        tests = [test for _ in range(self.one([0, 1])) for test in self.own_test("signal")]
        if self.one([True, True, False]):
            tests.append(Link("k", "==", self.one(earlier).alias, "k"))
        return Ask(
            alias,
            "signal",
            self.one(["deploy", "load", "deploy"]),
            tuple(tests),
            over=self.one(OVER),
            distinct=self.one([None, None, "n", "k"]),
            number=Const("count", *self.one(NUMBERS_OF)),
        )

    def gap(self, alias: str) -> Ask:
        """Return an absence of a signal for some values of ``k``."""
        tests = [test for _ in range(self.one([0, 0, 1])) for test in self.own_test("signal")]
        return Ask(
            alias,
            "signal",
            self.one(["load", "deploy", "error"]),
            tuple(tests),
            listed=tuple(TEXTS[: self.one([2, 1, 3])]),
            missed=(self.one(LASTS), self.one([0, 0, 0, 5_000, 30_000])),
        )

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

    def observation(self) -> Observe:
        """Return a signal, sometimes resolved."""
        fields = {
            "k": self.one(TEXTS),
            "n": self.one(NUMBERS),
            "m": self.one(NUMBERS),
            "b": self.one([True, False]),
        }
        if self.one([False, True]):
            fields["o"] = self.one(NUMBERS)
        name = self.one(["load", "error", "deploy"])
        return Observe(name, fields, self.one([False] * 5 + [True]), self.one(LATER))

    def event(self) -> Observe | Say:
        """Return a signal or an operator's word."""
        if self.one([True, True, True, False]):
            return self.observation()
        return Say(
            self.one(sorted(KEYS)), self.one(TEXTS), self.one([None, 0, 1, 2]), self.one(LATER)
        )


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
    pick = Picker(choices)
    numbers = range(pick.one([1, 2, 3, 5, 6, 7]))
    some = [branch for number in numbers for branch in pick.branches(pick.rule(number))]
    return (*some, *pick.one([(), (COUNT_ON,), (COUNT_ON, COUNT_ROUND)]))


@st.composite
def restrained_rule_bases(draw) -> tuple[NaiveRule, ...]:
    """Up to five rules, most of which may not always fire."""
    pick = Picker(draw(_CHOICES))
    rules = [pick.restrained(pick.rule(number)) for number in range(pick.one([1, 1, 2, 3, 5]))]
    return tuple(branch for rule in rules for branch in pick.branches(rule))


def history_of(choices: bytes) -> list[Observe | Say]:
    """Up to thirty events."""
    pick = Picker(choices)
    events: list[Observe | Say] = []
    for _ in range(pick.one([0, 1, 2, 3, 5, 8, 12, 16, 20, 30])):
        repeats = events and pick.one([False, False, True])
        events.append(replace(pick.one(events), later=pick.one(LATER)) if repeats else pick.event())
    return events


def rule_bases() -> st.SearchStrategy[tuple[NaiveRule, ...]]:
    """Random rule bases."""
    return _CHOICES.map(rules_of)


def histories() -> st.SearchStrategy[list[Observe | Say]]:
    """Random histories."""
    return _CHOICES.map(history_of)


DAY_MS = 86_400_000
TODAY, TOMORROW = DAY_MS, 2 * DAY_MS
"""Ends of the first two days there are; histories may begin shortly before the first ends."""

LATER = [1_000, 0, 20_000, 1_000, 1_000, 0]


@dataclass(frozen=True)
class Observe:
    """A signal arrives, or is resolved, some time after what came before."""

    name: str
    fields: Mapping[str, object]
    resolved: bool
    later: int


@dataclass(frozen=True)
class Say:
    """An operator sets a fact, or takes it back when ``v`` is None."""

    fact: str
    k: str
    v: int | None
    later: int
