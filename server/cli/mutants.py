"""Mutants on the screen: how many scenarios noticed, and every survivor at its place."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.server.cli.printer import Printer
from interlock.server.cli.suites import Suites
from interlock.testing.mutation import Survivor, Trial, try_mutants
from interlock.testing.scenario import Scenario


def try_suites(suites: Suites, named: str) -> list[Trial]:
    """Try the mutants of every bundle against all scenarios about it that are wanted."""
    about: dict[str, list[Scenario]] = {}
    bundles = {}
    for suite in suites.suites:
        bundles[suite.bundle.digest] = suite.bundle
        wanted = [one for one in suite.scenarios if named in one.name]
        about.setdefault(suite.bundle.digest, []).extend(wanted)
    return [try_mutants(bundles[name], some) for name, some in about.items() if some]


def percent(trials: Sequence[Trial]) -> int:
    """Return the share of mutants that were noticed, rounded down."""
    count = sum(trial.count for trial in trials)
    return sum(trial.killed for trial in trials) * 100 // count if count else 100


def print_trials(trials: Sequence[Trial], printer: Printer) -> None:
    """Print the counts, then the survivors by place."""
    killed, count = sum(t.killed for t in trials), sum(t.count for t in trials)
    survivors = [one for trial in trials for one in trial.survivors]
    end = "; survived:" if survivors else ""
    printer.line(f"mutants {killed}/{count} killed ({percent(trials)} %){end}")
    for one in survivors:
        printer.line(f"  {one.mutant.place}: {one.mutant.change}: {_said(one)}")


def record(trials: Sequence[Trial]) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "killed": sum(trial.killed for trial in trials),
        "count": sum(trial.count for trial in trials),
        "percent": percent(trials),
        "survivors": [
            {
                "path": one.mutant.path,
                "line": one.mutant.span.line,
                "col": one.mutant.span.col,
                "change": one.mutant.change,
                "tried": one.tried,
            }
            for trial in trials
            for one in trial.survivors
        ],
    }


def _said(one: Survivor) -> str:
    return "no scenario tells them apart" if one.tried else "no scenario comes here"
