"""One step of a machine: what moves, what is asked for, and that nothing is left half-made."""

import pytest

from interlock.machines import (
    AwaitSignal,
    CancelTimers,
    Close,
    Moved,
    RunAction,
    SetTimer,
    Undo,
)
from tests.unit.machines.stepping import COMPOUND, CONTEXT, ENV, RUN, Incident, event, runtime

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
