"""One step of a machine: what moves, what is asked for, and that nothing is left half-made."""

import sys
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import pytest

from interlock.machines import (
    AwaitSignal,
    CancelTimers,
    Close,
    MachineRuntime,
    Moved,
    Notify,
    RunAction,
    SetContext,
    SetTimer,
    Stuck,
    Undo,
)
from interlock.machines.formula import Formula
from interlock.machines.runtime import MAX_CHOICES
from tests.unit.machines.given import ACTIONS, EVERY_RESULT, load, machine, machine_text

CONTEXT = {"service": "web", "tries": 1}
ENV = {"ctx": CONTEXT, "meta": {"incident": "inc-1", "started_at": 5, "steps": ()}}


class Incident:
    """The barest model there is."""

    __slots__ = ("state",)

    def __init__(self, state: str = "") -> None:
        self.state = state


def runtime(states: str, **parts: str) -> MachineRuntime:
    return MachineRuntime(machine(states, **parts))


def event(name: str, **data) -> dict:
    return {**ENV, "event": data}


RUN = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""

COMPOUND = """
acting:
  initial: waiting
  on: {operator.abort: {to: undoing, why: "aborted by ${event.by}"}}
  after: {1h: handed}
  states:
    waiting:
      wait: {signal: http.error_ratio, where: service == ctx.service && value < 0.01, hold: 1m}
      on: {met: running}
      after: {10m: undoing}
    running:
      run: svc.restart
      with: {service: "${service}"}
      on: {done: ok, failed: waiting, timed_out: acting, refused: handed, unverified: running}
undoing:
  undo: completed
  on: {done: handed, failed: handed}
"""


# --- starting


def test_a_start_enters_the_initial_state_and_does_what_it_does():
    incident = Incident()

    moved, effects = runtime(RUN).start(incident, ENV)

    assert incident.state == "first"
    assert moved == [Moved("", "start", "first", "")]
    assert effects == [RunAction("first", "svc.restart", {"service": "web"})]


def test_a_start_within_a_compound_starts_its_timers_outermost_first():
    incident = Incident()

    _, effects = runtime(COMPOUND, initial="acting").start(incident, ENV)

    assert incident.state == "acting.waiting"
    assert effects == [
        SetTimer("acting@1h", 3_600_000),
        SetTimer("acting.waiting@10m", 600_000),
        AwaitSignal("acting.waiting", "acting.waiting"),
    ]


def test_a_start_follows_choices_to_where_it_rests():
    states = "gate: {choose: [{if: tries > 3, to: handed}, {else: first}]}\n" + RUN

    moved, effects = runtime(states, initial="gate").start(incident := Incident(), ENV)

    assert incident.state == "first"
    assert moved == [Moved("", "start", "gate", ""), Moved("gate", "choose", "first", "")]
    assert effects == [RunAction("first", "svc.restart", {"service": "web"})]


# --- events


def test_an_event_moves_and_closes():
    incident = Incident("first")

    assert runtime(RUN).send(incident, "done", ENV) == (
        [Moved("first", "done", "ok", "")],
        [Close("ok")],
    )
    assert incident.state == "ok"


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("first", "met"),
        ("first", "rule.withdrawn"),
        ("first", "after:first@1m"),
        ("first", "choose"),
        ("first", "state"),
        ("first", ""),
        ("ok", "done"),
        ("ok", "operator.abort"),
    ],
)
def test_an_event_that_means_nothing_here_does_nothing(state, event):
    incident = Incident(state)

    assert runtime(RUN).send(incident, event, ENV) is None
    assert incident.state == state


def test_what_a_state_hears_is_known():
    run = runtime(COMPOUND, initial="acting")

    assert run.hears("acting.waiting") == (
        "after:acting.waiting@10m",
        "after:acting@1h",
        "met",
        "operator.abort",
    )
    assert run.hears("ok") == ()


