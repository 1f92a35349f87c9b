"""A pack of rules as the second engine sees it, and the way there and back for its evaluations.

What the engine decides by itself: which kind an element is; every comparison of a number, time,
string or bool with a constant that is an equality or, for numbers and times, an order; every join
of that sort; which combinations of elements meet all patterns of a rule.

What it is told: the outcome of tests it cannot be trusted with.  Those of one element alone
(functions, lists of constants, orders of strings) reach it as a flag; those over several elements
are applied to its answer here.  Both engines share the code of these tests, so about them there is
no second opinion; nor is there about negation, chaining and truth maintenance, which come later.

Names and bytes of authors and senders stay on this side; :mod:`.plan` says what crosses.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from interlock.errors import InvariantBroken
from interlock.rules import network
from interlock.rules.caged import ruleset
from interlock.rules.caged.columns import COMPARE, ColumnsOfType, is_native
from interlock.rules.caged.limits import MAX_FACTS, MAX_MATCHES, MAX_PATTERNS, Uncageable
from interlock.rules.caged.plan import NumberedMatch, Plan, Ruleset
from interlock.rules.caged.variants import Edge, Variant, Writer, edges, variants
from interlock.rules.model import Evaluation, FactRow, Match, Row
from interlock.rules.temporal.derived import ORIGIN

_REMEMBERED: Final = 4_096
"""Elements whose cells are kept written; the same ones come again in the next evaluations."""


class CagedPack:
    """One pack, compiled for the second engine.  Not thread-safe.

    Attributes:
        id: the pack's.
        plan: what the worker is given.
        digest: of the plan; the worker knows the pack by it.
    """

    def __init__(self, pack: network.Pack) -> None:
        """Compile a pack.

        Raises:
            Uncageable: a rule of it passes a limit of the cage; the message names the rule.
        """
        writer = Writer()
        self.id = pack.id
        self._variants = [variant for rule in pack.rules for variant in variants(rule)]
        self.plan = _plan(writer, self._variants)
        self.digest = self.plan.digest
        self._types: Mapping[str, ColumnsOfType] = writer.types
        self._later = {rule.name: _later_tests(rule) for rule in pack.rules}
        self._written: OrderedDict[str, tuple[Row, bytes]] = OrderedDict()

    def request(self, evaluation: Evaluation) -> bytes:
        """Return ``[digest, focus, rows]`` as JSON, the facts in the evaluation's order.

        Raises:
            Uncageable: there are too many facts or matches, or a value has no form the engine can
                be given.
        """
        if evaluation.too_large or len(evaluation.facts) > MAX_FACTS:
            raise Uncageable(f"more than {MAX_FACTS} elements could join")
        if len(evaluation.matches) > MAX_MATCHES:
            raise Uncageable(f"more than {MAX_MATCHES} matches")
        places = {fact.id: place for place, fact in enumerate(evaluation.facts)}
        rows = [orjson.Fragment(self._cells(fact)) for fact in evaluation.facts]
        return orjson.dumps([self.digest, places[evaluation.focus], rows])

    def matches(self, evaluation: Evaluation, answer: Sequence[NumberedMatch]) -> tuple[Match, ...]:
        """Return what the engine's answer means: rule ids and element ids, sorted.

        Raises:
            InvariantBroken: the answer is not one to this evaluation.
        """
        found: set[Match] = set()
        for number, places in answer:
            rule, facts = self._facts(evaluation, number, places)
            rows = [fact.fields for fact in facts]
            # What stands for an element and the element itself are not two.
            apart = len({fact.fields.get(ORIGIN, fact.id) for fact in facts}) == len(facts)
            if apart and all(test.holds(rows) for test in self._later[rule.name]):
                found.add((rule.name, tuple(fact.id for fact in facts)))
        return tuple(sorted(found))

    def _facts(
        self, evaluation: Evaluation, number: int, places: Sequence[int]
    ) -> tuple[network.Rule, list[FactRow]]:
        """Return the rule of a match and its facts in the order of the rule's patterns."""
        if not 0 <= number < len(self._variants):
            raise InvariantBroken(
                f"the second engine answered for a rule {number} it was not given"
            )
        variant = self._variants[number]
        if len(places) != len(variant.order) or not _are_places(places, evaluation.facts):
            raise InvariantBroken("the second engine answered with facts it was not given")
        met = dict(zip(variant.order, places, strict=True))
        return variant.rule, [evaluation.facts[met[place]] for place in range(len(places))]

    def _cells(self, fact: FactRow) -> bytes:
        """Return the row of a fact as JSON."""
        known = self._written.get(fact.id)
        if known is not None and (known[0] is fact.fields or known[0] == fact.fields):
            return known[1]
        written = self._write(fact)
        self._written[fact.id] = (fact.fields, written)
        if len(self._written) > _REMEMBERED:
            self._written.popitem(last=False)
        return written

    def _write(self, fact: FactRow) -> bytes:
        columns = self._types.get(fact.type)
        if columns is None:
            raise Uncageable(f"no rule of pack {self.id} reads a {fact.type}")
        cells = [columns.kind, *(reader(fact.fields) for reader in columns.readers)]
        try:
            return orjson.dumps(cells, option=orjson.OPT_STRICT_INTEGER)
        except TypeError as error:  # a number beyond ±(2^53-1), or half a surrogate pair
            raise Uncageable(f"a field of {fact.type} has no form for the engine") from error


