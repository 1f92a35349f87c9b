"""Every fault of a machine is found at its place; what is sound passes."""

import pytest

from tests.unit.machines.given import EVERY_RESULT, faults, machine_faults, machine_text

RUN = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""

WAIT = """
first:
  wait: {signal: http.error_ratio, where: service == ctx.service}
  on: {met: ok}
  after: {10m: handed}
"""

CHOOSE = """
first:
  choose:
    - {if: tries > 3, to: handed}
    - {else: ok}
"""

UNDO = """
first:
  undo: completed
  on: {done: ok, failed: handed}
"""


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


# --- targets


def test_an_unknown_target_is_found_with_the_nearest_name():
    found = machine_faults(RUN.replace("done: ok", "done: hande"))

    assert found == ["RV604 at `hande`: unknown state 'hande' (did you mean 'handed'?)"]


def test_a_target_within_another_compound_is_not_in_scope():
    found = machine_faults("""
        first:
          initial: inner
          states:
            inner:
              choose:
                - {if: tries > 3, to: ok}
                - {if: tries > 2, to: other.deep}
                - {else: deep}
        other:
          initial: deep
          states:
            deep: {choose: [{else: handed}]}
        """)

    assert found == ["RV604 at `deep`: unknown state 'deep'"]


def test_an_unknown_initial_is_found():
    found = machine_faults("""
        first:
          initial: iner
          states:
            inner: {choose: [{if: tries > 3, to: ok}, {else: handed}]}
        """)

    assert found == ["RV604 at `iner`: unknown state 'iner' (did you mean 'inner'?)"]


def test_the_initial_of_the_machine_is_looked_up_at_the_top():
    found = machine_faults(CHOOSE, initial="frist")

    assert found == ["RV604 at `frist`: unknown state 'frist' (did you mean 'first'?)"]


def test_a_choice_cannot_stay():
    found = machine_faults("""
        first:
          choose:
            - {if: tries > 3, to: handed}
            - {if: tries > 2, to: ok}
            - {else: stay}
        """)

    assert found == ["RV604 at `stay`: a choice cannot stay (name a state)"]


def test_stay_is_no_name_for_a_state():
    found = machine_faults("""
        first:
          choose: [{if: tries > 3, to: handed}, {else: ok}]
        stay: {undo: completed, on: {done: ok, failed: handed}}
        """)

    assert found == [
        (
            "RV604 at `stay`: 'stay' is what a branch says to leave things as they are "
            "(name it otherwise)"
        )
    ]


def test_aborted_is_a_name_for_a_final_state_only():
    found = machine_faults(
        UNDO.replace("done: ok", "done: aborted")
        + """
aborted: {choose: [{if: tries > 3, to: ok}, {else: handed}]}
"""
    )

    assert found == [
        "RV604 at `aborted`: 'aborted' is where operator.abort leads and must be final"
    ]


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


# --- the graph


def test_a_state_nothing_leads_to_is_found():
    found = machine_faults(UNDO + "lost: {choose: [{else: ok}]}\n")

    assert found == ["RV601 at `lost`: nothing leads to state 'lost'"]


def test_a_lost_state_that_waits_is_found_alone():
    lost = "lost: {undo: completed, on: {done: ok, failed: handed}}\n"

    assert machine_faults(CHOOSE + lost) == ["RV601 at `lost`: nothing leads to state 'lost'"]


def test_a_state_reached_only_by_an_abort_is_reached():
    states = (
        WAIT.replace("met: ok", "met: ok, operator.abort: late")
        + """
late: {undo: completed, on: {done: handed, failed: handed}}
"""
    )

    assert machine_faults(states) == []


def test_states_without_a_way_to_a_final_state_are_found():
    found = machine_faults("""
        first:
          choose:
            - {if: tries > 3, to: ok}
            - {if: tries > 2, to: handed}
            - {else: here}
        here: {undo: completed, on: {done: there, failed: there}}
        there: {undo: completed, on: {done: here, failed: here}}
        """)

    assert found == [
        "RV602 at `here`: state 'here' never leads to a final state (an abort does not count)",
        "RV602 at `there`: state 'there' never leads to a final state (an abort does not count)",
    ]


def test_a_dead_end_nothing_leads_to_is_only_that():
    found = machine_faults(CHOOSE + "here: {undo: completed, on: {done: here, failed: here}}\n")

    assert found == ["RV601 at `here`: nothing leads to state 'here'"]


def test_choices_in_a_ring_are_found():
    found = machine_faults("""
        first:
          choose: [{if: tries > 3, to: ok}, {else: second}]
        second:
          choose: [{if: tries > 2, to: handed}, {else: first}]
        """)

    assert found == ["RV608 at `first`: choices lead back to 'first' without anything in between"]


def test_a_ring_with_work_in_it_is_sound():
    states = (
        RUN.replace("failed: handed", "failed: again")
        + """
again:
  choose: [{if: tries > 3, to: handed}, {else: first}]
"""
    )

    assert machine_faults(states) == []


def test_an_outcome_that_is_not_declared_is_found():
    found = machine_faults(UNDO + "aborted: {final: hand}\n")

    assert found == ["RV607 at `hand`: unknown outcome 'hand' (did you mean 'handed'?)"]


def test_an_outcome_no_state_gives_is_found():
    found = machine_faults(CHOOSE, outcomes="[ok, handed, withdrawn]")

    assert found == ["RV607 at `withdrawn`: no final state gives the outcome 'withdrawn'"]


