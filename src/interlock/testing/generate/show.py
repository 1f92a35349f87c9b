"""What verification finds and no script tells beforehand: a run that is led there, as a scenario.

That is what shows where branches go on side by side, and rules that need facts to match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from interlock.engine.bundle import Bundle
from interlock.engine.verify import Counterexample, Led, is_told_by_signals, led, silent_rules
from interlock.language.diagnostics import Diagnostic
from interlock.language.values import YamlValue
from interlock.machines.definition import ParallelState, Trigger
from interlock.machines.forked import BROKE
from interlock.machines.verify import MachineSubject
from interlock.testing.generate.grounds import grounds
from interlock.testing.generate.plan import MOST_RUNS, Planner, Run
from interlock.testing.generate.ways import Way, way_ending
from interlock.testing.generate.world import Astray
from interlock.testing.generate.write import scenario_of, whose

_Expected = dict[str, YamlValue]


def shown(bundle: Bundle) -> Iterator[Counterexample]:
    """Yield scenarios for the findings that show only where somebody leads.

    Each says what ought to be; whoever writes it down plays it first, to see it fail.
    """
    planner = Planner(bundle, ())
    for finding, subject in silent_rules(planner.whole):
        if not is_told_by_signals(subject):
            runs = (planner.run(ground) for ground in grounds(planner.whole, subject))
            for run in _done(runs):
                yield _told(finding, run, {"fired": subject.rule.id})
    for one in led(planner.whole):
        root = next(m for m in planner.whole.machines if m.machine.id == one.machine.started)
        for run in _done(planner.along(one.machine, _broken(root, one.ways))):
            yield _told(one.finding, run, _expected(one, run))


def _done(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield those of the first runs that go as they are led."""
    for run in islice(runs, MOST_RUNS):
        try:
            run.lead()
        except Astray:
            continue
        yield run


def _broken(root: MachineSubject, ways: Mapping[str, Way]) -> dict[str, Way]:
    """Return ways on which a branch breaks wherever the root goes on because one has."""
    found = dict(ways)
    for edge in ways[root.machine.id]:
        fork = root.machine.states[edge.source]
        if edge.event == Trigger.FAILED and isinstance(fork, ParallelState):
            branches = [b for b in root.within if b.machine in fork.branches.values()]
            endings = ((one.machine.id, way_ending(one, BROKE)) for one in branches)
            found |= next(({name: way} for name, way in endings if way is not None), {})
    return found


def _expected(one: Led, run: Run) -> _Expected:
    """Return what ought to come of it, of the incident there was."""
    courses = run.it.recording.courses.values()
    about = next((course for course in courses if course.machine == one.about), None)
    return {**one.expect, **({} if about is None else whose(about))}


def _told(finding: Diagnostic, run: Run, expect: _Expected) -> Counterexample:
    lead = run.it
    scenario = scenario_of(lead, "", [], [])
    return Counterexample(
        finding,
        scenario.get("given", ()),
        [expect],
        scenario.get("executors", {}),
        scenario.get("probes", {}),
        scenario.get("humans", ()),
        until_ms=max(1, lead.harness.now - lead.world.start),
    )
