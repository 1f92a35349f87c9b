"""The rules against a naive evaluator, over random rule bases and histories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interlock.rules.model import ElementRef
from tests.oracle.naive import NaiveRule, joins
from tests.property.rules_histories import Observe, histories, history_of
from tests.property.rules_strategies import rule_bases, rules_of
from tests.property.sides import Side, assert_continues_from_a_dump, bound, element
from tests.scale import count

EXAMPLES = settings(max_examples=count(sample=60, full=5_000))


@EXAMPLES
@given(rule_bases(), histories())
def test_after_every_step_facts_and_firings_are_those_of_the_naive_evaluator(rules, history):
    """memory after any history == naive evaluation of what is live; outcomes tell every change."""
    side = Side(rules)

    for event in history:
        side.step(event)


@EXAMPLES
@given(rule_bases(), histories(), st.integers(0, 20))
def test_a_memory_dumped_and_loaded_continues_as_if_nothing_had_happened(rules, history, cut):
    """load(dump(m)) behaves as m; dump(load(x)) == x; a dump survives canonical bytes."""
    assert_continues_from_a_dump(Side(rules), Side(rules), history, cut)


@EXAMPLES
@given(rule_bases(), histories())
def test_every_evaluation_holds_exactly_the_naive_joins_of_its_focus(rules, history):
    """evaluation.matches == naive joins with the focus, within the offered and within all."""
    side = Side(rules)
    for event in history:
        for outcome in side.step(event):
            for evaluation in outcome.evaluations:
                offered = [element(row) for row in evaluation.facts]
                expected = joins(side.packed(evaluation.pack), offered, evaluation.focus)
                assert expected == list(evaluation.matches)
        everything = [element(one.offered()) for one in side.memory._state.elements.values()]
        for evaluation in outcome.evaluations:
            expected = joins(side.packed(evaluation.pack), everything, evaluation.focus)
            assert expected == list(evaluation.matches)


@EXAMPLES
@given(rule_bases(), histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_live_elements_came_does_not_change_what_follows(rules, history, random):
    """same live elements in any order → same facts and firings, without exclusive groups.

    Not of rules that ask whether an answer came: in which order things came is what they ask.
    """
    free = [
        NaiveRule(**{**vars(rule), "exclusive": None})
        for rule in rules
        if not any(ask.answers for ask in (*rule.asks, *rule.nots))
    ]
    assume(free)
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
    firings = sorted((f.rule, [_name(e, named) for e in bound(f)]) for f in side.memory.firings())
    return facts, firings


def _name(ref: ElementRef, named: Mapping[str, str]) -> str:
    """Return what an element is called whenever it came; of a stretch of time, what it says.

    On which of several with one distinct value a count stands is told for people: the first.
    """
    basis = ref.basis
    if basis is None:
        return named[ref.id]
    of = [] if basis.word == "count" else sorted(named[one] for one, _, _ in basis.of)
    return repr((basis.word, basis.since, basis.count, basis.about, of))


WORDS = ("for", "count", "within", "absent")


@pytest.mark.parametrize("seed", range(count(sample=4, full=200)))
def test_seeded_histories_mean_the_same_and_make_patterns_last(seed):
    """memory == naive evaluation, on 50 samples and more, until each word of time was met."""
    chance = random.Random(seed)
    words: Counter[str] = Counter()
    for number in range(500):
        if number >= 50 and all(words[word] > 0 for word in WORDS):
            break
        side = Side(rules_of(chance.randbytes(400)))
        for event in history_of(chance.randbytes(400)):
            for outcome in side.step(event):
                refs = [e for firing in outcome.firings for e in firing.elements]
                words.update(ref.basis.word for ref in refs if ref.basis)

    assert all(words[word] > 0 for word in WORDS)