def test_holes_are_reported_without_their_echoes():
    found = machine_faults("""
        first:
          wait: {signal: http.error_ratio}
          on: {met: second}
          after: {10m: handed}
        second:
          undo: completed
          on: {done: nowhere, failed: handed}
        """)

    assert found == ["RV604 at `nowhere`: unknown state 'nowhere'"]


# --- actions used


def test_an_action_that_does_not_exist_is_found():
    found = machine_faults(RUN.replace("svc.restart", "svc.restat"))

    assert found == [
        "RV211 at `svc.restat`: unknown action 'svc.restat' (did you mean 'svc.restart'?)"
    ]


def test_arguments_that_are_missing_or_unknown_are_found():
    found = machine_faults(RUN.replace("{service: ", "{servce: "))

    assert found == [
        "RV215 at `with`: action 'svc.restart' needs service",
        "RV215 at `servce`: unknown name 'servce' (did you mean 'service'?)",
    ]


def test_an_argument_of_another_type_is_found():
    found = machine_faults(RUN.replace('"${service}"', '"${tries}"'))

    assert [one.partition(":")[0] for one in found] == ["RV202 at `tries`"]


def test_a_notice_cannot_be_run():
    found = machine_faults(RUN.replace("svc.restart", "page.send").replace("service: ", "text: "))

    assert found == ["RV711 at `page.send`: 'page.send' is of kind notify; a `run` state takes act"]


def test_an_act_cannot_be_a_notice():
    found = machine_faults(UNDO + "aborted: {final: handed, enter: [{notify: svc.look}]}\n")

    assert found == ["RV711 at `svc.look`: 'svc.look' is of kind act; `enter` takes notify"]


def test_a_timer_shorter_than_the_action_is_found():
    found = machine_faults(RUN + "  after: {1m: handed}\n")

    assert found == ["RV706 at `1m`: the timer ends before 'svc.restart' can: it may take 1m30s"]


def test_a_timer_as_long_as_the_action_is_sound():
    assert machine_faults(RUN + "  after: {90s: handed}\n") == []


# --- expressions


@pytest.mark.parametrize(
    ("states", "fault"),
    [
        (CHOOSE.replace("tries > 3", "tries >"), "RE100"),
        (CHOOSE.replace("tries > 3", "tries"), "RV202"),
        (CHOOSE.replace("if: tries > 3", 'if: tries > 3, why: "${tries >}"'), "RE100"),
        (RUN.replace('"${service}"', '"${service"'), "RE100"),
        (WAIT.replace("where: service == ctx.service", "where: [service ==, value > 1]"), "RE100"),
        (WAIT.replace("where: service == ctx.service", 'where: "service"'), "RV202"),
        (WAIT.replace("where: service == ctx.service", "where: service == tries"), "RV201"),
    ],
)
def test_an_expression_that_means_nothing_is_found(states, fault):
    assert [one[:5] for one in machine_faults(states)] == [fault]


def test_a_condition_may_read_what_an_earlier_one_proves():
    states = WAIT.replace(
        "{signal: http.error_ratio, where: service == ctx.service}",
        "{fact: deploy.suspect, where: [has(release), release == service]}",
    )

    assert machine_faults(states) == []


def test_a_fault_inside_an_expression_is_found_at_its_place():
    found = machine_faults(CHOOSE.replace("tries > 3", "tires > 3"))

    assert found == ["RV201 at `tires`: unknown field 'tires' (did you mean 'tries'?)"]


def test_a_fault_in_an_inherited_handler_is_reported_once():
    found = machine_faults("""
        first:
          initial: inner
          on: {operator.abort: {to: handed, why: "by ${event.bye}"}}
          states:
            inner:
              run: svc.restart
              with: {service: "${service}"}
              on: {done: second, failed: handed, timed_out: handed, refused: handed, unverified: ok}
            second: {undo: completed, on: {done: ok, failed: handed}}
        """)

    assert [one.partition(":")[0] for one in found] == ["RV201 at `bye`"]


def test_an_optional_field_is_read_only_behind_has():
    guarded = CHOOSE.replace("tries > 3", "has(previous) && previous == service")

    assert machine_faults(guarded) == []
    assert [
        one[:5] for one in machine_faults(CHOOSE.replace("tries > 3", "previous == service"))
    ] == ["RV204"]


def test_a_guard_proves_what_its_branch_reads():
    assert (
        machine_faults(CHOOSE.replace("if: tries > 3", 'if: has(previous), why: "${previous}"'))
        == []
    )


def test_outputs_are_readable_only_after_the_action_ran():
    good = RUN.replace("done: ok", 'done: {to: ok, set: {tries: "${outputs.pid}"}}')
    bad = RUN.replace("failed: handed", 'failed: {to: handed, set: {tries: "${outputs.pid}"}}')

    assert machine_faults(good) == []
    assert [one.partition(":")[0] for one in machine_faults(bad)] == ["RV201 at `outputs`"]


def test_a_context_field_that_is_set_must_exist():
    found = machine_faults(RUN.replace("done: ok", "done: {to: ok, set: {trys: 1}}"))

    assert found == ["RV215 at `trys`: unknown name 'trys' (did you mean 'tries'?)"]


def test_a_built_in_name_is_no_context_field():
    text = machine_text(CHOOSE).replace("tries: int", "tries: int, why: string")

    assert faults(text) == [
        "RV214 at `why`: 'why' is a built-in name and cannot be a context field"
    ]


def test_final_notices_read_where_it_came_from_and_why():
    told = '{notify: page.send, with: {text: "${from} ${why} ${service}"}}'
    notice = f"aborted: {{final: aborted, enter: [{told}]}}\n"

    assert machine_faults(UNDO + notice) == []
