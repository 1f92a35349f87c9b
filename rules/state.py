"""Everything one partition's rules remember, changed through a few steps that can be undone.

Each change notes how to take it back, so that a chain that does not end leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from interlock.language.values import Value
from interlock.rules.activation import Activation, ActivationKey, Claim, FactKey, competes
from interlock.rules.elements import Element
from interlock.rules.matcher import Matcher, probe_key
from interlock.rules.plan import Blocker
from interlock.rules.rulebase import RuleBase

Group: TypeAlias = tuple[str, str]
"""An exclusive group and an incident."""

K = TypeVar("K")
M = TypeVar("M")
V = TypeVar("V")

_Forbiddable: TypeAlias = dict[object, dict[ActivationKey, Activation]]


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """A fact a person has set: its key, their claim, and when it lapses, ms."""

    key: FactKey
    claim: Claim
    expiry: int | None


class State:
    """Elements, facts, claims and activations of one partition.

    Attributes:
        rulebase: the rules.
        matcher: the alpha memories and the joins over them.
        elements: every element by id.
        live: signal elements by (name, key), oldest first.
        facts: the fact that stands for each key.
        standing: what people have set.
        claims: who says what about each fact, by source.
        activations: every match in force, by key.
        firings: the same by firing id.
        groups: the activations that compete for a group, by key.
        holders: the rule that holds a group.
        counted_at, counts: the latest position, and how many steps and facts it had.
    """

    def __init__(self, rulebase: RuleBase) -> None:
        self.rulebase = rulebase
        self.matcher = Matcher(rulebase.alphas)
        self.elements: dict[str, Element] = {}
        self.live: dict[tuple[str, tuple[Value, ...]], dict[str, Element]] = {}
        self.facts: dict[FactKey, Element] = {}
        self.standing: dict[FactKey, Standing] = {}
        self.claims: dict[FactKey, dict[str, Claim]] = {}
        self.activations: dict[ActivationKey, Activation] = {}
        self.firings: dict[str, Activation] = {}
        self.groups: dict[Group, dict[ActivationKey, Activation]] = {}
        self.holders: dict[Group, str] = {}
        self.counted_at = -1
        self.counts: dict[str, int] = {}
        self._forbiddable: dict[tuple[str, int], _Forbiddable] = {}
        self._trail: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Start a step: what happened before can no longer be undone."""
        self._trail.clear()

    def undo(self) -> None:
        """Take back everything since `begin`."""
        while self._trail:
            self._trail.pop()()

    def count(self, what: str, position: int) -> int:
        """Return 0, 1, 2 … for each call with one position: what makes ids differ within it."""
        if position != self.counted_at:
            self.counted_at, self.counts = position, {}
        number = self.counts.get(what, 0)
        self.counts[what] = number + 1
        return number

    def insert(self, element: Element) -> None:
        """Put an element into memory."""
        self._insert(element)
        self._trail.append(partial(self._delete, element))

    def delete(self, element: Element) -> None:
        """Take an element out of memory; its activations must be withdrawn by the caller."""
        self._delete(element)
        self._trail.append(partial(self._insert, element))

    def activate(self, activation: Activation) -> None:
        """Put a match in force."""
        self._activate(activation)
        self._trail.append(partial(self._deactivate, activation))

    def deactivate(self, activation: Activation) -> None:
        """Take a match out of force."""
        self._deactivate(activation)
        self._trail.append(partial(self._activate, activation))

    def stand(self, standing: Standing) -> None:
        """Record what a person has set; what they set before for this key is taken back."""
        self._stand(standing)
        self._trail.append(partial(self._lapse, standing))

    def lapse(self, standing: Standing) -> None:
        """Forget what a person had set."""
        self._lapse(standing)
        self._trail.append(partial(self._stand, standing))

    def forbidden_by(self, blocker: Blocker, element: Element) -> list[Activation]:
        """Return the activations that a new element of a negation forbids."""
        if len(blocker.index) == 1:
            key: object = element.row[blocker.index[0]]
        else:
            key = tuple([element.row[name] for name in blocker.index])
        found = self._forbiddable.get((blocker.rule.id, blocker.number), {}).get(key, {})
        return [
            activation
            for activation in found.values()
            if element not in activation.elements
            and self.matcher.forbids(blocker, activation.elements, element)
        ]

    def _insert(self, element: Element) -> None:
        self.elements[element.id] = element
        for alpha in element.alphas:
            self.matcher.memories[alpha.number].add(element)
        if element.type in self.rulebase.fact_types:
            self.facts[element.type, element.key] = element
        else:
            self.live.setdefault((element.type, element.key), {})[element.id] = element

    def _delete(self, element: Element) -> None:
        del self.elements[element.id]
        for alpha in element.alphas:
            self.matcher.memories[alpha.number].remove(element)
        key = (element.type, element.key)
        if element.type in self.rulebase.fact_types:
            del self.facts[key]
        else:
            _discard(self.live, key, element.id)

    def _activate(self, activation: Activation) -> None:
        self.activations[activation.key] = activation
        self.firings[activation.id] = activation
        for element in activation.elements:
            element.activations[activation.key] = activation
        for blocker in self.rulebase.blockers[activation.rule.id]:
            by_key = self._forbiddable.setdefault((blocker.rule.id, blocker.number), {})
            key = probe_key(blocker.probe, activation.elements)
            by_key.setdefault(key, {})[activation.key] = activation
        for fact, claim in activation.claims:
            self._claim(fact, claim)
        if activation.incident is not None and competes(activation.rule):
            group = group_of(activation)
            self.groups.setdefault(group, {})[activation.key] = activation

    def _deactivate(self, activation: Activation) -> None:
        del self.activations[activation.key]
        del self.firings[activation.id]
        for element in activation.elements:
            del element.activations[activation.key]
        for blocker in self.rulebase.blockers[activation.rule.id]:
            by_key = self._forbiddable[blocker.rule.id, blocker.number]
            _discard(by_key, probe_key(blocker.probe, activation.elements), activation.key)
        for fact, claim in activation.claims:
            self._disclaim(fact, claim)
        if activation.incident is not None:
            _discard(self.groups, group_of(activation), activation.key)

    def _stand(self, standing: Standing) -> None:
        self.standing[standing.key] = standing
        self._claim(standing.key, standing.claim)

    def _lapse(self, standing: Standing) -> None:
        del self.standing[standing.key]
        self._disclaim(standing.key, standing.claim)

    def _claim(self, key: FactKey, claim: Claim) -> None:
        self.claims.setdefault(key, {})[claim.source] = claim

    def _disclaim(self, key: FactKey, claim: Claim) -> None:
        _discard(self.claims, key, claim.source)


def group_of(activation: Activation) -> Group:
    """Return the group and incident an activation competes for."""
    return activation.rule.exclusive or "", activation.incident or ""


def strongest_claim(state: State, key: FactKey) -> Claim | None:
    """Return the claim that decides a fact, or None when nobody claims it."""
    claims = state.claims.get(key)
    return min(claims.values(), key=lambda claim: claim.priority) if claims else None


def supports(state: State, key: FactKey) -> tuple[str, ...]:
    """Return who claims the fact that stands, sorted: firing ids, ``operator``."""
    fact = state.facts.get(key)
    if fact is None:
        return ()
    claims = state.claims.get(key, {})
    return tuple(sorted(c.source for c in claims.values() if c.fields == fact.fields))


def _discard(table: dict[K, dict[M, V]], key: K, member: M) -> None:
    bucket = table[key]
    del bucket[member]
    if not bucket:
        del table[key]
