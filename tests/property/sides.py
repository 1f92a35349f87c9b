"""The memory under test beside a model of what is live, fed the same history step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from interlock.digest import canonical, decode
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import ElementRef, FactRow, Firing, Outcome, SignalElement, Suppressed
from interlock.rules.network import Pattern
from interlock.rules.temporal.derived import ORIGIN
from tests.oracle.forms import Ask
from tests.oracle.naive import Found, NaiveRule, World, as_elements, evaluate
from tests.oracle.past import Live, Past
from tests.property.rules_histories import Observe, Say
from tests.property.rules_universe import KEYS, LATEST, TTL_MS
from tests.property.rules_written import loaded


@dataclass
class Believed:
    """The live elements as a ten-line model keeps them."""

    rules: Sequence[NaiveRule]
    signals: list[tuple[Live, int]] = field(default_factory=list)
    said: dict[tuple, tuple[dict, int | None]] = field(default_factory=dict)
    holders: dict = field(default_factory=dict)
    heard: object = None
    past: Past = field(default_factory=lambda: Past(frozenset(LATEST)))

    def expire(self, now: int) -> None:
        self.signals = [(one, until) for one, until in self.signals if until > now]
        self.said = {k: (f, u) for k, (f, u) in self.said.items() if u is None or u > now}

    def observe(self, event: Observe, position: int, now: int) -> None:
        same = [
            (one, until)
            for one, until in self.signals
            if one.type == event.name and one.row["k"] == event.fields["k"]
        ]
        if event.resolved or event.name in LATEST:
            self.signals = [pair for pair in self.signals if pair not in same]
        if event.resolved:
            return
        self.past.sounds.append((now, event.name, event.fields))
        new = Live(f"s{position}", event.name, dict(event.fields))
        if event.name in LATEST and same and same[0][0].row == new.row:
            new = same[0][0]
        self.signals.append((new, now + TTL_MS))
        self.heard = new.id

    def say(self, event: Say, now: int) -> None:
        values = {"k": event.k, "v": event.v}
        key = (event.fact, tuple(values[part] for part in KEYS[event.fact]))
        self.said[key] = (values, now + TTL_MS if event.fact == "suspect" else None)

    def restrain(self, rule: NaiveRule, found: Found, signals: Sequence[Live]) -> Found:
        """Return the matches of a rule that may fire: here all of them."""
        return found

    def world(self) -> World:
        said = [replace(one, said_at=until - TTL_MS) for one, until in self.signals]
        in_order = sorted(said, key=lambda one: int(one.id[1:]))
        facts = {key: row for key, (row, _) in self.said.items()}
        world = evaluate(
            self.rules, KEYS, in_order, facts, self.holders, self.past, restrain=self.restrain
        )
        self.holders = dict(world.holders)
        self.past.record([*in_order, *as_elements(world.facts)], self.heard)
        self.heard = None
        return world


class Side:
    """The memory under test, fed step by step beside the model."""

    def __init__(self, rules: Sequence[NaiveRule]) -> None:
        self.rulebase = loaded(rules)
        self.memory = WorkingMemory(self.rulebase, evaluations=True)
        self.memory.begin(position=0, now=0)
        self.believed = Believed(rules)
        self.now = 0
        self.position = 0
        self.in_force: set[str] = set()
        self.facts: dict[str, object] = {}
        self.identities: dict[object, str] = {}
        self._soughts = {
            pattern.type: ask.sought
            for rule in rules
            for ask, pattern in zip(
                rule.asks, self.rulebase.productions[rule.name].patterns, strict=True
            )
        }

    def step(self, event: Observe | Say) -> list[Outcome]:
        """Let time pass, let what is due come due, moment by moment, then take in the event."""
        until = self.now + event.later
        outcomes = []
        while (due := self.memory.next_expiry()) is not None and due <= until:
            self.now = due
            self.position += 1
            outcomes.append(self.memory.expire(now=due, position=self.position))
            self.believed.expire(due)
            self._follow(outcomes[-1])
        self.now = until
        self.believed.expire(until)
        self.position += 1
        outcomes.append(self._take(event))
        self._follow(outcomes[-1])
        return outcomes

    def _follow(self, outcome: Outcome) -> None:
        self._apply(outcome)
        self._assert_nothing_flickered()
        self.believed.past.now = self.now
        self.world = self.believed.world()
        self.assert_agrees()

    def _assert_nothing_flickered(self) -> None:
        """What held before one step and after it is the same fact or firing, by its id."""
        now: dict[object, str] = {}
        for fact in self.memory.facts():
            now[fact.fact, fact.key, repr(sorted(fact.fields.items()))] = fact.id
        for firing in self.memory.firings():
            now[firing.rule, tuple(e.id for e in bound(firing))] = firing.id
        assert all(now[same] == self.identities[same] for same in now.keys() & self.identities)
        self.identities = now

    def _take(self, event: Observe | Say) -> Outcome:
        at = {"position": self.position, "now": self.now}
        if isinstance(event, Observe):
            self.believed.observe(event, self.position, self.now)
            signal = SignalElement(
                id=f"id{self.position}",
                source="test",
                name=event.name,
                subject="x",
                severity="",
                status="resolved" if event.resolved else "firing",
                at=self.now,
                fields=event.fields,
            )
            if not self.rulebase.uses(event.name):
                return Outcome()
            return self.memory.observe(signal, **at)
        if event.v is not None:
            self.believed.say(event, self.now)
            return self.memory.assert_fact(event.fact, {"k": event.k, "v": event.v}, **at)
        for key in [k for k in self.believed.said if k[0] == event.fact and k[1][0] == event.k]:
            del self.believed.said[key]
            return self.memory.retract_fact(*key, **at)
        return Outcome()

    def _apply(self, outcome: Outcome) -> None:
        """Follow the outcomes, as the engine does; they must tell the whole story."""
        assert self.in_force >= set(outcome.withdrawn)
        self.in_force -= set(outcome.withdrawn)
        assert not self.in_force & {firing.id for firing in outcome.firings}
        self.in_force |= {firing.id for firing in outcome.firings}
        for change in outcome.facts_retracted:
            del self.facts[change.id]
        for change in outcome.facts_asserted:
            assert change.id not in self.facts
            self.facts[change.id] = change.fields

    def assert_agrees(self) -> None:
        world = self.world
        facts = {(f.fact, f.key): dict(f.fields) for f in self.memory.facts()}
        assert facts == world.facts
        by_id = {f.id: (f.fact, f.key) for f in self.memory.facts()}
        firings = {
            (f.rule, tuple(self.naive_id(e, by_id) for e in bound(f)))
            for f in self.memory.firings()
        }
        assert firings == world.firings
        assert {firing.id for firing in self.memory.firings()} == self.in_force
        assert self.facts == {f.id: f.fields for f in self.memory.facts()}

    def packed(self, pack: str) -> list[NaiveRule]:
        """Return the rules of a pack, asking for what the second engine is offered."""
        compiled = self.rulebase.productions
        return [
            replace(rule, asks=tuple(map(_offered, rule.asks, compiled[rule.name].patterns)))
            for rule in self.believed.rules
            if self.rulebase.pack_of[rule.name] == pack
        ]

    def naive_id(self, ref: ElementRef, facts: Mapping[str, object]) -> object:
        """Return what the naive evaluator calls an element."""
        if ref.basis is None:
            return facts.get(ref.id, ref.id)
        element = self.memory._state.elements[ref.id]
        if ref.basis.word == "count":
            return self._soughts[element.type], element.key, ref.basis.count
        if ref.basis.word == "absent":
            return self._soughts[element.type], element.key[0], ref.basis.since
        ((stem, _, _),) = ref.basis.of
        return self._soughts[element.type], facts.get(stem, stem), ref.basis.since


def _offered(ask: Ask, pattern: Pattern) -> Ask:
    return replace(ask, named=pattern.type)


def bound(firing: Firing | Suppressed) -> list[ElementRef]:
    """Return what a firing binds, in pattern order or, of a branch, in the order of its names."""
    elements = list(firing.elements)
    return sorted(elements, key=lambda e: e.alias) if firing.branch else elements


def element(row: FactRow) -> Live:
    """Return an element of memory as the naive evaluator sees it."""
    return Live(row.id, row.type, row.fields, row.fields.get(ORIGIN))


def assert_continues_from_a_dump(
    side: Side, other: Side, history: Sequence[Observe | Say], cut: int
) -> None:
    """load(dump(m)) behaves as m; dump(load(x)) == x; a dump survives canonical bytes.

    Args:
        side: goes through the history in one piece.
        other: the same, dumped and loaded after ``cut`` steps.
    """
    for event in history[:cut]:
        side.step(event)
        other.step(event)

    data = decode(canonical(other.memory.dump()))
    other.memory = WorkingMemory.load(other.rulebase, data, evaluations=True)

    assert other.memory.dump() == data
    for event in history[cut:]:
        assert other.step(event) == side.step(event)
        assert other.memory.dump() == side.memory.dump()
