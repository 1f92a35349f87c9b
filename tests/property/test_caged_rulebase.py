"""Both engines, as they run: the reference matcher in working memory, durable-rules in its cage."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Evaluation, SignalElement
from interlock.rules.rulebase import RuleBase
from tests.property.rules_histories import Observe, Say, histories
from tests.property.rules_strategies import restrained_rule_bases, rule_bases
from tests.property.rules_written import loaded
from tests.scale import count


@pytest.mark.timeout(1_800)
@settings(max_examples=count(60, 5_000))
@given(st.one_of(rule_bases(), restrained_rule_bases()), histories())
def test_the_caged_engine_agrees_with_the_reference_matcher(rules, history):
    """Law: for any rule base an author could write and any history of signals and facts, every

    evaluation the memory hands out is answered by the cage with the very same matches.
    """
    rulebase = loaded(rules)
    caged = {pack.id: CagedPack(pack) for pack in rulebase.packs}
    cages = {name: Cage(pack.plan) for name, pack in caged.items()}
    for evaluation in evaluations(rulebase, history):
        pack = caged[evaluation.pack]
        _, focus, rows = orjson.loads(pack.request(evaluation))
        answer = cages[pack.id].evaluate(rows, focus)
        assert pack.matches(evaluation, answer) == evaluation.matches
    for cage in cages.values():
        cage.close()


def evaluations(rulebase: RuleBase, history: list[Observe | Say]) -> Iterator[Evaluation]:
    """Everything the second engine would be asked in the course of a history."""
    memory, now = WorkingMemory(rulebase, evaluations=True), 0
    for place, event in enumerate(history):
        now += event.later
        yield from memory.expire(now=now, position=2 * place).evaluations
        at = {"now": now, "position": 2 * place + 1}
        yield from _take(memory, event, at)


def _take(
    memory: WorkingMemory, event: Observe | Say, at: dict[str, int]
) -> tuple[Evaluation, ...]:
    if isinstance(event, Observe):
        if not memory.rulebase.uses(event.name):
            return ()
        signal = SignalElement(
            id=f"id{at['position']}",
            source="test",
            name=event.name,
            subject="x",
            severity="",
            status="resolved" if event.resolved else "firing",
            at=at["now"],
            fields=event.fields,
        )
        return memory.observe(signal, **at).evaluations
    if event.v is None:
        return ()
    return memory.assert_fact(event.fact, {"k": event.k, "v": event.v}, **at).evaluations
