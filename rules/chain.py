"""Forward chaining: match → agenda → derive → match, until nothing changes.

A step begins with elements that come or go.  Rules are worked off by strata: a rule runs when
every fact it reads is settled, so a negation never has to be taken back.  Within a stratum all
matches are found first, then fired in agenda order, then the facts they claim are settled.

Truth is maintained on the way.  An activation is withdrawn with any of its elements; a fact
falls with its last claim.  Where facts can support each other in a circle, a fact that loses
any claim is taken down with all that stands on it and built up again from the claims left, so
that no circle holds itself up.

Refraction and "no flicker" are one mechanism: what is withdrawn in a step is kept aside, and
the same match or the same fact coming back in that step is the old one, not a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from interlock.rules.activation import (
    Activation,
    ActivationKey,
    Claim,
    FactKey,
    JoinKey,
    Order,
    RepeatKey,
    Restraint,
    agenda_order,
    join_key,
    key_of,
)
from interlock.rules.discriminate import doubts
from interlock.rules.elements import Element, fact_id
from interlock.rules.forming import Forming
from interlock.rules.matcher import VISITS_PER_ACTIVATION, FuelExhausted
from interlock.rules.model import Row, UnknownTest
from interlock.rules.network import Rule
from interlock.rules.plan import Plan, of_other_branches
from interlock.rules.state import Mark, Standing, State, strongest_claim
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.layer import Layer
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.watches import Slot
from interlock.rules.turns import Turns


@dataclass(slots=True)
class _Work:
    """What one stratum still has to do."""

    joins: list[tuple[Plan, Element]] = field(default_factory=list)
    turns: set[RepeatKey] = field(default_factory=set)
    facts: set[FactKey] = field(default_factory=set)


class Chain:
    """One step over the state of a partition.

    Attributes:
        entered: elements that came in this step and are still there, by id.
        formed: activations put in force in this step, by key.
        consequences: what follows from those formed, by key.
        withdrawn: activations of before the step that are out of force, by key.
        before: the fact that stood for each touched key before the step.
        stood, lapsed: what people set, and what they had set and is forgotten.
        found: every join completed in this step, forbidden or not, for the second engine.
        unknowns: tests that could not be decided.
        layer: what the step changes about time.
        turns: whose turn it is, of rules that may not always fire.
        marks: the firings that began a cooldown, once the outcome is settled.
        now: the journal's time, ms.
    """

    def __init__(
        self,
        state: State,
        *,
        position: int,
        now: int,
        fuel: int,
        carried: Mapping[Slot, Run] = MappingProxyType({}),
    ) -> None:
        """Begin a step.

        Args:
            state: what is changed.
            position: the journal position of the step.
            now: the journal's time, ms; the ``at`` of facts derived now.
            fuel: how many activations may form; 0: withdraw what must go, derive nothing.
            carried: runs of other rules that go on under these.
        """
        self.entered: dict[str, Element] = {}
        self.formed: dict[ActivationKey, Activation] = {}
        self.withdrawn: dict[ActivationKey, Activation] = {}
        self.before: dict[FactKey, Element | None] = {}
        self.stood: list[Standing] = []
        self.lapsed: list[Standing] = []
        self.found: dict[JoinKey, tuple[Rule, tuple[Element, ...]]] = {}
        self.unknowns: set[UnknownTest] = set()
        self._state = state
        self._rulebase = state.rulebase
        self._step = (position, state.count("steps", position))
        self.turns = Turns()
        self.marks: list[Mark] = []
        self.now = now
        self._forming = Forming(self._step, now, self.withdrawn, self.unknowns)
        self.consequences = self._forming.consequences
        self._fuel = fuel
        self._derives = fuel > 0
        state.matcher.visits = fuel * VISITS_PER_ACTIVATION
        self._work: dict[int, _Work] = {}
        self.layer = Layer(state, position=position, now=now, carried=carried)

    def add(self, element: Element) -> None:
        """Bring an element in; what it forbids is withdrawn at once."""
        self._state.insert(element)
        self.entered[element.id] = element
        for alpha in element.alphas:
            for plan in alpha.plans:
                self._at(plan.rule.stratum).joins.append((plan, element))
            for blocker in alpha.blockers:
                for activation in self._state.forbidden_by(blocker, element):
                    if activation.key in self._state.activations:
                        self._take_down(self._withdraw(activation))
                        self._ask_other_branches(activation)
            for hold in alpha.holds:
                self.bring(self.layer.entered(hold, element))
            for count in alpha.counts:
                self.layer.count(count, element)

    def _ask_other_branches(self, forbidden: Activation) -> None:
        """Look whether the elements of an activation still match by another branch."""
        rule = forbidden.rule
        if not rule.branch:
            return
        for pattern, element in zip(rule.patterns, forbidden.elements, strict=True):
            for plan in of_other_branches(rule, pattern.alias, element):
                self._at(rule.stratum).joins.append((plan, element))

    def _tell(self) -> None:
        """Let numbers that have changed be matched."""
        for old, new in self.layer.told():
            if old is not None:
                self.remove(old)
            self.bring(new)

    def bring(self, derived: Derived | None) -> None:
        """Let what the temporal layer made be matched."""
        if derived is not None:
            self.add(derived)
            if not self.layer.is_new(derived):
                del self.entered[derived.id]  # it was there before

    def remove(self, element: Element) -> None:
        """Take an element away, and all that stands on it."""
        self._take_down([element])

    def stand(self, standing: Standing) -> None:
        """Let a person set a fact."""
        self._touch(standing.key)
        self.stood.append(standing)
        self._state.stand(standing)

    def lapse(self, standing: Standing) -> None:
        """Let what a person set be forgotten."""
        self._touch(standing.key)
        self.lapsed.append(standing)
        self._state.lapse(standing)
        self._take_down(list(self._unsupported(standing.key, standing.claim)))

    def wake(self, thing: Mark | Activation) -> None:
        """Let what a cooldown or an exception held back have its chance, if it is still there."""
        if isinstance(thing, Mark):
            self._state.forget(thing)
            self._at(self._rulebase.rules[thing.key[0]].stratum).turns.add(thing.key)
        elif self._derives and self._state.activations.get(thing.key) is thing:
            self._withdraw(thing)
            self._fire(thing.rule, thing.elements)

    def run(self) -> None:
        """Work until nothing is left to do.

        Raises:
            FuelExhausted: more activations formed, or candidates were looked at, than the
                bound allows; the caller undoes the step.
        """
        self._tell()
        while self._work:
            stratum = min(self._work)
            work = self._work[stratum]
            if work.joins:
                joins, work.joins = work.joins, []
                self._match(joins)
            elif work.turns:
                keys, work.turns = work.turns, set()
                for turn in sorted(keys, key=repr):
                    self._take_turn(turn)
            elif work.facts:
                facts, work.facts = work.facts, set()
                for key in sorted(facts, key=repr):
                    self._settle(key)
            else:
                del self._work[stratum]
        self.layer.begin_waiting(list(self.entered.values()))
        self.unknowns |= self._state.matcher.doubts
        self._state.matcher.doubts.clear()

    def _at(self, stratum: int) -> _Work:
        return self._work.setdefault(stratum, _Work())

    def _touch(self, key: FactKey) -> None:
        """Note what stood before, and settle the fact when its stratum is reached."""
        if key not in self.before:
            self.before[key] = self._state.facts.get(key)
        self._at(self._rulebase.levels[key[0]]).facts.add(key)

    def _match(self, joins: list[tuple[Plan, Element]]) -> None:
        if not self._derives:
            return
        agenda: dict[JoinKey, tuple[Rule, tuple[Element, ...]]] = {}
        for plan, element in joins:
            if plan.revives or element.id in self._state.elements:
                for elements in self._state.matcher.matches(plan, element):
                    agenda[join_key(plan.rule, elements)] = (plan.rule, elements)
        self.found.update(agenda)
        for _, (rule, elements) in sorted(agenda.items(), key=_agenda):
            key = key_of(rule, elements)
            if key not in self._state.activations:
                blockers = self._rulebase.blockers[rule.name]
                if not self._state.matcher.forbidden(blockers, elements):
                    self._fire(rule, elements)

    def _fire(self, rule: Rule, elements: tuple[Element, ...]) -> None:
        activation = self._forming.match(rule, elements)
        if activation is None:
            return
        if self._fuel == 0:
            raise FuelExhausted
        self._fuel -= 1
        self._enforce(activation)
        if activation.waits and activation.repeat is not None:
            self._at(rule.stratum).turns.add(activation.repeat)

    def _enforce(self, activation: Activation) -> None:
        """Put an activation in force; it is the old one if one with its id was withdrawn."""
        for fact, _ in activation.claims:
            self._touch(fact)
        self._state.activate(activation)
        old = self.withdrawn.get(activation.key)
        if old is not None and old.id == activation.id:
            del self.withdrawn[activation.key]
        else:
            self.formed[activation.key] = activation

    def _take_turn(self, key: RepeatKey) -> None:
        found = self.turns.next(self._state, key, self.now) if self._derives else None
        if found is None:
            return
        waiting, before = found
        self._withdraw(waiting)
        activation = self._forming.made(waiting.rule, waiting.elements, Restraint(key))
        if activation is not None:
            self._enforce(activation)
            if before and activation.id != before:
                self.turns.continuing[activation.key] = before

    def _take_down(self, falling: list[Element]) -> None:
        """Remove elements, the activations on them, and what falls with those in turn."""
        while falling:
            element = falling.pop()
            if element.id not in self._state.elements:
                continue
            self._state.delete(element)
            self.entered.pop(element.id, None)
            for alpha in element.alphas:
                for blocker in alpha.blockers:
                    plan = blocker.revival
                    self._at(plan.rule.stratum).joins.append((plan, element))
                for count in alpha.counts:
                    self.layer.discount(count, element)
                stood = [self.layer.left(hold, element) for hold in alpha.holds]
                falling += [derived for derived in stood if derived is not None]
            for activation in list(self._state.resting.of(element.id)):
                falling += self._withdraw(activation)

    def _withdraw(self, activation: Activation) -> list[Element]:
        """Take an activation out of force; return the facts that fall with it at once."""
        for fact, _ in activation.claims:
            self._touch(fact)
        self._state.deactivate(activation)
        if self.formed.pop(activation.key, None) is None:
            self.withdrawn[activation.key] = activation
            self.turns.lose(activation)
        if activation.repeat is not None and not activation.is_held:
            self.turns.continuing.pop(activation.key, None)
            self._at(activation.rule.stratum).turns.add(activation.repeat)
        return [e for fact, claim in activation.claims for e in self._unsupported(fact, claim)]

    def _unsupported(self, key: FactKey, claim: Claim) -> Iterator[Element]:
        """Yield the fact of ``key`` if it may have stood on ``claim`` in a circle."""
        fact = self._state.facts.get(key)
        recursive = key[0] in self._rulebase.recursive
        if recursive and fact is not None and fact.fields == claim.fields:
            yield fact

    def _settle(self, key: FactKey) -> None:
        """Let the strongest claim about a fact stand."""
        stands = self._state.facts.get(key)
        if stands is not None and key not in self._state.dissent and self._state.claims.of(key):
            return  # the common case, however many claims there are
        strongest = strongest_claim(self._state, key)
        if stands is not None and (strongest is None or stands.fields != strongest.fields):
            self.remove(stands)
            stands = None
        if stands is None and strongest is not None:
            old = self.before[key]
            if old is not None and old.fields == strongest.fields:
                self.add(old)
                del self.entered[old.id]  # it was there before
            else:
                self.add(self._made(key, strongest.fields))

    def _made(self, key: FactKey, fields: Row) -> Element:
        name, values = key
        number = self._state.count("facts", self._step[0])
        row = {**fields, "at": self.now, "name": name}
        passed, undecided = self._rulebase.discriminator.passed(name, row)
        element = Element(
            fact_id(self._step[0], number),
            name,
            row=self._rulebase.shapes.pack(row),
            key=values,
            alphas=passed,
            seen_at=self.now,
        )
        self.unknowns |= doubts(undecided, element.id)
        return element


def _agenda(entry: tuple[JoinKey, tuple[Rule, tuple[Element, ...]]]) -> tuple[Order, list[int]]:
    """Return what the agenda is sorted by; of several branches the first comes first."""
    rule, elements = entry[1]
    return agenda_order(rule, elements), [int(part) for part in rule.branch.split(".") if part]
