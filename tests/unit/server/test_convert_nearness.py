"""A near miss over the wire: what is read is what was written, also of a stranger's version."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.server.convert_nearness import read_not_fired, write_not_fired
from interlock.server.nearness import (
    ConditionMade,
    ConjunctMade,
    NotFired,
    Occurrence,
    Restraint,
    VerdictWord,
)
from interlock.server.views import Position
from interlock.v1 import audit_pb2 as wire

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
verdicts = st.sampled_from(get_args(VerdictWord))
moments = st.integers(0, 4_102_444_800_000)
positions = st.builds(Position, st.integers(0, 9), st.integers(0, 2**53))
occurrences = st.none() | st.builds(Occurrence, positions, moments)
restraints = st.none() | st.builds(Restraint, words, words, st.none() | moments, words)
conjuncts = st.builds(
    ConjunctMade,
    words,
    st.none() | st.integers(1, 9_999),
    verdicts,
    st.dictionaries(words, words, max_size=2),
)


def silences(below: st.SearchStrategy[tuple[NotFired, ...]]) -> st.SearchStrategy[NotFired]:
    conditions = st.builds(
        ConditionMade,
        kind=words,
        name=words,
        alias=words,
        negated=st.booleans(),
        verdict=verdicts,
        element=words,
        position=st.none() | positions,
        candidates=st.integers(0, 2**31),
        last=occurrences,
        conjuncts=st.lists(conjuncts, max_size=2).map(tuple),
        because=below,
    )
    return st.builds(
        NotFired,
        rule=words,
        file=words,
        line=st.integers(0, 99),
        branch=words,
        shadow=st.booleans(),
        at=moments,
        position=positions,
        conditions=st.lists(conditions, max_size=2).map(tuple),
        missed=st.integers(0, 9),
        complete=st.booleans(),
        firing=words,
        fired_before=occurrences,
        exclusive=words,
        held_by=words,
        restraint=restraints,
    )


@given(silences(st.lists(silences(st.just(())), max_size=1).map(tuple)))
def test_what_is_read_is_what_was_written(silence: NotFired) -> None:
    sent = write_not_fired(silence).SerializeToString()

    assert read_not_fired(wire.NotFired.FromString(sent)) == silence


@pytest.mark.parametrize("number", [0, 99])
def test_a_verdict_of_a_later_version_is_one_that_could_not_be_told(number: int) -> None:
    message = wire.NotFired()
    message.conditions.add().verdict = number  # type: ignore[assignment]  # nobody's yet

    (condition,) = read_not_fired(message).conditions

    assert condition.verdict == "open"
