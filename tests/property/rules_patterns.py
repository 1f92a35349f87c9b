"""Random patterns of rules: what they test, wait for, count and miss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.oracle.forms import Ask, Const, Has, HasOther, Link, LinkRatio, Ratio, Sum, Test
from tests.property.rules_universe import NUMBERS, ORDER, TEXTS, Picker

LASTS = [1_000, 2_000, 21_000]
"""How long patterns must last, ms; histories go on by a second or twenty."""

OVER = [1_500, 20_500, 60_000]
"""Windows, ms."""
NUMBERS_OF = [(">=", 1), (">=", 2), ("==", 2), ("==", 1), (">", 2)]
"""Tests of numbers; none of them holds of none."""


class PatternPicker(Picker):
    """Makes patterns, in the naive form."""

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