@dataclass(frozen=True, slots=True)
class _ResidualTest:
    """A test over several elements that only the language can make."""

    place: int
    others: tuple[tuple[str, int], ...]
    residual: network.Residual

    def holds(self, rows: Sequence[Row]) -> bool:
        environment = {alias: rows[place] for alias, place in self.others}
        return self.residual.test(rows[self.place], environment) is True


@dataclass(frozen=True, slots=True)
class _LateJoin:
    """A join that the engine is not trusted with."""

    edge: Edge

    def holds(self, rows: Sequence[Row]) -> bool:
        join = self.edge.join
        left = rows[self.edge.left].get(join.field)
        right = rows[self.edge.right].get(join.other)
        return left is not None and right is not None and COMPARE[join.operator](left, right)


def _later_tests(rule: network.Rule) -> tuple[_ResidualTest | _LateJoin, ...]:
    places = {pattern.alias: place for place, pattern in enumerate(rule.patterns)}
    residuals = [
        _ResidualTest(place, tuple((alias, places[alias]) for alias in residual.aliases), residual)
        for place, pattern in enumerate(rule.patterns)
        for residual in pattern.residuals
    ]
    joins = [_LateJoin(edge) for edge in edges(rule) if not is_native(edge.join)]
    return (*joins, *residuals)


def _are_places(places: Sequence[int], facts: Sequence[FactRow]) -> bool:
    return all(type(place) is int and 0 <= place < len(facts) for place in places)


def _plan(writer: Writer, all_variants: Sequence[Variant]) -> Plan:
    by_focus: dict[int, list[ruleset.Rule]] = {}
    for number, variant in enumerate(all_variants):
        rule = writer.write(variant, number)
        try:
            ruleset.check_rule(rule)
        except Uncageable as refusal:
            raise Uncageable(f"rule {variant.rule.id}: {refusal}") from refusal
        by_focus.setdefault(rule.patterns[0].kind, []).append(rule)
    return Plan(
        columns={columns.kind: tuple(columns.columns) for columns in writer.types.values()},
        words=tuple(writer.words),
        rulesets={
            kind: tuple(_ruleset(rules) for rules in _within_limit(found))
            for kind, found in sorted(by_focus.items())
        },
    )


def _within_limit(rules: Sequence[ruleset.Rule]) -> list[list[ruleset.Rule]]:
    """Return the rules in as few groups, in order, as the limit on patterns allows."""
    groups: list[list[ruleset.Rule]] = [[]]
    for rule in rules:
        count = sum(len(other.patterns) for other in groups[-1]) + len(rule.patterns)
        if groups[-1] and count > MAX_PATTERNS:
            groups.append([])
        groups[-1].append(rule)
    return groups


def _ruleset(rules: Sequence[ruleset.Rule]) -> Ruleset:
    kinds = frozenset(pattern.kind for rule in rules for pattern in rule.patterns)
    return Ruleset(ruleset.write(rules), kinds)
