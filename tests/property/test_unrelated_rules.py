"""Whatever rules stand beside a rule, its decisions are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings

from interlock.language.document import load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Firing, Outcome, SignalElement
from interlock.rules.rulebase import RuleBase
from tests.oracle.naive import NaiveRule
from tests.property.rules_histories import Observe, Say, histories
from tests.property.rules_strategies import rule_bases
from tests.property.rules_written import loaded
from tests.scale import count


def bystanders(rules: Sequence[NaiveRule]) -> list[NaiveRule]:
    """Return rules that only tell people something: they can touch nobody else's decisions."""
    return [
        replace(rule, id=f"x-{rule.id}", asserts=(), start=None, exclusive=None) for rule in rules
    ]


@settings(max_examples=count(sample=60, full=5_000))
@given(rule_bases(), rule_bases(), histories())
def test_rules_beside_a_rule_never_change_what_it_decides(rules, others, history):
    """Law: for rule bases R and B, where B only advises, and every history h: what R's rules fire
    and withdraw in R ∪ B is what they fire and withdraw in R, step by step.
    """
    alone = list(decisions(loaded(rules), history))
    beside = list(decisions(loaded([*rules, *bystanders(others)]), history))

    assert alone == [[one for one in step if not one[0].startswith("x-")] for step in beside]


def decisions(rulebase: RuleBase, history: Sequence[Observe | Say]) -> Iterator[list[object]]:
    """Yield what each step of a history makes fire, by rule and elements."""
    memory, now = WorkingMemory(rulebase), 0
    memory.begin(position=0, now=now)
    for place, event in enumerate(history):
        now += event.later
        expired = memory.expire(now=now, position=2 * place)
        taken = _take(memory, event, now, 2 * place + 1)
        yield [told(firing) for one in (expired, taken) for firing in one.firings]


def told(firing: Firing) -> tuple[str, object, str]:
    """Return what a firing says; what is derived is numbered within its step, whoever derives."""
    elements = [(one.type, one.position) for one in firing.elements]
    return firing.rule, elements, firing.why


def _take(memory: WorkingMemory, event: Observe | Say, now: int, position: int) -> Outcome:
    if isinstance(event, Observe):
        signal = SignalElement(
            id=f"id{position}",
            source="test",
            name=event.name,
            subject="x",
            severity="",
            status="resolved" if event.resolved else "firing",
            at=now,
            fields=event.fields,
        )
        return memory.observe(signal, position=position, now=now)
    if event.v is not None:
        fields = {"k": event.k, "v": event.v}
        return memory.assert_fact(event.fact, fields, position=position, now=now)
    return Outcome()


# --- what the peer gets wrong -------------------------------------------------------------------

SIGNALS = """\
interlock: signals/v1
signals:
  peer.event: {keep: all, key: [subject], ttl: 1h, fields: {v: {type: double, optional: true}}}
"""
RULE = """\
  - id: r{number}
    title: A threshold
    owner: team-x
    when:
      - signal: peer.event
        as: event
        where: has(v) && v {operator} {number}
    then: [{{advise: it holds}}]
    why: ${{event.subject}}
"""


def thresholds(operator: str, rules: int) -> RuleBase:
    written = "".join(RULE.format(number=number, operator=operator) for number in range(rules))
    documents = [
        *load_documents(SIGNALS, "s"),
        *load_documents(f"interlock: rules/v1\nrules:\n{written}", "r"),
    ]
    return load_rulebase(documents)


def fired(rulebase: RuleBase, **fields: int) -> set[str]:
    element = SignalElement("1", "t", "peer.event", "x", "", "firing", 0, fields)
    outcome = WorkingMemory(rulebase).observe(element, position=1, now=0)
    return {firing.rule for firing in outcome.firings}


@pytest.mark.parametrize("rules", [2, 3, 4, 50])
def test_a_number_equals_itself_however_many_rules_ask(rules: int) -> None:
    """The peer finds 1.0 unequal to 1 from the third rule on the same attribute."""
    assert {"r1"} == fired(thresholds("==", rules), v=1_000_000)


@pytest.mark.parametrize("rules", [8, 9, 10, 50])
def test_a_signal_without_a_field_silences_nobody(rules: int) -> None:
    """The peer loses every event from the ninth threshold on, when one lacks the attribute."""
    rulebase = thresholds(">", rules)
    memory = WorkingMemory(rulebase)
    heartbeat = SignalElement("1", "t", "peer.event", "x", "", "firing", 0, {})
    load = SignalElement("2", "t", "peer.event", "x", "", "firing", 0, {"v": 97_500_000})

    silent = memory.observe(heartbeat, position=1, now=0)
    loud = memory.observe(load, position=2, now=0)

    assert () == silent.firings
    assert rules == len(loud.firings)


GROUP = """\
  - id: r{number}
    title: One of a group
    owner: team-x
    salience: {number}
    exclusive: remedy
    when: [{{signal: peer.event, as: event}}]
    then: [{{start: remedy, incident: x}}]
    why: ${{event.subject}}
"""


@pytest.mark.parametrize(("rules", "winner"), [(1, "r0"), (2, "r1")])
def test_a_rule_that_does_change_another_is_noticed(rules: int, winner: str) -> None:
    """Negative control: in an exclusive group a rule beside does change what fires."""
    written = "".join(GROUP.format(number=number) for number in range(rules))
    documents = [
        *load_documents(SIGNALS, "s"),
        *load_documents(f"interlock: rules/v1\nrules:\n{written}", "r"),
    ]

    assert {winner} == fired(load_rulebase(documents))
