"""The second engine, inside its cage, means what the language means."""

from __future__ import annotations

from contextlib import closing

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.language.values import INT
from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import FactRow
from interlock.rules.network import ElementKind, Join, Operator, Pack, Pattern
from tests.property.packs import evaluations, facts, packs, rule
from tests.scale import count

FACTS = 10


def assert_agrees(pack, rows, make_cage=Cage):
    """Ask the cage about each fact in turn."""
    caged = CagedPack(pack)
    with closing(make_cage(caged.plan)) as cage:
        for evaluation in evaluations(pack, rows):
            _, focus, cells = orjson.loads(caged.request(evaluation))
            answer = cage.evaluate(cells, focus)
            assert caged.matches(evaluation, answer) == evaluation.matches


ROWS = st.tuples(*(facts(number) for number in range(FACTS)))


@pytest.mark.timeout(1_800)
@settings(max_examples=count(120, 6_000))
@given(packs(), ROWS, ROWS)
def test_the_cage_finds_what_trying_everything_finds(pack, rows, other_rows):
    """Law: for any pack, any facts and any of them as the focus, cage == nested loops.

    Up to twenty evaluations an example: about 2,000 in a test run, over 100,000 under torture.
    """
    assert_agrees(pack, list(rows))
    assert_agrees(pack, list(other_rows))


class Forgetful(Cage):
    def evaluate(self, rows, focus):
        return super().evaluate(rows, focus)[:-1]


class Inventive(Cage):
    def evaluate(self, rows, focus):
        return [*super().evaluate(rows, focus), (0, (focus, len(rows) - 1 - focus))]


@pytest.mark.parametrize("make_cage", [Forgetful, Inventive])
def test_control_an_engine_that_loses_or_invents_a_match_is_found_out(make_cage):
    same = Join("count", Operator.EQ, "a", "count", INT, "count == a.count")
    patterns = [
        Pattern(a, ElementKind.SIGNAL, "alert", (), (), j) for a, j in (("a", ()), ("b", (same,)))
    ]
    pack = Pack("pack-0", (rule("r", *patterns),))
    rows = [FactRow(f"s{number}", "alert", {"count": number // 2}) for number in range(4)]

    assert_agrees(pack, rows)
    with pytest.raises(AssertionError):
        assert_agrees(pack, rows, make_cage)
