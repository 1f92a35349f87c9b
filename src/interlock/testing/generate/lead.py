"""Leads incidents along ways in simulated time, and remembers what it gave and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.engine.bundle import Bundle
from interlock.engine.fold.state import Incident
from interlock.engine.verify.counterexample.drive import met_by
from interlock.engine.verify.whole import Whole
from interlock.machines.definition import (
    ApproveState,
    ChooseState,
    FinalState,
    Trigger,
    WaitState,
    ways_out,
)
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.subject import Edge
from interlock.rules.network import ElementKind, SendSpec
from interlock.testing.generate.grounds import Coming, grounds
from interlock.testing.generate.guide import Guide
from interlock.testing.generate.ways import Way, plain_way
from interlock.testing.generate.world import MOST_STEPS, Astray, World
from interlock.testing.scenario.recording import Recording

PAUSE_MS: Final = 1_000
"""How long people take, and what comes next after what has been done."""


@dataclass
class Lead:
    """One run: a rule is let match, and the machines it starts are led.

    Attributes:
        bundle, whole, machines: what decides, and as it is reasoned about.
        way: the way that an incident of the machine ``of`` is led; None: a plain one.
        read_of_senders: which of what senders say besides somebody reads.
        humans: who answered, as a scenario says it; times in ms.
    """

    bundle: Bundle
    whole: Whole
    machines: Mapping[str, MachineSubject]
    way: Way | None = None
    of: str = ""
    read_of_senders: frozenset[str] = frozenset()
    humans: list[dict[str, Any]] = field(default_factory=list)
    _index: int = 0

    def __post_init__(self) -> None:
        self.guide = Guide(self._wanted)
        self.world = World(self.bundle, self.guide, self.read_of_senders)
        self.harness = self.guide.harness = self.world.harness

    @property
    def recording(self) -> Recording:
        """What has happened so far."""
        return Recording.of(self.harness.store.entries)

    def _wanted(self, incident: str, state: str) -> Edge | None:
        """Return the edge an incident is to take from a state."""
        one = self.harness.state.incidents[incident]
        if one.machine == self.of and self.way is not None:
            left = self.way[self._index :]
            return next((edge for edge in left if edge.source == state), None)
        subject = self.machines.get(one.machine)
        way = () if subject is None else plain_way(subject)
        return next((edge for edge in way if edge.source == state), None)

    def follow(self) -> None:
        """Lead the incident of the machine along its way, to its end.

        Raises:
            Astray: it goes another one.
        """
        assert self.way is not None
        mine = [row for row in self.harness.incidents if row.machine == self.of]
        if not mine:
            raise Astray("the rule does not start it")
        incident = mine[0].id
        place = 1
        for number, edge in enumerate(self.way):
            self._index = number
            path = self.harness.path(incident)
            if path[place - 1] != edge.source:
                raise Astray(self._told(incident, edge))
            if len(path) == place:
                self._do(incident, edge)
                if edge.branch.dest is None:
                    continue
                self._until(incident, place)
            path = self.harness.path(incident)
            if len(path) <= place or path[place] != edge.branch.dest:
                raise Astray(self._told(incident, edge))
            place += 1

    def settle(self) -> None:
        """Lead whatever was started to its end; one that nobody can lead is left alone."""
        for _ in range(MOST_STEPS):
            open_ones = [one for one in self.harness.state.incidents.values() if one.is_open]
            if not open_ones and not self.harness.state.intents:
                return
            for one in open_ones:
                edge = self._wanted(one.id, one.state)
                if edge is not None and self.harness.path(one.id)[-1] == edge.source:
                    self._do(one.id, edge)
            due = self.world.next_due()
            if due is None:
                return
            self.world.step(due)

    def _until(self, incident: str, place: int) -> None:
        while len(self.harness.path(incident)) <= place:
            due = self.world.next_due()
            if due is None:
                return
            self.world.step(due)

    def _told(self, incident: str, edge: Edge) -> str:
        path = self.harness.path(incident)
        went = " → ".join(path)
        unseen = f"; {self.guide.unseen}" if self.guide.unseen else ""
        deeds = [d for d in self.recording.deeds.values() if d.incident == incident and d.result]
        ended = (
            f"; {deeds[-1].action} ended {deeds[-1].result}: {deeds[-1].detail}" if deeds else ""
        )
        return f"led to {edge.event} in {edge.source} it went {went}{ended}{unseen}"

    # --- what is done ------------------------------------------------------------------------

    def _do(self, incident: str, edge: Edge) -> None:
        """Do what makes an incident take an edge; answers and timers come by themselves."""
        state = self.harness.state.incidents[incident]
        machine = self.machines[state.machine]
        at = machine.machine.states[edge.source]
        match at:
            case WaitState() if edge.event == Trigger.MET:
                self._meet(machine, at, state)
            case ApproveState() if edge.event.startswith("answer:"):
                self._answer(incident, at, edge.event.removeprefix("answer:"))
            case ChooseState() | FinalState():
                pass
            case _ if edge.event == Trigger.ABORT:
                self.world.wait_until(self.harness.now + PAUSE_MS)
                self.harness.command("abort", incident)
                told = {"command": "abort", "incident": state.key}
                self.world.given.append({"at": self.world.moment, **told})
            case _ if edge.event == Trigger.WITHDRAWN:
                self._withdraw()
            case _ if edge.event in machine.machine.events:
                self._send(edge.event, state)
            case _ if not self._minds():
                self.world.fall_silent()  # nothing depends any more on what is said again
            case _:
                pass

    def _minds(self) -> bool:
        """Return whether a state to come hears of it when the evidence goes away."""
        left = (self.way or ())[self._index :]
        states = self.machines[self.of].machine.states if self.of else {}
        return any(Trigger.WITHDRAWN.value in ways_out(states[edge.source]) for edge in left)

    def _meet(self, machine: MachineSubject, at: WaitState, incident: Incident) -> None:
        self.world.wait_until(self.harness.now + PAUSE_MS)
        wait, context = at.wait, dict(incident.context)
        if wait.element == "fact":
            fields = self.bundle.rulebase.fact_types[wait.name].fields
            row = {n: v for n, v in context.items() if n in fields}
            self.world.come(Coming(ElementKind.FACT, wait.name, row, 0))
            return
        found = met_by(self.whole, machine, at, context)
        if found is not None:
            self.world.come(Coming(ElementKind.SIGNAL, wait.name, found, 0), lasts=wait.hold_ms > 0)

    def _answer(self, incident: str, at: ApproveState, choice: str) -> None:
        question = at.question
        excluded, asked = question.excluded, self.harness.now
        names = (name for n in range(100) if (name := f"person-{n + 1}") not in excluded)
        for number, who in zip(range(question.quorum), names, strict=False):
            after = PAUSE_MS * (number + 1)
            self.world.wait_until(asked + after)
            said = {"on": at.path, "after": after, "by": who, "role": question.role}
            self.humans.append({**said, "choose": choice})
            self.harness.answer(incident, choice, who, roles=[question.role])

    def _withdraw(self) -> None:
        self.world.wait_until(self.harness.now + PAUSE_MS)
        self.world.resolve()

    def _send(self, event: str, incident: Incident) -> None:
        self.world.wait_until(self.harness.now + PAUSE_MS)
        for subject in self.whole.subjects:
            for spec in subject.rule.consequences:
                if isinstance(spec, SendSpec) and spec.event == event:
                    for ground in grounds(self.whole, subject):
                        if spec.incident.value({}, ground.rows) == incident.key:
                            self.world.let(ground)
                            return
