"""What verification finds about parallel states, shown: a run that is led there, as a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from interlock.engine.bundle import Bundle
from interlock.engine.verify import Counterexample, Led, led
from interlock.language.values import YamlValue
from interlock.machines.definition import ParallelState, Trigger
from interlock.machines.forked import BROKE
from interlock.machines.verify import MachineSubject
from interlock.testing.generate.plan import MOST_RUNS, Planner, Run
from interlock.testing.generate.ways import Way, way_ending
from interlock.testing.generate.world import Astray
from interlock.testing.generate.write import scenario_of, whose


def shown(bundle: Bundle) -> Iterator[Counterexample]:
    """Yield scenarios for the findings that show on ways by a parallel state.

    Each says what ought to be; whoever writes it down plays it first, to see it fail.
    """
    planner = Planner(bundle, ())
    for one in led(planner.whole):
        root = next(m for m in planner.whole.machines if m.machine.id == one.machine.started)
        for run in islice(planner.along(one.machine, _broken(root, one.ways)), MOST_RUNS):
            try:
                run.lead()
            except Astray:
                continue
            yield _told(one, run)


def _broken(root: MachineSubject, ways: Mapping[str, Way]) -> dict[str, Way]:
    """Return ways on which a branch breaks wherever the root goes on because one has."""
    found = dict(ways)
    for edge in ways[root.machine.id]:
        fork = root.machine.states[edge.source]
        if edge.event == Trigger.FAILED and isinstance(fork, ParallelState):
            branches = [b for b in root.within if b.machine in fork.branches.values()]
            ending = ((one, way_ending(one, BROKE)) for one in branches)
            one, way = next(((o, w) for o, w in ending if w is not None), (root, None))
            if way is not None:
                found[one.machine.id] = way
    return found


def _told(one: Led, run: Run) -> Counterexample:
    lead = run.it
    scenario = scenario_of(lead, "", [], [])
    expect: dict[str, YamlValue] = dict(one.expect)
    if one.about:
        courses = lead.recording.courses.values()
        expect |= whose(next(c for c in courses if c.machine == one.about))
    return Counterexample(
        one.finding,
        scenario["given"],
        [expect],
        scenario.get("executors", {}),
        scenario.get("probes", {}),
        scenario.get("humans", ()),
        until_ms=max(1, lead.harness.now - lead.world.start),
    )