def test_an_abort_that_nobody_handles_ends_as_aborted():
    incident = Incident("first")

    moved, effects = runtime(RUN).send(incident, "operator.abort", event("x", by="bo"))

    assert moved == [Moved("first", "operator.abort", "aborted", "aborted by bo")]
    assert effects == [Close("aborted")]


def test_an_abort_handled_around_the_state_goes_there():
    incident = Incident("acting.running")

    moved, effects = runtime(COMPOUND, initial="acting").send(
        incident, "operator.abort", event("x", by="bo")
    )

    assert moved == [Moved("acting.running", "operator.abort", "undoing", "aborted by bo")]
    assert effects == [CancelTimers(("acting@1h",)), Undo("undoing")]


def test_data_the_engine_left_out_reads_as_empty():
    moved, _ = runtime(RUN).send(Incident("first"), "operator.abort", ENV)

    assert moved[0].why == "aborted by "


CONFIRMED = RUN.replace(
    "done: ok", 'done: ok, release.seen: {if: event.good, to: handed, why: "${event.by}"}'
)
DECLARED = "events: {release.seen: {good: bool, by: {type: string, enum: [ana, bo]}}}\n"


def test_a_declared_event_is_heard_with_its_data():
    incident = Incident("first")
    heard = event("x", good=True, by="bo", more=1)

    moved, _ = runtime(CONFIRMED, extra=DECLARED).send(incident, "release.seen", heard)

    assert moved == [Moved("first", "release.seen", "handed", "bo")]


@pytest.mark.parametrize(
    "data", [{}, {"good": True}, {"good": "yes", "by": "bo"}, {"good": True, "by": "eve"}]
)
def test_a_declared_event_with_other_data_is_not_heard(data):
    incident = Incident("first")

    assert (
        runtime(CONFIRMED, extra=DECLARED).send(incident, "release.seen", event("x", **data))
        is None
    )
    assert incident.state == "first"


# --- timers


def test_moving_within_a_compound_leaves_its_timers_alone():
    incident = Incident("acting.waiting")

    _, effects = runtime(COMPOUND, initial="acting").send(incident, "met", ENV)

    assert effects == [
        CancelTimers(("acting.waiting@10m",)),
        RunAction("acting.running", "svc.restart", {"service": "web"}),
    ]


def test_entering_a_compound_anew_starts_its_timers_anew():
    incident = Incident("acting.running")

    _, effects = runtime(COMPOUND, initial="acting").send(incident, "timed_out", ENV)

    assert effects == [
        CancelTimers(("acting@1h",)),
        SetTimer("acting@1h", 3_600_000),
        SetTimer("acting.waiting@10m", 600_000),
        AwaitSignal("acting.waiting", "acting.waiting"),
    ]


def test_a_state_can_be_entered_anew():
    incident = Incident("acting.running")

    moved, effects = runtime(COMPOUND, initial="acting").send(incident, "unverified", ENV)

    assert moved == [Moved("acting.running", "unverified", "acting.running", "")]
    assert effects == [RunAction("acting.running", "svc.restart", {"service": "web"})]


def test_a_timer_of_a_compound_is_heard_in_every_state_within():
    incident = Incident("acting.running")

    moved, effects = runtime(COMPOUND, initial="acting").send(incident, "after:acting@1h", ENV)

    assert moved == [Moved("acting.running", "after:acting@1h", "handed", "")]
    assert effects == [CancelTimers(("acting@1h",)), Close("handed")]


def test_nothing_runs_in_a_final_state_wherever_it_stands():
    states = """
        acting:
          initial: waiting
          after: {1h: lost}
          states:
            waiting: {wait: {signal: http.error_ratio}, on: {met: inner}}
            inner: {final: ok}
        lost: {undo: completed, on: {done: ok, failed: handed}}
        """
    incident = Incident("acting.waiting")

    _, effects = runtime(states, initial="acting").send(incident, "met", ENV)

    assert effects == [CancelTimers(("acting@1h",)), Close("ok")]


