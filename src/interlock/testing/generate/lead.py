"""Leads incidents along ways in simulated time, and remembers what it gave and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.engine.bundle import Bundle
from interlock.engine.fold.questions import REMIND
from interlock.engine.fold.state import Incident
from interlock.engine.lineage import descent, root_of
from interlock.engine.verify.counterexample.drive import met_by
from interlock.engine.verify.whole import Whole
from interlock.language.expression import Row
from interlock.machines.definition import (
    ApproveState,
    ParallelState,
    Trigger,
    WaitState,
    ways_out,
)
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import Edge
from interlock.rules.network import ElementKind, SendSpec
from interlock.testing.generate.grounds import Coming, grounds
from interlock.testing.generate.guide import Guide
from interlock.testing.generate.ways import Way, way_to_an_end
from interlock.testing.generate.world import MOST_STEPS, Astray, World
from interlock.testing.scenario.recording import Recording

PAUSE_MS: Final = 1_000
"""How long people take, and what comes next after what has been done."""


@dataclass(frozen=True)
class Plan:
    """What is to be led where.

    Attributes:
        of: the machine, or branch of a parallel state, that is held to its way; empty: none.
        ways: by machine, the first branches its incident is to take; whatever no way is for
            takes the way on which things go well; one with an empty way lets everything hang.
        meets: what may end a wait, by machine or branch and state; else whatever does.
        starts: with how many incidents of the machine that is started it is enough; 0: whatever
            comes of them.
        late: whether everything comes at the last moment at which it still counts, so that the
            time around it runs out: a service level, say, while shorter timers run.
    """

    of: str = ""
    ways: Mapping[str, Way] = field(default_factory=dict)
    meets: Mapping[tuple[str, str], Sequence[Row]] = field(default_factory=dict)
    starts: int = 0
    late: bool = False


@dataclass
class Lead:
    """One run: a rule is let match, and the machines it starts are led.

    Attributes:
        bundle, whole: what decides, and as it is reasoned about.
        machines: machines and branches of parallel states, by id.
        plan: what is to be led where.
        read_of_senders: which of what senders say besides somebody reads.
        humans: who answered, as a scenario says it; times in ms.
    """

    bundle: Bundle
    whole: Whole
    machines: Mapping[str, MachineSubject]
    plan: Plan = field(default_factory=Plan)
    read_of_senders: frozenset[str] = frozenset()
    humans: list[dict[str, Any]] = field(default_factory=list)
    _stayed: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.guide = Guide(self._event, slow=self.plan.late)
        self.world = World(self.bundle, self.guide, self.read_of_senders)
        self.harness = self.guide.harness = self.world.harness

    @property
    def recording(self) -> Recording:
        """What has happened so far."""
        return Recording.of(self.harness.store.entries)

    # --- the way -----------------------------------------------------------------------------

    def follow(self) -> None:
        """Lead everything that was started to its end.

        Raises:
            Astray: what is held to its way goes another one, or nothing comes to an end.
        """
        done = set[tuple[str, int]]()
        for _ in range(MOST_STEPS):
            self._hold()
            one = next((i for i in self._led() if (i.id, self._place(i)) not in done), None)
            if one is not None:
                done.add((one.id, self._place(one)))
                self._do(one)
                continue
            due = self.world.next_due()
            if due is None or self._is_over():
                break
            self.world.step(due)
        if self.plan.of and not self._held():
            raise Astray("the rule does not start it")

    def _is_over(self) -> bool:
        """Return whether nothing is under way, or enough was started."""
        if self.plan.starts and self.plan.of:
            root = self.machines[self.plan.of].started
            started = sum(row.machine == root for row in self.harness.incidents)
            if started >= self.plan.starts:
                return True
        return not (self._open() or self.harness.state.intents)

    def _led(self) -> list[Incident]:
        """Return the incidents that something is done for; one held to its way is not disturbed."""
        found = self._open()
        held = {root_of(one.id) for one in found if one.machine == self.plan.of}
        return [one for one in found if not held or root_of(one.id) in held]

    def _open(self) -> list[Incident]:
        return [one for one in self.harness.state.incidents.values() if one.is_open]

    def _held(self) -> list[str]:
        """Return the path of the incident that is held to its way; nothing while there is none."""
        ids = [row.id for row in self.harness.incidents if row.machine == self.plan.of]
        return self.harness.path(ids[0]) if ids else []

    def _hold(self) -> None:
        """Hold an incident to its way."""
        path = self._held()
        way = self.plan.ways.get(self.plan.of, ())
        moves = [edge for edge in way if edge.branch.dest is not None]
        for edge, source, dest in zip(moves, path, path[1:], strict=False):
            if (edge.source, edge.branch.dest) != (source, dest):
                raise Astray(self._told(edge, path))

    def _told(self, edge: Edge, path: list[str]) -> str:
        deeds = [one for one in self.recording.deeds.values() if one.result]
        ended = (
            f"; {deeds[-1].action} ended {deeds[-1].result}: {deeds[-1].detail}" if deeds else ""
        )
        unseen = f"; {self.guide.unseen}" if self.guide.unseen else ""
        went = " → ".join(path)
        return f"led to {edge.event} in {edge.source} it went {went}{ended}{unseen}"

    def _place(self, incident: Incident) -> int:
        """Return how many branches of its way an incident has taken."""
        return incident.moves - 1 + self._stayed.get(incident.id, 0)

    def _event(self, incident: str) -> str:
        """Return the event that is to lead an incident on; empty where everything is to hang."""
        one = self.harness.state.incidents[incident]
        edge = self._edge(one)
        return edge.event if edge is not None else ""

    def _edge(self, incident: Incident) -> Edge | None:
        machine = self.machines.get(incident.machine)
        way = self.plan.ways.get(incident.machine)
        if machine is None or way == ():
            return None
        place = self._place(incident)
        if way is not None and place < len(way) and way[place].source == incident.state:
            return way[place]
        return next(iter(way_to_an_end(machine, incident.state)), None)

    # --- what is done ------------------------------------------------------------------------

    def _do(self, incident: Incident) -> None:
        """Do what makes an incident go on; results and timers come by themselves."""
        edge = self._edge(incident)
        if edge is None:
            return
        machine = self.machines[incident.machine]
        if edge.branch.dest is None:
            self._stayed[incident.id] = self._stayed.get(incident.id, 0) + 1
        at = machine.machine.states[edge.source]
        match edge.event, at:
            case ((Trigger.ABORT.value | Trigger.WITHDRAWN.value), _):
                self._interrupt(incident, edge.event)
            case Trigger.MET.value, WaitState():
                self._meet(machine, at, incident)
            case event, ApproveState() if event.startswith("answer:"):
                self._answer(incident, at, event.removeprefix("answer:"))
            case event, _ if event in machine.machine.events:
                self._send(event, incident)
            case _ if not isinstance(at, ParallelState) and not self._minds():
                self.world.fall_silent()  # nothing depends any more on what is said again
            case _:
                pass

    def _interrupt(self, incident: Incident, event: str) -> None:
        self._pause()
        if event == Trigger.WITHDRAWN:
            self.world.resolve()
            return
        self.harness.command("abort", incident.id)
        about = {"command": "abort", "incident": incident.key, **_branch(incident)}
        self.world.given.append({"at": self.world.moment, **about})

    def _pause(self) -> None:
        self.world.wait_until(self.harness.now + PAUSE_MS)

    def _moment_for(self, incident: Incident, needs: int = 0) -> int:
        """Return when people, or what is waited for, come to an incident, ms.

        Args:
            incident: whose; where things come late, a little before the first of its timers.
            needs: how long it takes until what comes counts, ms.
        """
        soon = self.harness.now + PAUSE_MS
        timers = self.harness.state.timers.dump() if self.plan.late else []
        dues = [due for due, owner, name in timers if owner == incident.id and name != REMIND]
        return max(soon, min(dues, default=soon) - needs - PAUSE_MS)

    def _minds(self) -> bool:
        """Return whether what was started hears of it when the evidence goes away."""
        started = {one.machine for one in self._open()}
        states = (s for name in started for s in self._states(name))
        return any(Trigger.WITHDRAWN.value in ways_out(state) for state in states)

    def _states(self, machine: str) -> list[Any]:
        subject = self.machines.get(machine)
        return [] if subject is None else list(subject.machine.states.values())

    def _meet(self, machine: MachineSubject, at: WaitState, incident: Incident) -> None:
        wait, context = at.wait, dict(incident.context)
        self.world.wait_until(self._moment_for(incident, wait.hold_ms))
        if wait.element == "fact":
            fields = self.bundle.rulebase.fact_types[wait.name].fields
            row = {n: v for n, v in context.items() if n in fields}
            self.world.come(Coming(ElementKind.FACT, wait.name, row, 0))
            return
        found = self._chosen(machine, at, context) or met_by(self.whole, machine, at, context)
        if found is not None:
            coming = Coming(ElementKind.SIGNAL, wait.name, found, 0)
            self.world.come(coming, lasts=wait.hold_ms > 0)

    def _chosen(self, machine: MachineSubject, at: WaitState, context: Row) -> Row | None:
        """Return what the plan wants a wait to end with; the same again would be no news."""
        wait = at.wait
        for row in self.plan.meets.get((machine.machine.id, at.path), ()):
            known = wait.key is not None and wait.key[1] in context
            keyed = {**row, wait.key[0]: context[wait.key[1]]} if wait.key and known else row
            if wait.holds(keyed, context) and self.world.is_news(wait.name, keyed):
                return keyed
        return None

    def _answer(self, incident: Incident, at: ApproveState, choice: str) -> None:
        question, asked = at.question, self.harness.now
        first = self._moment_for(incident, PAUSE_MS * (question.quorum - 1))
        names = (n for n in range(100) if f"person-{n + 1}" not in question.excluded)
        for number, name in zip(range(question.quorum), names, strict=False):
            after, who = first - asked + PAUSE_MS * number, f"person-{name + 1}"
            self.world.wait_until(asked + after)
            said = {"after": after, "by": who, "role": question.role, "choose": choice}
            self.humans.append({"on": at.path, **_branch(incident), **said})
            self.harness.answer(incident.id, choice, who, roles=[question.role])

    def _send(self, event: str, incident: Incident) -> None:
        self._pause()
        for subject in self.whole.subjects:
            for spec in subject.rule.consequences:
                if isinstance(spec, SendSpec) and spec.event == event:
                    for ground in grounds(self.whole, subject):
                        if spec.incident.value({}, ground.rows) == incident.key:
                            self.world.let(ground)
                            return


def _branch(incident: Incident) -> dict[str, str]:
    """Return the branch of a parallel state that an incident is, as a scenario says it."""
    found = descent(incident.id)
    return {} if found is None else {"branch": found.branch}
