"""The second engine, inside its cage, means what the language means."""

from __future__ import annotations

from contextlib import closing

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from tests.property.packs import evaluations, facts, packs
from tests.scale import count

FACTS = 10


@settings(max_examples=count(230, 11_500))
@given(packs(), st.tuples(*(facts(number) for number in range(FACTS))))
def test_the_cage_finds_what_trying_everything_finds(pack, rows):
    """Law: for any pack, any facts and any of them as the focus, cage == nested loops.

    Up to ten evaluations an example: over 2,000 in a test run, over 100,000 under torture.
    """
    caged = CagedPack(pack)
    with closing(Cage(caged.plan)) as cage:
        for evaluation in evaluations(pack, list(rows)):
            _, focus, cells = orjson.loads(caged.request(evaluation))
            answer = cage.evaluate(cells, focus)
            assert caged.matches(evaluation, answer) == evaluation.matches
