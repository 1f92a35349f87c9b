"""Laws of every operator of mutation: it is made, a scenario that looks kills it, others do not."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing.mutation import Mutant, Operator, try_mutants
from interlock.testing.mutation.bench import Bench, Fate
from tests.unit.testing.desk import DESK, PROBES, desk
from tests.unit.testing.desk_scenarios import DULL, bench, dull, dull_scenarios
from tests.unit.testing.operator_cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operator} {case.changes[0]}")
def test_a_scenario_that_looks_kills_what_a_dull_one_leaves(case: Case) -> None:
    looking = bench(case.killers)
    for change in case.changes:
        made = [n for n, one in enumerate(dull().mutants) if is_meant(one, case, change)]
        assert made
        assert dull().fate(made[0])[0] is Fate.SURVIVED
        assert Fate.KILLED in {looking.fate(number)[0] for number in made}


def is_meant(mutant: Mutant, case: Case, change: str) -> bool:
    """Return whether a mutant is one of those a case is about."""
    return mutant.operator is case.operator and mutant.change == change


def test_every_operator_is_tried() -> None:
    assert {case.operator for case in CASES} == set(Operator)
    assert {one.operator for one in dull().mutants} == set(Operator)


@pytest.mark.parametrize(
    "change",
    [
        '!(host == "z") dropped',  # nobody of that name is among the hosts
        "share < 0.5 || params.careful → params.careful",
        "share < 0.5 || params.careful dropped",
    ],
)
def test_what_certainly_means_the_same_is_told_apart(change: str) -> None:
    (number,) = [n for n, one in enumerate(dull().mutants) if one.change == change]

    assert dull().fate(number) == (Fate.SAME, 0)


def test_no_scenario_tells_what_means_the_same_apart() -> None:
    """Play everything there is against the mutants that were called equal."""
    everything = [*DULL, *(killer for case in CASES for killer in case.killers)]
    same = [n for n, _ in enumerate(dull().mutants) if dull().is_same(n)]
    all_of_it = bench(everything)

    assert len(same) >= 3
    assert [dull().mutants[n].change for n in same if all_of_it.is_noticed(n)] == []


def test_a_parameter_that_an_environment_sets_is_changed_there() -> None:
    tight = Bundle.compile({"desk.yaml": DESK, "executors.json": PROBES}, environment="tight")
    changes = [m.change for m in Bench(tight, ()).mutants if m.operator is Operator.PARAMETER]

    assert "limit: 80 → 79" in changes
    assert "limit: 90 → 89" not in changes


def test_several_processes_come_to_the_same() -> None:
    alone, together = (try_mutants(desk(), dull_scenarios(), count) for count in (1, 2))

    assert alone == together
    assert alone.survivors
