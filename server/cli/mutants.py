"""Mutants on the screen: how many scenarios noticed, and every survivor at its place."""

from __future__ import annotations

import os
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
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return [try_mutants(bundles[name], some, processes) for name, some in about.items() if some]


def percent(trials: Sequence[Trial]) -> int:
    """Return the share of mutants that were noticed, rounded down."""
    count = sum(trial.count for trial in trials)
    return sum(len(trial.killed) for trial in trials) * 100 // count if count else 100


def print_trials(trials: Sequence[Trial], printer: Printer) -> None:
    """Print the counts, then the survivors by place."""
    killed, count = sum(len(t.killed) for t in trials), sum(t.count for t in trials)
    same = sum(trial.same for trial in trials)
    beside = f", {same} of equal meaning left out" if same else ""
    survivors = [one for trial in trials for one in trial.survivors]
    end = "; survived:" if survivors else ""
    printer.line(f"mutants {killed}/{count} killed ({percent(trials)} %){beside}{end}")
    for one in survivors:
        printer.line(f"  {one.mutant.place}: {one.mutant.change}: {_said(one)}")


def record(trials: Sequence[Trial]) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "killed": sum(len(trial.killed) for trial in trials),
        "count": sum(trial.count for trial in trials),
        "same": sum(trial.same for trial in trials),
        "unfit": sum(trial.unfit for trial in trials),
        "percent": percent(trials),
        "operators": _by_operator(trials),
        "survivors": [
            {
                "operator": str(one.mutant.operator),
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


def _by_operator(trials: Sequence[Trial]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for trial in trials:
        for operator, (killed, count) in trial.by_operator().items():
            mine = found.setdefault(str(operator), {"killed": 0, "count": 0})
            mine["killed"] += killed
            mine["count"] += count
    return found


def _said(one: Survivor) -> str:
    return "no scenario tells them apart" if one.tried else "no scenario comes here"
