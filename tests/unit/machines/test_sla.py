"""Service levels: a timer of the whole machine or of a state, and where its breach leads."""

import pytest

from interlock.machines import Machine, MachineRuntime, Moved, SetTimer, mermaid
from interlock.machines.definition import FinalState, Timer, ways_out
from tests.unit.machines.given import EVERY_RESULT, machine, machine_faults

STATES = f"""
first:
  initial: acting
  sla: {{resolve_within: 5m, on_breach: handed}}
  states:
    acting:
      run: svc.look
      on: {EVERY_RESULT}
    waiting:
      wait: {{signal: http.error_ratio}}
      on: {{met: ok}}
      sla: {{resolve_within: 1m, on_breach: {{to: acting, why: "too slow for ${{service}}"}}}}
"""
SLA = "sla: {resolve_within: 30m, on_breach: handed}\n"
ROW = {"service": "shop", "tries": 0}


def levelled() -> Machine:
    text = STATES.replace("done: ok", "done: waiting")
    return machine(text, extra=SLA)


class Incident:
    state = ""


def test_the_timer_of_a_machine_starts_with_it_and_can_be_read() -> None:
    found = levelled()

    assert found.resolve_within_ms == 1_800_000
    assert found.initial_timers == (Timer("@sla", 1_800_000), Timer("first@sla", 300_000))


def test_every_state_that_does_not_end_hears_the_breach_of_the_machine() -> None:
    for state in levelled().states.values():
        dests = [branch.dest for branch in ways_out(state).get("after:@sla", ())]
        assert dests == ([] if isinstance(state, FinalState) else ["handed"])


def test_the_timer_of_a_state_lasts_as_long_as_the_state() -> None:
    found = levelled()
    [done] = ways_out(found.states["first.acting"])["done"]
    [met] = ways_out(found.states["first.waiting"])["met"]

    assert (done.cancels, done.timers) == ((), (Timer("first.waiting@sla", 60_000),))
    assert met.cancels == ("@sla", "first.waiting@sla", "first@sla")


def test_a_breach_moves_and_says_why() -> None:
    runtime, incident = MachineRuntime(levelled()), Incident()
    _, effects = runtime.start(incident, {"ctx": ROW})
    incident.state = "first.waiting"

    near = runtime.send(incident, "after:first.waiting@sla", {"ctx": ROW})
    far = runtime.send(incident, "after:@sla", {"ctx": ROW})

    assert SetTimer("@sla", 1_800_000) in effects
    assert near is not None
    assert near[0][0].why == "too slow for shop"
    assert far is not None
    assert far[0] == [Moved("first.acting", "after:@sla", "handed", "not resolved within 30m")]


def test_a_service_level_bounds_a_wait() -> None:
    waiting = (
        "first:\n  wait: {signal: http.error_ratio}\n  on: {met: ok, rule.withdrawn: handed}\n"
    )

    assert machine_faults(waiting, extra=SLA) == []
    assert [one[:5] for one in machine_faults(waiting)] == ["RV605"]


def test_the_diagram_shows_breaches() -> None:
    picture = mermaid(levelled())

    assert "first__waiting --> first__acting: breach of sla" in picture


@pytest.mark.parametrize(
    ("sla", "fault"),
    [
        ("{resolve_within: 30m, on_breach: nowhere}", "RV604 at `nowhere`"),
        ("{resolve_within: 30m, on_breach: stay}", "RV605 at `stay`"),
        ("{resolve_within: soon, on_breach: handed}", "RV120 at `soon`"),
        ("{resolve_within: 30m}", "RV111 at"),
        ("{resolve_within: 30m, on_breach: {if: tries > 1, to: handed}}", "RV612 at"),
        ("{within: 30m, on_breach: handed}", "RV112 at `within`"),
    ],
)
def test_a_faulty_service_level_is_refused_where_it_is_faulty(sla: str, fault: str) -> None:
    text = STATES.replace("done: ok", "done: waiting")

    assert any(one.startswith(fault) for one in machine_faults(text, extra=f"sla: {sla}\n"))


def test_a_machine_without_a_service_level_has_none() -> None:
    found = machine(f"first:\n  run: svc.look\n  on: {EVERY_RESULT}\n")

    assert found.resolve_within_ms is None
    assert found.initial_timers == ()
