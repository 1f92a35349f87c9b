"""Whatever events come, a machine stays among its states and does what its definition says."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.digest import canonical
from interlock.machines import CancelTimers, Machine, MachineRuntime, SetContext, SetTimer, Stuck
from interlock.machines.definition import CHOOSE, FinalState, ways_out
from interlock.machines.fingerprint import canonical_form
from interlock.machines.flatten import timers_of
from interlock.machines.runtime import MAX_CHOICES
from tests.property.machines import Written, compiled, written_machines
from tests.scale import count


class Incident:
    """A model and what the engine would remember of it."""

    def __init__(self, x: int) -> None:
        self.state = ""
        self.context = {"x": x}
        self.timers: set[str] = set()

    @property
    def env(self) -> dict[str, Mapping[str, object]]:
        return {"ctx": self.context, "meta": {"steps": ()}}

    def remember(self, effects: list[object]) -> None:
        for effect in effects:
            match effect:
                case SetTimer(name=name):
                    self.timers.add(name)
                case CancelTimers(names=names):
                    self.timers -= set(names)
                case SetContext(values=values):
                    self.context = {**self.context, **values}


Twin = dict[tuple[str, str], list[tuple[object, str | None, tuple]]]


def twin_of(machine: Machine) -> Twin:
    return {
        (path, event): [(b.guard, b.dest, b.sets) for b in branches]
        for path, state in machine.states.items()
        for event, branches in ways_out(state).items()
    }


def twin_step(twin: Twin, state: str, event: str, context: dict) -> tuple[str, dict] | None:
    """The verifier's interpreter: the first true branch, then choices until none is left."""
    for taken in range(MAX_CHOICES + 2):
        row = {**context, "steps": ()}
        found = [
            (dest, sets)
            for guard, dest, sets in twin.get((state, event), [])
            if guard is None or guard.evaluate(row, {"ctx": context}) is True
        ]
        if not found:
            return None if taken == 0 else (state, context)
        dest, sets = found[0]
        context = {**context, **{k: f.evaluate(row, {"ctx": context}) for k, f in sets}}
        state, event = dest or state, CHOOSE
    return None


EVENTS = st.lists(st.integers(0, 10_000), max_size=12)


def _heard(machine: Machine, runtime: MachineRuntime, state: str, pick: int) -> str:
    """Return an event: mostly one that means something, sometimes one that does not."""
    heard = runtime.hears(state) or ("done",)
    return "unheard.of" if pick % 11 == 0 else heard[pick % len(heard)]


@settings(max_examples=count(sample=40, full=1_000))
@given(written_machines(), st.integers(-3, 3), EVENTS)
def test_no_event_leads_out_of_the_declared_states(
    written: Written, x: int, picks: list[int]
) -> None:
    """For any machine and events: every state moved to is declared, moves join up, and the
    incident rests in no choice unless the step was given up and left everything as it was."""
    machine = compiled(written).machine
    runtime, incident = MachineRuntime(machine), Incident(x)
    moved, effects = runtime.start(incident, incident.env)
    incident.remember(effects)

    for pick in picks:
        before = incident.state
        step = runtime.send(incident, _heard(machine, runtime, before, pick), incident.env)
        moved, effects = step or ([], [])
        incident.remember(effects)

        assert {m.dest for m in moved} <= machine.states.keys()
        assert [m.source for m in moved] == [before, *(m.dest for m in moved)][: len(moved)]
        assert incident.state == (moved[-1].dest if moved else before)
        assert not (moved and isinstance(effects[-1], Stuck))
        assert not (moved and CHOOSE in ways_out(machine.states[incident.state]))


@settings(max_examples=count(sample=40, full=1_000))
@given(written_machines(), st.integers(-3, 3), EVENTS)
def test_transitions_and_the_verifiers_interpreter_agree(
    written: Written, x: int, picks: list[int]
) -> None:
    """For any machine and events: the `transitions` package and a ten-line interpreter of the
    same definition move to the same state with the same context."""
    machine = compiled(written).machine
    runtime, twin, incident = MachineRuntime(machine), twin_of(machine), Incident(x)
    incident.state = machine.initial

    for pick in picks:
        event = _heard(machine, runtime, incident.state, pick)
        expected = twin_step(twin, incident.state, event, incident.context)
        before = (incident.state, incident.context)

        step = runtime.send(incident, event, incident.env)
        incident.remember([] if step is None else step[1])

        assert (incident.state, incident.context) == (expected or before)


@settings(max_examples=count(sample=40, full=1_000))
@given(written_machines(), st.integers(-3, 3), EVENTS)
def test_the_timers_that_run_are_those_of_the_states_around(
    written: Written, x: int, picks: list[int]
) -> None:
    """For any machine and events: the timers set and not cancelled are exactly those of the
    state the incident rests in, of the compounds around it and of the machine; none in a
    final state."""
    found = compiled(written)
    runtime, incident = MachineRuntime(found.machine), Incident(x)
    leaves = {leaf.path: leaf for leaf in found.tree.leaves()}
    _, effects = runtime.start(incident, incident.env)
    incident.remember(effects)
    stuck = isinstance(effects[-1], Stuck)

    for pick in picks if not stuck else []:
        event = _heard(found.machine, runtime, incident.state, pick)
        step = runtime.send(incident, event, incident.env)
        incident.remember([] if step is None else step[1])

        final = isinstance(found.machine.states[incident.state], FinalState)
        around = [] if final else [found.tree, *leaves[incident.state].chain]
        assert incident.timers == {t.name for node in around for t in timers_of(node)}


@settings(max_examples=count(sample=40, full=1_000))
@given(written_machines())
def test_the_digest_follows_from_the_meaning(written: Written) -> None:
    """For any machine: compiling it again gives the same digest, and the canonical form has
    canonical bytes; another title gives another digest."""
    machine = compiled(written).machine

    assert compiled(written).machine.digest == machine.digest
    assert canonical(canonical_form(machine))
    assert compiled({**written, "title": "other"}).machine.digest != machine.digest
