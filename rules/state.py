"""Everything one partition's rules remember, changed through a few steps that can be undone.

Each change notes how to take it back, so that a chain that does not end leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from interlock.language.values import Value
from interlock.rules.activation import (
    OPERATOR,
    Activation,
    ActivationKey,
    Claim,
    FactKey,
    RepeatKey,
)
from interlock.rules.elements import Element
from interlock.rules.matcher import Matcher, probe_key
from interlock.rules.model import Row
from interlock.rules.multimap import Multimap
from interlock.rules.plan import Blocker
from interlock.rules.rulebase import RuleBase
from interlock.rules.temporal.lulls import Lulls
from interlock.rules.temporal.runs import Runs
from interlock.rules.temporal.tallies import Tallies

Group: TypeAlias = tuple[str, str]
"""An exclusive group and an incident."""

_Forbiddable: TypeAlias = tuple[str, int, object]
"""A rule, one of its negations, and the values an element must have to forbid by it."""


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """A fact a person has set: its key, their claim, and when it lapses, ms."""

    key: FactKey
    claim: Claim
    expiry: int | None


@dataclass(frozen=True, eq=False, slots=True)
class Mark:
    """The latest firing of a repeat key, until its cooldown is over, ms."""

    key: RepeatKey
    firing: str
    until: int

    @property
    def expiry(self) -> int:
        """When it is forgotten, ms."""
        return self.until


def standing(key: FactKey, fields: Row, expiry: int | None) -> Standing:
    """Return what a person has set, claimed before whatever rules claim."""
    return Standing(key, Claim(OPERATOR, None, (), fields), expiry)


class State:
    """Elements, facts, claims and activations of one partition.

    Attributes:
        rulebase: the rules.
        matcher: the alpha memories and the joins over them.
        elements: every element by id.
        live: signal elements by name and key.
        facts: the fact that stands for each key.
        standing: what people have set.
        claims: who says what about each fact.
        dissent: who says something else than the fact that stands; keys without are not there.
        activations: every match in force, by key.
        resting: the same by the ids of their elements.
        groups: the activations that compete for a group, by group and rule.
        rivals: the rules that compete for a group.
        holders: the rule that holds a group.
        runs, tallies, lulls: what is being watched over time.
        turns: who fires for a repeat key.
        waiting: who waits until the turn of a repeat key is free.
        marks: the latest firing of each repeat key that is in cooldown.
        counted_at, counts: the latest position, and how many steps and facts it had.
    """

    def __init__(self, rulebase: RuleBase) -> None:
        self.rulebase = rulebase
        self.matcher = Matcher(rulebase.alphas)
        self.elements: dict[str, Element] = {}
        self.live = {
            name: Multimap[tuple[Value, ...], Element](attrgetter("id"))
            for name in rulebase.signal_types
        }
        self.facts: dict[FactKey, Element] = {}
        self.standing: dict[FactKey, Standing] = {}
        self.claims = Multimap[FactKey, Claim](attrgetter("source"))
        self.dissent: dict[FactKey, set[str]] = {}
        self.activations: dict[ActivationKey, Activation] = {}
        self.resting = Multimap[str, Activation](attrgetter("key"))
        self.groups = Multimap[tuple[Group, str], Activation](attrgetter("key"))
        self.rivals = Multimap[Group, str](str)
        self.holders: dict[Group, str] = {}
        self.turns: dict[RepeatKey, Activation] = {}
        self.waiting = Multimap[RepeatKey, Activation](attrgetter("key"))
        self.marks: dict[RepeatKey, Mark] = {}
        self.counted_at = -1
        self.counts: dict[str, int] = {}
        self._forbiddable = Multimap[_Forbiddable, Activation](attrgetter("key"))
        self._trail: list[Callable[[], None]] = []
        self.runs = Runs(self._trail.append)
        self.tallies = Tallies(self._trail.append)
        self.lulls = Lulls(self._trail.append)

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

    def forget(self, mark: Mark) -> None:
        """Forget a firing whose cooldown is over."""
        del self.marks[mark.key]
        self._trail.append(partial(self.marks.__setitem__, mark.key, mark))

    def forbidden_by(self, blocker: Blocker, element: Element) -> list[Activation]:
        """Return the activations that a new element of a negation forbids."""
        if len(blocker.index) == 1:
            key: object = element.row[blocker.index[0]]
        else:
            key = tuple([element.row[name] for name in blocker.index])
        return [
            activation
            for activation in self._forbiddable.of((blocker.rule.name, blocker.number, key))
            if self.matcher.forbids(blocker, activation.elements, element)
        ]

    def _insert(self, element: Element) -> None:
        self.elements[element.id] = element
        for alpha in element.alphas:
            self.matcher.memories[alpha.number].add(element)
        if element.is_signal:
            self.live[element.type].add(element.key, element)
        elif element.is_fact:
            key = (element.type, element.key)
            self.facts[key] = element
            for claim in self.claims.of(key):
                self._note_dissent(key, claim)

    def _delete(self, element: Element) -> None:
        del self.elements[element.id]
        for alpha in element.alphas:
            self.matcher.memories[alpha.number].remove(element)
        if element.is_signal:
            self.live[element.type].remove(element.key, element)
        elif element.is_fact:
            del self.facts[element.type, element.key]
            self.dissent.pop((element.type, element.key), None)

    def _activate(self, activation: Activation) -> None:
        self.activations[activation.key] = activation
        for element in activation.elements:
            self.resting.add(element.id, activation)
        for key in self._forbiddable_by(activation):
            self._forbiddable.add(key, activation)
        for fact, claim in activation.claims:
            self._claim(fact, claim)
        self._line_up(activation)
        if activation.incident is not None:
            group, rule = group_of(activation), activation.rule.id
            if not self.groups.of((group, rule)):
                self.rivals.add(group, rule)
            self.groups.add((group, rule), activation)

    def _deactivate(self, activation: Activation) -> None:
        del self.activations[activation.key]
        for element in activation.elements:
            self.resting.remove(element.id, activation)
        for key in self._forbiddable_by(activation):
            self._forbiddable.remove(key, activation)
        for fact, claim in activation.claims:
            self._disclaim(fact, claim)
        self._step_out(activation)
        if activation.incident is not None:
            group, rule = group_of(activation), activation.rule.id
            self.groups.remove((group, rule), activation)
            if not self.groups.of((group, rule)):
                self.rivals.remove(group, rule)

    def _line_up(self, activation: Activation) -> None:
        if activation.repeat is None:
            return
        if activation.waits:
            self.waiting.add(activation.repeat, activation)
        else:
            self.turns[activation.repeat] = activation

    def _step_out(self, activation: Activation) -> None:
        if activation.repeat is None:
            return
        if activation.waits:
            self.waiting.remove(activation.repeat, activation)
        else:
            del self.turns[activation.repeat]

    def _forbiddable_by(self, activation: Activation) -> Iterator[_Forbiddable]:
        """Yield for each negation of the rule what an element must have to forbid this."""
        for blocker in self.rulebase.blockers[activation.rule.name]:
            key = probe_key(blocker.probe, activation.elements)
            yield blocker.rule.name, blocker.number, key

    def _stand(self, standing: Standing) -> None:
        self.standing[standing.key] = standing
        self._claim(standing.key, standing.claim)

    def _lapse(self, standing: Standing) -> None:
        del self.standing[standing.key]
        self._disclaim(standing.key, standing.claim)

    def _claim(self, key: FactKey, claim: Claim) -> None:
        self.claims.add(key, claim)
        self._note_dissent(key, claim)

    def _disclaim(self, key: FactKey, claim: Claim) -> None:
        self.claims.remove(key, claim)
        dissent = self.dissent.get(key)
        if dissent is not None:
            dissent.discard(claim.source)
            if not dissent:
                del self.dissent[key]

    def _note_dissent(self, key: FactKey, claim: Claim) -> None:
        fact = self.facts.get(key)
        if fact is not None and fact.fields != claim.fields:
            self.dissent.setdefault(key, set()).add(claim.source)


def group_of(activation: Activation) -> Group:
    """Return the group and incident an activation competes for."""
    return activation.rule.exclusive or "", activation.incident or ""


def strongest_claim(state: State, key: FactKey) -> Claim | None:
    """Return the claim that decides a fact, or None when nobody claims it."""
    return min(state.claims.of(key), key=lambda claim: claim.priority, default=None)


def supports(state: State, key: FactKey) -> tuple[str, ...]:
    """Return who claims the fact that stands, sorted: firing ids, ``operator``."""
    return tuple(sorted(claim.source for claim in supporting(state, key)))


def supporting(state: State, key: FactKey) -> list[Claim]:
    """Return the claims on the side of the fact that stands, in no order."""
    fact = state.facts.get(key)
    fields = None if fact is None else fact.fields
    return [claim for claim in state.claims.of(key) if claim.fields == fields]
