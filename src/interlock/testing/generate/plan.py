"""Scenarios for what is not covered: each is led, written, and kept if it passes and reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Final

from interlock.engine.bundle import Bundle, environment_of
from interlock.engine.verify.whole import Whole, read_whole
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.language.document import load_documents
from interlock.language.regions import EVERYWHERE, meet
from interlock.machines.definition import ParallelState
from interlock.machines.forked import BROKE
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import Edge
from interlock.rules.network import StartSpec
from interlock.rules.verify import Subject
from interlock.testing.coverage import Coverage, Item, Meter, merged
from interlock.testing.coverage.branches import event_named
from interlock.testing.coverage.model import FALSE
from interlock.testing.generate.aims import Wanted, aims_of
from interlock.testing.generate.apart import apart
from interlock.testing.generate.grounds import Ground, grounds
from interlock.testing.generate.lead import Lead, Plan
from interlock.testing.generate.levels import levelled
from interlock.testing.generate.ways import Way, aimed, guarded, way_ending, ways_by, ways_to
from interlock.testing.generate.world import SENT, Astray
from interlock.testing.generate.write import Written, fired, scenario_of, turn
from interlock.testing.record.text import document_text
from interlock.testing.scenario import KIND, Scenario, judge, load_scenarios, read_shape

MOST_RUNS: Final = 60
"""Runs that are tried for one item."""

MOST_FORKS: Final = 4
"""Ways to a parallel state that are tried for what one of its branches is to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario, and what it is about: a machine or the rules of a document."""

    about: str
    scenario: Written


@dataclass(frozen=True, slots=True)
class Unreached:
    """What no scenario was found for, and why."""

    item: Item
    way: str
    reason: str


@dataclass(slots=True)
class Generated:
    """What came of it.

    Attributes:
        made: the scenarios, in the order of what they reach.
        unreached: what was not reached, by place.
        coverage: what they cover, with those there were.
    """

    made: list[Made] = field(default_factory=list)
    unreached: list[Unreached] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)


def generate(bundle: Bundle, scenarios: Sequence[Scenario] = ()) -> Generated:
    """Return scenarios that reach what others leave out.

    Args:
        bundle: what they are about.
        scenarios: those there are; what they cover is left out.
    """
    return Planner(bundle, scenarios).planned()


class Planner:
    """The scenarios of one bundle while they are made.

    Args:
        bundle: what they are about.
        scenarios: those there are.

    Attributes:
        whole: the bundle, as it is reasoned about.
    """

    def __init__(self, bundle: Bundle, scenarios: Sequence[Scenario]) -> None:
        self._bundle = bundle
        self.whole = read_whole(bundle.files, environment_of(bundle.files))
        self._machines = {one.machine.id: one for one in self.whole.parts}
        self._meter = Meter(bundle)
        self._found = Generated()
        self._found.coverage = merged(
            [self._meter.nothing, *(self._meter.play(one)[1] for one in scenarios)]
        )
        self._before = self._found.coverage
        self._names: set[str] = set()
        self._read = frozenset(_read_of_senders(self.whole))

    def planned(self) -> Generated:
        """Return what there is to make."""
        for subject in self.whole.subjects:
            for aim in aims_of(self.whole, subject):
                said = f"{subject.rule.id}: {aim.said}"
                runs = map(self.run, aim.tries)
                self._reach(aim.wanted, said, runs, aim.reason)
        for look in self._meter.machines:
            machine = self._machines[look.machine.id]
            done = set[Item]()
            for path, event, branch, item in look.branches():
                if item not in done and branch.origin is not None:
                    done.add(item)
                    loc = branch.origin.loc
                    edges = [
                        e for e in machine.edges if e.branch.origin and e.branch.origin.loc == loc
                    ]
                    said = f"{look.machine.id}: {event_named(event)} in {path}"
                    self._reach((item, "hit"), said, self._runs(machine, edges))
        self._found.unreached.sort(key=lambda one: (one.item.order, one.way))
        return self._found

    def _reach(self, wanted: Wanted, said: str, runs: Iterator[Run], reason: str = "") -> None:
        """Try runs until one covers what is wanted; note why none did."""
        item, way = wanted
        # What others cover by the way they seldom notice, so each conjunct has one of its own.
        known = self._before if way == FALSE else self._found.coverage
        if way in known.seen.get(item, ()):
            return
        for run in islice(runs, MOST_RUNS):
            try:
                run.lead()
            except Astray as astray:
                reason = reason or str(astray)
                continue
            name = self._named(said)
            scenario = scenario_of(run.it, name, run.covers, run.expect())
            coverage, misses = self._tried(scenario)
            if misses:
                reason = reason or f"played again it went otherwise: {misses[0]}"
            elif way in coverage.seen.get(item, ()):
                self._names.add(name)
                self._found.coverage = merged([self._found.coverage, coverage])
                self._found.made.append(Made(run.about, scenario))
                return
            else:
                reason = reason or "what was found to come does not lead there"
        self._found.unreached.append(
            Unreached(item, way, reason or "nothing was found to lead there")
        )

    def _named(self, said: str) -> str:
        numbers = (f"{said} ({number})" for number in range(2, 1_000))
        return said if said not in self._names else next(n for n in numbers if n not in self._names)

    def _tried(self, scenario: Written) -> tuple[Coverage, Sequence[Diagnostic]]:
        """Play a scenario as it is written; return what it covers and what it misses."""
        text = document_text({"interlock": KIND, "scenarios": [scenario]})
        (document,) = load_documents(text, "generated.test.yaml")
        try:
            (read,) = load_scenarios(document, read_shape(document), self._bundle)
        except DefinitionError as refused:
            return Coverage(), refused.diagnostics
        played, coverage = self._meter.play(read)
        return coverage, judge(played).misses

    def run(self, ground: Ground) -> Run:
        """Return a run in which a rule is shown."""
        return Run(self._lead(Plan()), ground, "")

    # --- machines ------------------------------------------------------------------------------

    def _runs(self, machine: MachineSubject, edges: Iterable[Edge]) -> Iterator[Run]:
        """Yield runs in which an incident takes one of some edges.

        A timer around several states runs out where the others leave it time, or where all of
        them have been used up; so each of its edges is tried in turn, as soon as can be and late.
        """
        found = list(edges)
        if len(found) > 1 and all(one.event.startswith("after:") for one in found):
            each = [self._runs_by(machine, e, late=late) for late in (False, True) for e in found]
            yield from (run for some in zip_longest(*each) for run in some if run is not None)
            return
        for edge in found:
            yield from self._runs_by(machine, edge)

    def _runs_by(self, machine: MachineSubject, edge: Edge, *, late: bool = False) -> Iterator[Run]:
        root = self._machines[machine.started]
        for way in ways_by(machine, edge):
            for ways in self._ways(root, machine, way):
                yield from self.along(machine, Plan(machine.machine.id, ways, late=late))

    def along(self, machine: MachineSubject, plan: Plan) -> Iterator[Run]:
        """Yield runs in which a machine, or a branch, is held to its way.

        Args:
            machine: which.
            plan: of it; has a way of the machine that is started.
        """
        root = self._machines[machine.started]
        for subject, start in self._starts(root):
            for ground in self._grounds(root, plan.ways[root.machine.id], subject, start):
                yield Run(self._lead(plan), ground, root.machine.id)

    def _ways(
        self, root: MachineSubject, machine: MachineSubject, way: Way
    ) -> Iterator[dict[str, Way]]:
        """Yield ways of a machine, its branches and those around it, so that it goes one way."""
        ways = {machine.machine.id: way}
        last = root.machine.states.get(way[-1].source)
        if machine is not root and machine.machine.forked is not None:
            for before in islice(ways_to(root, machine.machine.forked.state), MOST_FORKS):
                yield {root.machine.id: before, **ways}
        elif isinstance(last, ParallelState):
            yield from self._beside(last, way[-1].event, ways)
        else:
            yield ways

    def _beside(
        self, fork: ParallelState, event: str, ways: dict[str, Way]
    ) -> Iterator[dict[str, Way]]:
        """Yield what the branches of a parallel state do so that something becomes of it."""
        branches = [self._machines[one.id] for one in fork.branches.values()]
        if event == "failed":
            for one in branches:
                if (broken := way_ending(one, BROKE)) is not None:
                    yield {**ways, one.machine.id: broken}
        elif event == "joined":
            yield ways
        else:  # while they go on
            yield {**ways, **{one.machine.id: () for one in branches}}

    def _grounds(
        self, machine: MachineSubject, way: Way, subject: Subject, start: StartSpec
    ) -> Iterator[Ground]:
        """Yield what starts a machine so that it may go a way, or what starts it at all."""
        target = aimed(self.whole, machine, subject, start)
        narrow = meet(guarded(machine, way, start), target)
        for region in (narrow, target, EVERYWHERE):
            found = list(islice(grounds(self.whole, subject, region), 3))
            for one in found:
                if machine.within:
                    yield from apart(one, start, self.whole.machinebase.inventory.targets)
                yield from levelled(one, machine, way, start)
            if found:
                return

    def _starts(self, machine: MachineSubject) -> Iterator[tuple[Subject, StartSpec]]:
        for subject in self.whole.subjects:
            for spec in subject.rule.consequences:
                is_start = isinstance(spec, StartSpec) and spec.machine == machine.machine.id
                if is_start and isinstance(spec, StartSpec) and not subject.rule.shadow:
                    yield subject, spec

    def _lead(self, plan: Plan) -> Lead:
        return Lead(self._bundle, self.whole, self._machines, plan, self._read)


def _read_of_senders(whole: Whole) -> Iterator[str]:
    """Yield which of what senders say besides rules and machines read, or may."""
    kinds = ("rules/v1", "machine/v1", "overlay/v1")
    text = " ".join(str(one.data) for one in whole.documents if one.kind in kinds)
    for name in SENT:
        if re.search(rf"\.{name}\b|\b{name} *(?:[=!]=|in\b|\.)", text):
            yield name


@dataclass
class Run:
    """One run: what comes, and the machine that is led; empty where a rule is shown."""

    it: Lead
    ground: Ground
    machine: str

    @property
    def about(self) -> str:
        """The machine, or the rules' document."""
        return self.machine or self.ground.subject.written.document.path

    @property
    def covers(self) -> list[str]:
        """The rule that is let match, and the machine."""
        return [self.ground.subject.rule.id, *([self.machine] if self.machine else [])]

    def lead(self) -> None:
        """Do it.

        Raises:
            Astray: it went another way.
        """
        self.it.world.let(self.ground)
        self.it.follow()

    def expect(self) -> list[Written]:
        """Return what is expected of the rule, and of the turn that is to be reached."""
        recording = self.it.recording
        rule = self.ground.subject.rule.id
        if not self.machine:
            return list(fired(recording, rule, self.it.world.start))
        plan = self.it.plan
        course = next(one for one in recording.courses.values() if one.machine == plan.of)
        way = plan.ways[plan.of]
        if way[-1].branch.dest is None:
            return []
        moves = sum(edge.branch.dest is not None for edge in way)
        return list(turn(course, self.it.world.start, moves))
