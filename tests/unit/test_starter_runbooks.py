"""Each runbook of the starter library is whole, by itself."""

from __future__ import annotations

import pytest

from interlock.engine.probes import MANIFEST
from interlock.engine.verify import verify
from interlock.machines import ApproveState
from tests.kinds import KINDS, kinds_seen
from tests.starter import NAMES, runbook

pytestmark = pytest.mark.parametrize("name", NAMES)


def test_its_scenarios_pass(name: str) -> None:
    misses = [str(miss) for one in runbook(name).judgements for miss in one.misses]

    assert misses == []


def test_its_scenarios_see_every_kind_of_day(name: str) -> None:
    """Law: it goes well, fails, hangs, is refused, is not answered, and loses its evidence."""
    one = runbook(name)
    machine = one.bundle.machinebase.machines[name]

    assert set(KINDS) <= kinds_seen(machine, one.judgements)


def test_without_the_scenarios_of_a_kind_it_would_be_missed(name: str) -> None:
    """The control of the law above: each kind is seen in scenarios, not by construction."""
    one = runbook(name)
    machine = one.bundle.machinebase.machines[name]

    for kind in KINDS:
        others = [j for j in one.judgements if kind not in kinds_seen(machine, [j])]
        asks_nobody = not any(isinstance(s, ApproveState) for s in machine.states.values())
        if kind != "human silent" or not asks_nobody:
            assert kind not in kinds_seen(machine, others)


def test_its_scenarios_cover_it(name: str) -> None:
    coverage = runbook(name).coverage

    assert coverage.percent > 95, [f"{i.said}: {ways}" for i, ways in coverage.missed()]


def test_it_verifies_clean_by_itself(name: str) -> None:
    files = {n: text for n, text in runbook(name).bundle.files.items() if n != MANIFEST}

    assert list(map(str, verify(files))) == []
