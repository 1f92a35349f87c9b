"""The bundle of the demo does what its scenarios expect, and they leave nothing out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from interlock.server import demo
from interlock.server.cli.suites import read_suites
from interlock.server.cli.testing import Results, Wanted, try_all
from interlock.testing.mutation import try_mutants

SCENARIOS = Path(demo.__file__).parent / "scenarios"


@cache
def results() -> Results:
    """Play all scenarios, once."""
    return try_all(read_suites([SCENARIOS], None), Wanted(covers=True))


def test_every_scenario_passes_without_a_warning() -> None:
    assert [str(one) for one in results().findings.diagnostics] == []
    assert len(results().tried) >= 35


def test_they_cover_every_item() -> None:
    coverage = results().coverage

    assert coverage is not None
    assert coverage.missed() == []


def test_they_notice_what_changes_in_the_rules_of_a_restart() -> None:
    suites = read_suites([SCENARIOS / "restart-service.test.yaml"], None)
    (suite,) = suites.suites
    trial = try_mutants(suite.bundle, suite.scenarios)
    # Which of two remedies comes first is the business of those of a fail-over.
    missed = [s.mutant for s in trial.survivors if s.tried and s.mutant.operator != "salience"]

    assert [(one.place, one.change) for one in missed] == []
