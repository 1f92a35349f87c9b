"""Every hole in what a machine hears is found at its place; what is sound passes."""

from tests.unit.machines.given import EVERY_RESULT, machine_faults
from tests.unit.machines.states import CHOOSE, RUN, UNDO, WAIT


def test_sound_machines_are_clean():
    assert [machine_faults(states) for states in (RUN, WAIT, CHOOSE, UNDO)] == [[], [], [], []]


# --- results


def test_results_that_are_not_handled_are_named():
    found = machine_faults("""
        first:
          run: svc.restart
          with: {service: "${service}"}
          on: {done: ok, failed: handed, timed_out: handed}
        """)

    assert found == [
        "RV603 at `first`: state 'first' does not handle: refused, unverified (add them under `on`)"
    ]


def test_a_result_handled_around_the_state_is_handled():
    states = f"""
        first:
          initial: inner
          on: {EVERY_RESULT}
          states:
            inner:
              run: svc.restart
              with: {{service: "${{service}}"}}
        """

    assert machine_faults(states) == []


def test_an_undo_and_a_wait_handle_their_results_too():
    found = machine_faults("""
        first:
          undo: completed
          on: {done: second}
        second:
          wait: {signal: http.error_ratio}
          after: {10m: handed, 20m: ok}
        """)

    assert found == [
        "RV603 at `first`: state 'first' does not handle: failed (add them under `on`)",
        "RV603 at `second`: state 'second' does not handle: met (add them under `on`)",
    ]


def test_a_result_may_not_leave_the_state_where_it_is():
    found = machine_faults(RUN.replace("unverified: handed", "unverified: stay"))

    assert found == ["RV603 at `stay`: 'unverified' ends the state and cannot stay (name a state)"]


def test_a_result_with_a_guard_alone_leaves_a_gap():
    found = machine_faults(RUN.replace("failed: handed", "failed: {if: tries < 3, to: handed}"))

    assert found == [
        "RV612 at `failed`: 'failed' is not handled when no `if` is true (end with `else: <state>`)"
    ]


def test_a_gap_is_closed_by_a_handler_around_the_state():
    states = f"""
        first:
          initial: inner
          on: {EVERY_RESULT}
          states:
            inner:
              run: svc.restart
              with: {{service: "${{service}}"}}
              on:
                failed: {{if: tries < 3, to: ok}}
        """

    assert machine_faults(states) == []


# --- waiting


def test_a_wait_without_a_timer_is_found():
    found = machine_faults("""
        first:
          wait: {signal: http.error_ratio}
          on: {met: ok, operator.abort: handed}
        """)

    assert found == [
        "RV605 at `first`: state 'first' may wait for ever (add `after: {10m: <state>}`)"
    ]


def test_a_timer_around_the_wait_will_do():
    states = """
        first:
          initial: inner
          after: {10m: handed}
          states:
            inner: {wait: {fact: deploy.suspect}, on: {met: ok}}
        """

    assert machine_faults(states) == []


def test_a_timer_may_not_stay():
    found = machine_faults(WAIT.replace("{10m: handed}", "{10m: {to: stay}, 20m: handed}"))

    assert found == ["RV605 at `stay`: a timer comes once; staying would leave none (name a state)"]


def test_two_timers_of_one_delay_are_found():
    found = machine_faults(WAIT.replace("{10m: handed}", "{1m: handed, 60s: ok}"))

    assert found == ["RV610 at `60s`: there is another timer of 60s"]


def test_a_signal_or_fact_that_is_not_declared_is_found():
    found = machine_faults(WAIT.replace("http.error_ratio", "http.eror_ratio"))

    assert found == [
        (
            "RV210 at `http.eror_ratio`: unknown signal 'http.eror_ratio' "
            "(did you mean 'http.error_ratio'?)"
        )
    ]


# --- guards


def test_a_list_that_ends_with_a_guard_leaves_a_gap():
    found = machine_faults("""
        first:
          choose:
            - {if: tries > 3, to: handed}
            - {if: tries < 3, to: ok}
        """)

    assert found == [
        (
            "RV612 at `{if: tries < 3, to: ok}`: nothing happens when no `if` is true "
            "(end with `else: <state>`)"
        )
    ]


def test_a_guarded_timer_leaves_a_gap():
    found = machine_faults(WAIT.replace("{10m: handed}", "{10m: {if: tries > 3, to: handed}}"))

    assert found == [
        (
            "RV612 at `{if: tries > 3, to: handed}`: nothing happens when no `if` is true "
            "(end with `else: <state>`)"
        )
    ]


def test_an_event_may_be_heard_under_a_guard_alone():
    states = WAIT.replace("met: ok", "met: ok, rule.withdrawn: {if: size(steps) == 0, to: handed}")

    assert machine_faults(states) == []


def test_a_branch_behind_an_unguarded_one_is_found():
    found = machine_faults("""
        first:
          choose:
            - {to: handed}
            - {else: ok}
        """)

    assert found == ["RV610 at `{to: handed}`: the branches after this one are never taken"]


# --- events


def test_an_event_nobody_declared_is_found():
    found = machine_faults(WAIT.replace("met: ok", "met: ok, deploy.confirmed: handed"))

    assert found == [
        "RV613 at `deploy.confirmed`: unknown event 'deploy.confirmed' (declare it under `events`)"
    ]


def test_a_declared_event_is_heard_and_its_data_typed():
    states = WAIT.replace(
        "met: ok",
        'met: ok, deploy.confirmed: {if: event.by == "bo", to: handed, why: "${event.by}"}',
    )

    assert machine_faults(states, extra="events: {deploy.confirmed: {by: string}}\n") == []


def test_an_event_that_cannot_come_is_found():
    found = machine_faults(WAIT.replace("met: ok", "met: ok, done: handed"))

    assert found == ["RV613 at `done`: 'done' never reaches state 'first'"]


def test_a_built_in_event_cannot_be_declared():
    found = machine_faults(WAIT, extra="events: {done: {by: string}}\n")

    assert found == ["RV613 at `done`: 'done' is a built-in event"]
