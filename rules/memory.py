"""Working memory: what one partition believes now, changed by one journal entry at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from types import MappingProxyType
from typing import Final, Self

from interlock.errors import NotFound
from interlock.language.values import JsonValue, Value
from interlock.rules.activation import FactKey
from interlock.rules.adoption import carried, succeed, succession
from interlock.rules.chain import Chain
from interlock.rules.discriminate import doubts
from interlock.rules.due import come_due, hear, is_live, listen, said_again, watched
from interlock.rules.elements import Element, signal_id
from interlock.rules.expiries import Expiries, Expiring
from interlock.rules.model import (
    NOTHING,
    FactChange,
    Firing,
    Outcome,
    Root,
    Row,
    SignalElement,
    Suppressed,
    UnknownTest,
)
from interlock.rules.outcome import bounded, firings_in_force, standing_facts
from interlock.rules.roots import roots
from interlock.rules.rulebase import RuleBase
from interlock.rules.signals import readable, says_the_same, signal_of
from interlock.rules.snapshot import dump, restore
from interlock.rules.state import Standing, State, standing
from interlock.rules.step import Step
from interlock.rules.suppressed import suppressed
from interlock.rules.temporal.layer import stand_ins
from interlock.rules.temporal.lulls import Lull
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.watches import Slot

FUEL: Final = 1_000
"""Most activations one step may form."""


class WorkingMemory:
    """The mutable state of the rules in one partition; not thread-safe.

    Positions and times never decrease from call to call.  What has passed its expiry is still
    there until `expire` is called: call it first when `next_expiry` is due.
    """

    def __init__(self, rulebase: RuleBase, *, evaluations: bool = False, fuel: int = FUEL) -> None:
        """Begin with an empty memory.

        Args:
            rulebase: the rules.
            evaluations: whether outcomes carry what the second engine is asked.
            fuel: most activations one step may form, at least 1.
        """
        self.rulebase = rulebase
        self._evaluates = evaluations
        self._fuel = fuel
        self._adopt(State(rulebase))

    def observe(self, signal: SignalElement, *, position: int, now: int) -> Outcome:
        """Take in a signal.

        A resolved signal withdraws every live element with its key.  Of a signal that keeps the
        latest, a newer element replaces the one with its key, one that says the same only
        refreshes it, and one observed earlier is ignored.

        Args:
            signal: an admitted signal whose type the rule base declares.
            position: the journal position of its entry.
            now: when it was received, ms; it expires its type's ttl later.
        """
        declared = self.rulebase.signal_types[signal.name]
        row = readable(signal)
        key = tuple([row[name] for name in declared.key])
        live = self._state.live[signal.name].of(key)
        if signal.status == "resolved":
            gone = [e for e in live if e.seen_at <= signal.at]
            return self._replace(gone, None, position=position, now=now)
        old = next(iter(live)) if live and declared.keep_latest else None
        if old is not None:
            if signal.at < old.seen_at:
                return NOTHING
            if says_the_same(old, signal):
                old.refresh(signal.at, now=now, expiry=now + declared.ttl_ms)
                return self._heard(old, position=position, now=now)
        passed, undecided = self.rulebase.discriminator.passed(signal.name, row)
        if not passed and not undecided and old is None:
            return NOTHING  # what most signals come to
        unknowns = doubts(undecided, signal_id(position)) if undecided else frozenset[UnknownTest]()
        new = None
        if passed:
            new = Element(
                signal_id(position),
                signal.name,
                row=self.rulebase.shapes.pack(row),
                key=key,
                alphas=passed,
                seen_at=signal.at,
                said_at=old.heard(signal.at, now) if old else signal.at,
                expiry=now + declared.ttl_ms,
            )
        return self._replace([old] if old else [], new, unknowns, position=position, now=now)

    def begin(self, *, position: int, now: int) -> None:
        """Begin, while still empty, to listen for what may be missed; as `adopt` after nobody."""
        if self.rulebase.missable:
            self._step(lambda chain: listen(chain, {}), position=position, now=now)

    def adopt(self, before: WorkingMemory, *, position: int, now: int) -> Outcome:
        """Begin, while still empty, with what another memory believed under other rules.

        One step, however much there is; see `interlock.rules.adoption`.  A person's facts carry
        over where they are declared as before.

        Args:
            before: the memory; it is not used afterwards.
            position: the journal position of the new rules.
            now: when they came, ms.
        """
        state = before._state
        self._state.holders.update(
            (group, rule) for group, rule in state.holders.items() if rule in self.rulebase.rules
        )
        elements = carried(state, self.rulebase, now)
        said = [one for one in state.standing.values() if self._declares_alike(before, one)]

        inherited = succession(state, self._state)
        lulls = {lull.slot: lull for lull in state.lulls}

        def change(chain: Chain) -> None:
            chain.turns.inherited.update(inherited)
            listen(chain, lulls)
            for one in said:
                chain.stand(one)
            for element in elements:
                chain.add(element)

        fuel = self._fuel * max(1, len(elements) + len(self.rulebase.missable))
        runs = {run.slot: run for run in state.runs}
        outcome = self._step(change, position=position, now=now, fuel=fuel, runs=runs)
        watched: list[Expiring] = [*elements, *said, *self._state.marks.values()]
        for thing in watched:
            self._expiries.add(thing)
        return succeed(outcome, state, position)

    def _declares_alike(self, before: WorkingMemory, said: Standing) -> bool:
        name = said.key[0]
        return self.rulebase.fact_types.get(name) == before.rulebase.fact_types[name]

    def expire(self, *, now: int, position: int) -> Outcome:
        """Let what ``now`` or an earlier moment ends or completes do so, as one step.

        Call it for each `next_expiry` in turn: what comes due then may have to be known before
        what comes due later.
        """
        due = self._expiries.due(now)
        if not due:
            return NOTHING
        fuel = self._fuel * max(1, sum(isinstance(one, Lull) for one in due))
        return self._step(lambda chain: come_due(chain, due), position=position, now=now, fuel=fuel)

    def next_expiry(self) -> int | None:
        """Return when something expires next, ms, or None when nothing will."""
        return self._expiries.next()

    def put_off(self, *, now: int, until: int, unheard: bool = False) -> None:
        """Let what would have come due while nobody was there wait.

        Args:
            now: when somebody is there again, ms.
            until: when what lasted long enough meanwhile may be matched, ms.
            unheard: whether signals may have come that nobody heard; then nothing is missed
                before ``until``, whenever it would be due.
        """
        for run in self._state.runs.put_off(now, until):
            self._expiries.add(run)
        for lull in self._state.lulls.put_off(now, until, all_=unheard):
            self._expiries.add(lull)

    def assert_fact(self, name: str, fields: Row, *, position: int, now: int) -> Outcome:
        """Let a person set a fact; it stands before whatever rules claim for its key.

        Setting it again replaces what the person said before and starts its ttl anew.

        Args:
            name: a declared fact.
            fields: as `interlock.language.values.admit` gives them for that fact.
            position: the journal position of the command.
            now: when it was received, ms.

        Raises:
            NotFound: no such fact is declared.
        """
        declared = self.rulebase.fact_types.get(name)
        if declared is None:
            raise NotFound(f"no fact {name!r} is declared", fact=name)
        key: FactKey = (name, tuple([fields[part] for part in declared.key]))
        ttl = declared.ttl_ms
        new = standing(key, fields, None if ttl is None else now + ttl)
        old = self._state.standing.get(key)

        def change(chain: Chain) -> None:
            if old is not None:
                chain.lapse(old)
            chain.stand(new)

        outcome = self._step(change, position=position, now=now)
        self._expiries.add(new)
        return outcome

    def retract_fact(self, name: str, key: Iterable[Value], *, position: int, now: int) -> Outcome:
        """Let a person take a fact back; it remains while a rule still asserts it.

        Raises:
            NotFound: no person has set this fact.
        """
        said = self._state.standing.get((name, tuple(key)))
        if said is None:
            raise NotFound(f"no operator has set fact {name!r} for this key", fact=name)
        return self._step(lambda chain: chain.lapse(said), position=position, now=now)

    def is_said(self, name: str, key: Iterable[Value]) -> bool:
        """Return whether a person has set the fact of that key and it stands."""
        return (name, tuple(key)) in self._state.standing

    def facts(self) -> tuple[FactChange, ...]:
        """Return every fact that stands, with its supports, in the order they came."""
        return standing_facts(self._state)

    def rows_of(self, fact: str) -> tuple[Row, ...]:
        """Return what may be read of each fact of that name that stands, in the order they came."""
        found = [e for e in self._state.facts.values() if e.type == fact]
        return tuple(element.row for element in sorted(found, key=lambda e: e.order))

    def elements_of(self, name: str) -> tuple[Element, ...]:
        """Return what of a name is in memory, in order; of an absence see `layer.stand_ins`."""
        live = [e for e in self._state.elements.values() if e.type == name]
        found = stand_ins(self._state, name) or live
        return tuple(sorted(found, key=lambda e: e.order))

    def firings(self) -> tuple[Firing, ...]:
        """Return every firing in force, in agenda order; losers of groups are not among them."""
        return firings_in_force(self._state)

    def suppressed(self) -> tuple[Suppressed, ...]:
        """Return every match for which its rule does not fire now, in agenda order."""
        return suppressed(self._state, (a for a in self._state.activations.values() if a.is_held))

    def signals(self) -> tuple[tuple[SignalElement, int], ...]:
        """Return every live signal with its position, in the order they came."""
        live = [e for e in self._state.elements.values() if e.type in self.rulebase.signal_types]
        return tuple(
            (signal_of(element), element.position)
            for element in sorted(live, key=lambda e: e.order)
        )

    def roots(self, element_id: str, now: int) -> tuple[Root, ...]:
        """Return what an element rests on; see `interlock.rules.roots`."""
        return roots(self._state, element_id, now)

    def dump(self) -> JsonValue:
        """Return everything as canonical JSON; what `load` makes of it continues alike."""
        return dump(self._state)

    @classmethod
    def load(
        cls,
        rulebase: RuleBase,
        data: JsonValue,
        *,
        evaluations: bool = False,
        fuel: int = FUEL,
    ) -> Self:
        """Return the memory that was dumped.

        Raises:
            InvariantBroken: it was dumped under another rule base.
        """
        memory = cls(rulebase, evaluations=evaluations, fuel=fuel)
        memory._adopt(restore(rulebase, data))
        return memory

    def _adopt(self, state: State) -> None:
        self._state = state
        self._expiries = Expiries(partial(is_live, state))
        for thing in watched(state):
            self._expiries.add(thing)

    def _heard(self, element: Element, *, position: int, now: int) -> Outcome:
        """Let what was said again count again, if something counts it."""
        if not any(one.counts or one.awaited or one.absences for one in element.alphas):
            return NOTHING
        return self._step(lambda chain: said_again(chain, element), position=position, now=now)

    def _replace(
        self,
        old: list[Element],
        new: Element | None,
        unknowns: AbstractSet[UnknownTest] = frozenset(),
        *,
        position: int,
        now: int,
    ) -> Outcome:
        if not old and new is None:
            return Outcome(unknowns=bounded(unknowns)) if unknowns else NOTHING

        def change(chain: Chain) -> None:
            chain.unknowns |= unknowns
            for element in old:
                chain.remove(element)
            if new is not None:
                chain.add(new)
                hear(chain, new)

        outcome = self._step(change, position=position, now=now)
        if new is not None:
            self._expiries.add(new)
        return outcome

    def _step(
        self,
        change: Callable[[Chain], None],
        *,
        position: int,
        now: int,
        fuel: int | None = None,
        runs: Mapping[Slot, Run] = MappingProxyType({}),
    ) -> Outcome:
        fuel = self._fuel if fuel is None else fuel
        step = Step(self._state, position=position, now=now, fuel=fuel, runs=runs)
        outcome = step.outcome(change, evaluate=self._evaluates)
        for begun in step.begun:
            self._expiries.add(begun)
        return outcome
