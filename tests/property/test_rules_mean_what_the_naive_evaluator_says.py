"""The rules against a naive evaluator, over random rule bases and histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.digest import canonical, decode
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Firing, Outcome, SignalElement
from tests.oracle.naive import Live, NaiveRule, World, evaluate, joins
from tests.property.rules_strategies import (
    KEYS,
    LATEST,
    TTL_MS,
    Observe,
    Say,
    histories,
    loaded,
    rule_bases,
)
from tests.scale import count

EXAMPLES = settings(max_examples=count(sample=60, full=5_000))


@dataclass
class Believed:
    """The live elements as a ten-line model keeps them."""

    rules: Sequence[NaiveRule]
    signals: list[tuple[Live, int]] = field(default_factory=list)
    said: dict[tuple, tuple[dict, int | None]] = field(default_factory=dict)
    holders: dict = field(default_factory=dict)

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
        new = Live(f"s{position}", event.name, dict(event.fields))
        if event.name in LATEST and same and same[0][0].row == new.row:
            new = same[0][0]
        self.signals.append((new, now + TTL_MS))

    def say(self, event: Say, now: int) -> None:
        values = {"k": event.k, "v": event.v}
        key = (event.fact, tuple(values[part] for part in KEYS[event.fact]))
        self.said[key] = (values, now + TTL_MS if event.fact == "suspect" else None)

    def world(self) -> World:
        in_order = sorted((one for one, _ in self.signals), key=lambda one: int(one.id[1:]))
        said = {key: row for key, (row, _) in self.said.items()}
        world = evaluate(self.rules, KEYS, in_order, said, self.holders)
        self.holders = dict(world.holders)
        return world


class Side:
    """The memory under test, fed step by step beside the model."""

    def __init__(self, rules: Sequence[NaiveRule]) -> None:
        self.rulebase = loaded(rules)
        self.memory = WorkingMemory(self.rulebase, evaluations=True)
        self.believed = Believed(rules)
        self.now = 0
        self.position = 0
        self.in_force: set[str] = set()
        self.facts: dict[str, object] = {}
        self.identities: dict[object, str] = {}

    def step(self, event: Observe | Say) -> list[Outcome]:
        """Let time pass, expire what is due, then take in the event."""
        self.now += event.later
        outcomes = []
        due = self.memory.next_expiry()
        if due is not None and due <= self.now:
            self.position += 1
            outcomes.append(self.memory.expire(now=self.now, position=self.position))
        self.believed.expire(self.now)
        self.position += 1
        outcomes.append(self._take(event))
        for outcome in outcomes:
            self._apply(outcome)
        self._assert_nothing_flickered(outcomes)
        return outcomes

    def _assert_nothing_flickered(self, outcomes: list[Outcome]) -> None:
        """What held before one step and after it is the same fact or firing, by its id."""
        now: dict[object, str] = {}
        for fact in self.memory.facts():
            now[fact.fact, fact.key, repr(sorted(fact.fields.items()))] = fact.id
        for firing in self.memory.firings():
            now[firing.rule, _bound(firing)] = firing.id
        if len(outcomes) == 1:
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

    def named(self, element_id: str) -> object:
        """Return the naive identity of an element."""
        by_id = {f.id: (f.fact, f.key) for f in self.memory.facts()}
        return by_id.get(element_id, element_id)

    def assert_agrees(self) -> None:
        world = self.believed.world()
        facts = {(f.fact, f.key): dict(f.fields) for f in self.memory.facts()}
        assert facts == world.facts
        by_id = {f.id: (f.fact, f.key) for f in self.memory.facts()}
        firings = {
            (f.rule, tuple(by_id.get(one, one) for one in _bound(f))) for f in self.memory.firings()
        }
        assert firings == world.firings
        assert {firing.id for firing in self.memory.firings()} == self.in_force
        assert self.facts == {f.id: f.fields for f in self.memory.facts()}


def _bound(firing: Firing) -> tuple[str, ...]:
    """Return what a firing binds, in pattern order or, of a branch, in the order of its names."""
    elements = firing.elements
    by_name = sorted(elements, key=lambda e: e.alias) if firing.branch else elements
    return tuple(e.id for e in by_name)


@EXAMPLES
@given(rule_bases(), histories())
def test_after_every_step_facts_and_firings_are_those_of_the_naive_evaluator(rules, history):
    """memory after any history == naive evaluation of what is live; outcomes tell every change."""
    side = Side(rules)

    for event in history:
        side.step(event)
        side.assert_agrees()


@EXAMPLES
@given(rule_bases(), histories(), st.integers(0, 20))
def test_a_memory_dumped_and_loaded_continues_as_if_nothing_had_happened(rules, history, cut):
    """load(dump(m)) behaves as m; dump(load(x)) == x; a dump survives canonical bytes."""
    side, other = Side(rules), Side(rules)
    for event in history[:cut]:
        side.step(event)
        other.step(event)

    data = decode(canonical(other.memory.dump()))
    other.memory = WorkingMemory.load(other.rulebase, data, evaluations=True)

    assert other.memory.dump() == data
    for event in history[cut:]:
        assert other.step(event) == side.step(event)
        assert other.memory.dump() == side.memory.dump()


@EXAMPLES
@given(rule_bases(), histories())
def test_every_evaluation_holds_exactly_the_naive_joins_of_its_focus(rules, history):
    """evaluation.matches == naive joins with the focus, within the offered and within all."""
    side = Side(rules)
    by_id = {rule.name: rule for rule in rules}
    for event in history:
        for outcome in side.step(event):
            for evaluation in outcome.evaluations:
                in_pack = [
                    r for r, pack in side.rulebase.pack_of.items() if pack == evaluation.pack
                ]
                packed = [by_id[rule_id] for rule_id in in_pack]
                offered = [Live(row.id, row.type, row.fields) for row in evaluation.facts]
                assert joins(packed, offered, evaluation.focus) == list(evaluation.matches)
        everything = _all_live(side)
        for evaluation in outcome.evaluations:
            packed = [
                by_id[r] for r, pack in side.rulebase.pack_of.items() if pack == evaluation.pack
            ]
            assert joins(packed, everything, evaluation.focus) == list(evaluation.matches)


def _all_live(side: Side) -> list[Live]:
    signals = [one for one, _ in side.believed.signals]
    return signals + [Live(f.id, f.fact, f.fields) for f in side.memory.facts()]


@EXAMPLES
@given(rule_bases(), histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_live_elements_came_does_not_change_what_follows(rules, history, random):
    """same live elements in any order → same facts and firings, without exclusive groups."""
    free = [NaiveRule(**{**vars(rule), "exclusive": None}) for rule in rules]
    signals = [e for e in history if isinstance(e, Observe) and not e.resolved]
    latest = {(e.name, e.fields["k"]): e for e in signals}
    once = list(latest.values())
    shuffled = random.sample(once, len(once))

    assert _reached(free, once) == _reached(free, shuffled)


def _reached(rules: Sequence[NaiveRule], events: Sequence[Observe]) -> tuple[list, list]:
    side = Side(rules)
    for event in events:
        side.step(Observe(event.name, event.fields, resolved=False, later=0))
    named = {f.id: repr((f.fact, f.key)) for f in side.memory.facts()}
    named |= {one.id: repr((one.type, sorted(one.row.items()))) for one, _ in side.believed.signals}
    facts = sorted(repr((f.fact, f.key, sorted(f.fields.items()))) for f in side.memory.facts())
    firings = sorted((f.rule, [named[one] for one in _bound(f)]) for f in side.memory.firings())
    return facts, firings
