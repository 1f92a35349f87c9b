"""What verification finds and no script tells beforehand: a run that is led there, as a scenario.

That is what shows where branches go on side by side, what rules need facts or silence to match,
and what only a person or a change of the evidence brings about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from interlock.engine.bundle import Bundle
from interlock.engine.verify import (
    HOSTILE,
    Counterexample,
    Led,
    led,
    silent_rules,
    words_of,
)
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Row
from interlock.language.values import YamlValue, format_duration
from interlock.machines.definition import ParallelState, Trigger
from interlock.machines.forked import BROKE
from interlock.machines.verify import MachineSubject
from interlock.rules.verify.rivals import rival_rules
from interlock.testing.generate.grounds import grounds, together
from interlock.testing.generate.lead import Plan
from interlock.testing.generate.plan import MOST_RUNS, Planner, Run
from interlock.testing.generate.ways import Way, way_ending
from interlock.testing.generate.world import Astray
from interlock.testing.generate.write import scenario_of, whose

_Expected = dict[str, YamlValue]


def shown(bundle: Bundle, wanted: Callable[[Diagnostic], bool]) -> Iterator[Counterexample]:
    """Yield scenarios for findings, a few for each.

    Each says what ought to be; whoever writes it down plays it first, to see it fail.

    Args:
        bundle: what was verified.
        wanted: of which findings; asked anew before each run.
    """
    planner = Planner(bundle, ())
    yield from _of_rules(planner, wanted)
    for one in led(planner.whole):
        root = next(m for m in planner.whole.machines if m.machine.id == one.machine.started)
        ways = _broken(root, one.ways)
        plan = Plan(one.machine.machine.id, ways, meets=one.meets, starts=one.starts)
        runs = (_labelled(run, one.label) for run in planner.along(one.machine, plan))
        for run in _done(runs, one.finding, wanted):
            yield _told(one.finding, run, [_expected(one, run)])


def _of_rules(planner: Planner, wanted: Callable[[Diagnostic], bool]) -> Iterator[Counterexample]:
    """Yield what shows rules that never act, and rules that start different machines at once."""
    whole = planner.whole
    for finding, subject in silent_rules(whole):
        runs = (planner.run(ground) for ground in grounds(whole, subject))
        for run in _done(runs, finding, wanted):
            yield _told(finding, run, [{"fired": subject.rule.id}])
    words = words_of(whole)
    for pair in rival_rules(whole.subjects, words):
        runs = (planner.run(one) for one in together(whole, pair.laid, pair.region, words))
        expect: list[_Expected] = [
            {"never": {"started": machine}} for machine in sorted(pair.other.machines)
        ]
        for run in _done(runs, pair.finding(), wanted):
            yield _told(pair.finding(), run, expect)


def _done(
    runs: Iterable[Run], finding: Diagnostic, wanted: Callable[[Diagnostic], bool]
) -> Iterator[Run]:
    """Yield those of the first runs that go as they are led, as long as one is wanted."""
    if not wanted(finding):
        return
    for run in islice(runs, MOST_RUNS):
        try:
            run.lead()
        except Astray:
            continue
        yield run
        if not wanted(finding):
            return


def _labelled(run: Run, label: tuple[str, str]) -> Run:
    """Return a run in which somebody has written what they like into a field of a signal."""
    signal, field = label

    def written(name: str, row: Row) -> Row:
        return {**row, field: HOSTILE} if name == signal and field in row else row

    coming = (replace(one, row=written(one.name, one.row)) for one in run.ground.coming)
    return replace(run, ground=replace(run.ground, coming=tuple(coming)))


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
    """Return what ought to come of it, of the incident there was, or when it went its way."""
    courses = run.it.recording.courses.values()
    about = next((course for course in courses if course.machine == one.about), None)
    after = next((course for course in courses if course.machine == one.after), None)
    found: _Expected = {**one.expect, **({} if about is None else whose(about))}
    if after is not None:
        moved = sum(edge.branch.dest is not None for edge in one.ways[one.after])
        at = after.moves[min(moved, len(after.moves) - 1)].at - run.it.world.start
        found = {"at": format_duration(at), **found}
    return found


def _told(finding: Diagnostic, run: Run, expect: Sequence[_Expected]) -> Counterexample:
    lead = run.it
    scenario = scenario_of(lead, "", [], [])
    return Counterexample(
        finding,
        scenario.get("given", ()),
        expect,
        scenario.get("executors", {}),
        scenario.get("probes", {}),
        scenario.get("humans", ()),
        until_ms=max(1, lead.harness.now - lead.world.start),
    )