# --- guards


GUARDED = RUN.replace(
    "failed: handed",
    """failed: [
    {if: has(previous) && previous == "r1", to: ok, why: "had ${previous}"},
    {if: tries > 3, to: handed},
    {else: first, why: once more}]""",
)


@pytest.mark.parametrize(
    ("context", "dest", "why"),
    [
        ({"previous": "r1", "tries": 9}, "ok", "had r1"),
        ({"previous": "r2", "tries": 9}, "handed", "tries > 3"),
        ({"tries": 3}, "first", "once more"),
    ],
)
def test_the_first_true_guard_is_taken_and_says_why(context, dest, why):
    env = {**ENV, "ctx": {"service": "web", **context}}

    moved, _ = runtime(GUARDED).send(Incident("first"), "failed", env)

    assert moved == [Moved("first", "failed", dest, why)]


def test_a_guard_that_is_unknown_is_not_true_and_is_named():
    states = "gate: {choose: [{if: 10 / tries > 3, to: handed}, {else: ok}]}\n"

    moved, _ = runtime(states, initial="gate").start(
        Incident(), {**ENV, "ctx": {**CONTEXT, "tries": 0}}
    )

    assert moved[1] == Moved("gate", "choose", "ok", "unknown: 10 / tries > 3")


def test_an_unknown_guard_is_named_beside_the_reason():
    states = "gate: {choose: [{if: 10 / tries > 3, to: handed}, {else: ok, why: as usual}]}\n"

    moved, _ = runtime(states, initial="gate").start(
        Incident(), {**ENV, "ctx": {**CONTEXT, "tries": 0}}
    )

    assert moved[1].why == "as usual (unknown: 10 / tries > 3)"


WITHDRAWN = RUN.replace("done: ok", "done: ok, rule.withdrawn: {if: size(steps) == 0, to: handed}")


def test_an_event_whose_guards_are_all_false_does_nothing():
    env = {**ENV, "meta": {"steps": ("svc.restart",)}}
    incident = Incident("first")

    assert runtime(WITHDRAWN).send(incident, "rule.withdrawn", env) is None
    assert incident.state == "first"


def test_the_names_of_the_finished_steps_can_be_counted():
    moved, _ = runtime(WITHDRAWN).send(Incident("first"), "rule.withdrawn", ENV)

    assert moved == [Moved("first", "rule.withdrawn", "handed", "size(steps) == 0")]


def test_a_guard_that_is_false_asks_the_handler_around_it():
    states = """
        acting:
          initial: inner
          on: {rule.withdrawn: handed}
          states:
            inner:
              run: svc.restart
              with: {service: "${service}"}
              on:
                rule.withdrawn: {if: tries > 3, to: ok}
                done: ok
                failed: handed
                timed_out: handed
                refused: handed
                unverified: handed
        """

    moved, _ = runtime(states, initial="acting").send(
        Incident("acting.inner"), "rule.withdrawn", ENV
    )

    assert moved == [Moved("acting.inner", "rule.withdrawn", "handed", "")]


def test_staying_is_an_answer():
    states = RUN.replace("done: ok", "done: ok, rule.withdrawn: stay")
    incident = Incident("first")

    assert runtime(states).send(incident, "rule.withdrawn", ENV) == ([], [])
    assert incident.state == "first"


# --- context


SETTING = (
    RUN.replace(
        "done: ok",
        """done: {to: second, why: "pid ${outputs.pid}",
      set: {previous: "r${outputs.pid}", tries: "${tries + 1}"}}""",
    )
    + """
second:
  run: svc.switch
  with: {service: "${service}", release: "${tries > 1 ? ctx.service : service}"}
  on: {done: ok, failed: handed, timed_out: handed, refused: handed, unverified: handed}
"""
)


