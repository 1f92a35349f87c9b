"""Scenario tests on the screen: each played, what was missed, and how many there were."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from interlock.engine.bundle import Bundle
from interlock.server.cli import covering, github, junit, mutants, sarif
from interlock.server.cli.exits import Exit
from interlock.server.cli.findings import Findings, print_diagnostics
from interlock.server.cli.harmless import harmless_json
from interlock.server.cli.options import Form, Report
from interlock.server.cli.printer import Printer, counted
from interlock.server.cli.suites import Suites, read_suites
from interlock.server.inputs import InputRejected
from interlock.testing.coverage import Coverage, Meter, merged
from interlock.testing.mutation import Trial
from interlock.testing.scenario import Judgement, Played, Scenario, judge, play


@dataclass(frozen=True)
class Tried:
    """A scenario that was played, and how long that took, in seconds."""

    judgement: Judgement
    took: float

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.judgement.played.scenario.name


@dataclass(frozen=True)
class Results:
    """What came of all scenarios; the texts they are written in; what they cover, if measured."""

    texts: Mapping[str, str]
    tried: Sequence[Tried]
    coverage: Coverage | None = None
    trials: Sequence[Trial] = ()

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(not one.judgement.passed for one in self.tried)

    @property
    def findings(self) -> Findings:
        """Everything that was missed."""
        return Findings(self.texts, [m for one in self.tried for m in one.judgement.misses])


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a run of scenarios.

    Attributes:
        named: part of the names of the scenarios to play; empty: all.
        covers: whether to measure what they cover.
        least: percent of what there is that must be covered.
        mutates: whether to try mutants, once all scenarios pass.
        killed: percent of mutants that must be noticed.
    """

    named: str = ""
    covers: bool = False
    least: int = 0
    mutates: bool = False
    killed: int = 0


def report_on(
    paths: Iterable[Path], executors: Path | None, wanted: Wanted, report: Report
) -> Exit:
    """Play scenarios and print what was not as expected.

    Args:
        paths: test documents, and folders with all below them.
        executors: where it stands what probes there are; None: the documents show it.
        wanted: which scenarios, and what else is to be found out.
        report: how to print.

    Raises:
        InputRejected: a path cannot be read, or there is no such scenario.
        DefinitionError: a document or its bundle has faults.
    """
    results = try_all(read_suites(paths, executors), wanted)
    _PRINTERS[report](results)
    return Exit.FOUND if _falls_short(results, wanted) else Exit.OK


def _falls_short(results: Results, wanted: Wanted) -> bool:
    covered = results.coverage.percent if results.coverage else 100
    noticed = mutants.percent(results.trials)
    return bool(results.failed) or covered < wanted.least or noticed < wanted.killed


def try_all(suites: Suites, wanted: Wanted) -> Results:
    """Play the scenarios that are wanted.

    Raises:
        InputRejected: there is none.
    """
    tried, covered = list[Tried](), list[Coverage]()
    for suite in suites.suites:
        meter = Meter(suite.bundle) if wanted.covers else None
        for scenario in suite.scenarios:
            if wanted.named in scenario.name:
                began = time.perf_counter()
                played, coverage = _played(scenario, suite.bundle, meter)
                tried.append(Tried(judge(played), time.perf_counter() - began))
                covered.append(coverage)
    if not tried:
        raise InputRejected(f"no scenario has {wanted.named!r} in its name")
    results = Results(suites.texts, tried, merged(covered) if wanted.covers else None)
    if wanted.mutates and not results.failed:
        return replace(results, trials=mutants.try_suites(suites, wanted.named))
    return results


def _played(scenario: Scenario, bundle: Bundle, meter: Meter | None) -> tuple[Played, Coverage]:
    return meter.play(scenario) if meter else (play(scenario, bundle), Coverage())


def _text(results: Results) -> None:
    printer = Printer(Form.TEXT)
    print_diagnostics(results.findings, printer)
    failed, count = results.failed, len(results.tried)
    style = "bold red" if failed else "bold green"
    passed = "passed" if not failed else f"{count - failed} passed, {failed} failed"
    printer.line(f"{_counted(results)}: ", (passed, style), f"   {_times(results)}")
    if results.coverage is not None:
        covering.print_coverage(results.coverage, printer)
    if results.trials:
        mutants.print_trials(results.trials, printer)


def _counted(results: Results) -> str:
    examples = sum(one.judgement.played.scenario.is_example for one in results.tried)
    scenarios = len(results.tried) - examples
    told = [counted(scenarios, "scenario")] if scenarios else []
    return ", ".join([*told, counted(examples, "example")] if examples else told)


def _times(results: Results) -> str:
    """Return how long it took, and how long that was in the scenarios."""
    took = sum(one.took for one in results.tried)
    lasted = sum(_lasted(one) for one in results.tried)
    return f"{took:.1f} s, {counted(round(lasted / 60_000), 'simulated minute')}"


def _lasted(tried: Tried) -> int:
    played = tried.judgement.played
    return played.ended_at - played.scenario.start


def _json(results: Results) -> None:
    record: dict[str, object] = {
        "ok": results.failed == 0,
        "passed": len(results.tried) - results.failed,
        "failed": results.failed,
        "scenarios": [_record(one) for one in results.tried],
    }
    if results.coverage is not None:
        record["coverage"] = covering.record(results.coverage)
    if results.trials:
        record["mutants"] = mutants.record(results.trials)
    print(harmless_json(record, indent=2))


def _record(tried: Tried) -> dict[str, object]:
    scenario = tried.judgement.played.scenario
    return {
        "name": scenario.name,
        "path": scenario.path,
        "line": scenario.span.line,
        "passed": tried.judgement.passed,
        "simulated_ms": _lasted(tried),
        "diagnostics": [miss.to_json() for miss in tried.judgement.misses],
    }


def _junit(results: Results) -> None:
    cases = []
    for one in results.tried:
        said = {"error": list[str](), "warning": list[str]()}
        for miss in one.judgement.misses:
            said[miss.severity].append(str(miss))
        cases.append(junit.Case(one.name, said["error"], said["warning"], f"{one.took:.3f}"))
    print(junit.suite("interlock test", cases))


def _github(results: Results) -> None:
    for miss in results.findings.diagnostics:
        print(github.command(miss))
    print(f"{_counted(results)}: {results.failed} failed")


_PRINTERS: Mapping[Report, Callable[[Results], None]] = {
    Report.TEXT: _text,
    Report.JSON: _json,
    Report.JUNIT: _junit,
    Report.GITHUB: _github,
    Report.SARIF: lambda results: print(
        harmless_json(sarif.log(results.findings.diagnostics), indent=2)
    ),
}
