"""How a step ends: finals and their reasons, all or nothing, at what cost."""

import sys
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import pytest

from interlock.machines import (
    Close,
    MachineRuntime,
    Notify,
    Stuck,
)
from interlock.machines.formula import Formula
from interlock.machines.runtime import MAX_CHOICES
from tests.unit.machines.given import machine
from tests.unit.machines.stepping import COMPOUND, ENV, RUN, Incident, event, runtime


def test_a_final_state_tells_whence_and_why_before_it_closes():
    states = (
        RUN.replace("failed: handed", 'failed: {to: aborted, why: "try ${event.attempt}"}')
        + """
aborted:
  final: handed
  enter: [{notify: page.send, with: {text: "${service} stopped in ${from}; ${why}"}}]
"""
    )

    _, effects = runtime(states).send(Incident("first"), "failed", event("x", attempt=7))

    assert effects == [
        Notify("page.send", {"text": "web stopped in first; try 7"}),
        Close("handed"),
    ]


def test_the_reasons_of_a_chain_are_told_together():
    states = (
        RUN.replace("failed: handed", 'failed: {to: gate, why: "it broke"}')
        + """
gate: {choose: [{if: tries > 0, to: aborted}, {else: ok}]}
aborted: {final: handed, enter: [{notify: page.send, with: {text: "${from}: ${why}"}}]}
"""
    )

    _, effects = runtime(states).send(Incident("first"), "failed", ENV)

    assert effects[0] == Notify("page.send", {"text": "first: it broke; tries > 0"})


def _ring(count: int):
    """Return a machine whose choices lead on for ``count`` states; the loader refuses such."""
    names = [f"c{number}" for number in range(count)]
    chain = "".join(
        f"{name}: {{choose: [{{if: tries > 99, to: handed}}, {{else: {after}}}]}}\n"
        for name, after in zip(names, [*names[1:], "ok"], strict=True)
    )
    return chain + RUN.replace("failed: handed", "failed: c0")


def test_fifty_choices_in_a_row_are_followed():
    incident = Incident("first")

    moved, effects = runtime(_ring(MAX_CHOICES)).send(incident, "failed", ENV)

    assert (len(moved), effects, incident.state) == (MAX_CHOICES + 1, [Close("ok")], "ok")


def test_more_choices_leave_everything_as_it_was_and_ask_for_a_human():
    incident = Incident("first")

    moved, effects = runtime(_ring(MAX_CHOICES + 1)).send(incident, "failed", ENV)

    assert incident.state == "first"
    assert moved == []
    assert effects == [Stuck("more than 50 choices in a row from first")]


def test_a_step_that_breaks_leaves_the_state_as_it_was():
    def broken(row, env):
        raise ZeroDivisionError

    sound = machine(
        RUN.replace("failed: handed", "failed: gate")
        + "gate: {choose: [{if: tries > 1, to: ok}, {else: handed}]}\n"
    )
    gate = sound.states["gate"]
    bad = replace(gate.branches[0], guard=Formula("broken", broken))
    states = {**sound.states, "gate": replace(gate, branches=(bad, *gate.branches[1:]))}
    incident = Incident("first")

    with pytest.raises(ZeroDivisionError):
        MachineRuntime(replace(sound, states=states)).send(incident, "failed", ENV)

    assert incident.state == "first"


def test_an_incident_costs_no_more_than_its_state():
    run = runtime(COMPOUND, initial="acting")
    incidents = [Incident() for _ in range(1000)]
    run.start(Incident(), ENV)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for incident in incidents:
        run.start(incident, ENV)

    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sys.getsizeof(incidents[0]) <= 48
    assert (after - before) / len(incidents) < 20


def test_any_object_with_a_state_will_do():
    incident = SimpleNamespace(state="first")

    runtime(RUN).send(incident, "done", ENV)

    assert vars(incident) == {"state": "ok"}