def test_what_a_branch_sets_is_read_by_the_state_it_enters():
    states = SETTING.replace("${tries > 1 ? ctx.service : service}", "try ${tries} ${ctx.tries}")

    moved, effects = runtime(states).send(Incident("first"), "done", {**ENV, "outputs": {"pid": 7}})

    assert moved == [Moved("first", "done", "second", "pid 7")]
    assert effects == [
        SetContext({"previous": "r7", "tries": 2}),
        RunAction("second", "svc.switch", {"service": "web", "release": "try 2 2"}),
    ]


def test_a_list_is_filled_in_item_by_item():
    states = """
        first:
          run: svc.switch
          with: {service: "${service}", release: r1, hosts: ["${service}", "${service}-2"]}
          on: {done: ok, failed: handed, timed_out: handed, refused: handed, unverified: ok}
        """

    _, [action] = runtime(states).start(Incident(), ENV)

    assert action.inputs["hosts"] == ("web", "web-2")


def test_a_step_does_not_touch_the_context_it_was_given():
    context = dict(CONTEXT)

    runtime(SETTING).send(Incident("first"), "done", {**ENV, "ctx": context, "outputs": {"pid": 7}})

    assert context == CONTEXT


def test_where_no_outputs_came_back_nothing_made_of_them_is_set():
    states = SETTING.replace("${tries > 1 ? ctx.service : service}", "r${10 / tries}")
    env = {**ENV, "ctx": {**CONTEXT, "tries": -1}}

    moved, effects = runtime(states).send(Incident("first"), "done", env)

    assert moved[0].why == "pid (unknown) (not set: previous)"
    assert effects == [
        SetContext({"tries": 0}),
        RunAction("second", "svc.switch", {"service": "web"}),
    ]


def test_a_value_that_is_unknown_is_not_set_and_is_named():
    states = RUN.replace("done: ok", 'done: {to: ok, set: {tries: "${7 / tries}"}}')
    env = {**ENV, "ctx": {**CONTEXT, "tries": 0}}

    moved, effects = runtime(states).send(Incident("first"), "done", env)

    assert moved == [Moved("first", "done", "ok", "not set: tries")]
    assert effects == [Close("ok")]


def test_a_value_the_field_does_not_admit_is_not_set_and_is_named():
    states = RUN.replace("done: ok", 'done: {to: ok, set: {service: "s${tries}"}, why: so}')
    text = machine_text(states).replace(
        "service: string", 'service: {type: string, pattern: "[a-z]+"}'
    )
    run = MachineRuntime(load(text, ACTIONS).machines["m"])

    moved, effects = run.send(Incident("first"), "done", ENV)

    assert moved == [Moved("first", "done", "ok", "so (not set: service)")]
    assert effects == [Close("ok")]


def test_a_list_with_an_unknown_item_is_left_out():
    states = """
        first:
          run: svc.switch
          with: {service: "${service}", release: r1, hosts: ["a", "${10 / tries}-b"]}
          on: {done: ok, failed: handed, timed_out: handed, refused: handed, unverified: ok}
        """

    _, [action] = runtime(states).start(Incident(), {**ENV, "ctx": {**CONTEXT, "tries": 0}})

    assert action.inputs == {"service": "web", "release": "r1"}


# --- endings


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


# --- all or nothing


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


# --- waits


def test_a_wait_is_found_by_its_key_and_tested_by_its_condition():
    wait = runtime(COMPOUND, initial="acting").waits("acting.waiting")

    assert (wait.element, wait.name, wait.hold_ms, wait.key) == (
        "signal",
        "http.error_ratio",
        60_000,
        ("service", "service"),
    )
    assert wait.key_value(CONTEXT) == "web"
    assert wait.holds({"service": "web", "value": 9_999}, CONTEXT)
    assert not wait.holds({"service": "web", "value": 10_000}, CONTEXT)
    assert not wait.holds({"service": "db", "value": 1}, CONTEXT)


def test_only_a_wait_waits():
    assert runtime(COMPOUND, initial="acting").waits("acting.running") is None


# --- cost


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
