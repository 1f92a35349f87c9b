"""Whatever comes, the region of a condition's value holds it: nothing told of one is untrue."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from interlock.language.expression import Scope
from interlock.language.expression.check import resolve
from interlock.language.expression.compile import compile_typed
from interlock.language.regions import NOWHERE, all_true, join, meet, truth_of
from interlock.language.values import UNKNOWN
from tests.property.language_strategies import (
    FIELDS,
    PRESENT,
    WORDS,
    bools,
    conditions,
    environments,
    rows,
)

NARROW = {
    **FIELDS,
    "s": replace(FIELDS["s"], enum=WORDS),
    "t": replace(FIELDS["t"], enum=WORDS),
    "n": replace(FIELDS["n"], min=-5, max=5),
    "m": replace(FIELDS["m"], enum=tuple(range(-5, 6))),
    "x": replace(FIELDS["x"], min=-2_500_000, max=2_500_000),
    "y": replace(FIELDS["y"], min=-500, max=500),
}
"""Fields as narrow as the values they are given."""

SCOPES = [Scope(fields, {"err": fields}, PRESENT) for fields in (FIELDS, NARROW)]


def truth(node, scope):
    return truth_of(resolve(node, scope, []), {"": "here"})


def compiled(node, scope):
    return compile_typed(resolve(node, scope, []))


def holds(region, row, env):
    """Whether a region holds what is read; what is computed is left out of the question."""
    return any(
        all(_is_among(values, variable, row, env) for variable, values in box.items())
        for box in region
    )


def _is_among(values, variable, row, env):
    if variable.sort != "field":
        return True
    read = row if variable.alias == "here" else env[variable.alias]
    if variable.name not in read:
        return values.missing
    return values.held.holds(read[variable.name])


@given(conditions | bools(1), st.sampled_from(SCOPES), rows, environments)
def test_the_region_of_what_a_condition_is_holds_what_it_read(node, scope, row, env):
    """Law: value(c, row) == v implies row in region(c, v)."""
    found = truth(node, scope)
    value = compiled(node, scope)(row, env)

    region = {True: found.true, False: found.false, UNKNOWN: found.unknown}[value]

    assert holds(region, row, env)


@given(
    st.lists(conditions | bools(1), min_size=1, max_size=4),
    st.sampled_from(SCOPES),
    rows,
    environments,
)
def test_conditions_put_together_hold_where_each_does(nodes, scope, row, env):
    """Law: rows where all are true are in meet, rows where one is are in join."""
    found = [truth(node, scope) for node in nodes]
    values = [compiled(node, scope)(row, env) for node in nodes]
    together = all_true(found)

    if all(value is True for value in values):
        assert holds(together.true, row, env)
        assert holds(meet(*(one.true for one in found)), row, env)
    if any(value is False for value in values):
        assert holds(together.false, row, env)
        assert holds(join(*(one.false for one in found)), row, env)
    if UNKNOWN in values and False not in values:
        assert holds(together.unknown, row, env)


@given(bools(1), bools(1), st.sampled_from(SCOPES), st.lists(st.tuples(rows, environments)))
def test_what_is_implied_or_disjoint_by_region_is_so_in_every_row(one, other, scope, worlds):
    """Law: no row contradicts an empty region of ``a and not b``, or of ``a and b``."""
    a, b = truth(one, scope), truth(other, scope)
    first, second = compiled(one, scope), compiled(other, scope)
    true = [(row, env) for row, env in worlds if first(row, env) is True]

    if meet(a.true, b.not_true) == NOWHERE:
        assert all(second(row, env) is True for row, env in true)
    if meet(a.true, b.true) == NOWHERE:
        assert not any(second(row, env) is True for row, env in true)
