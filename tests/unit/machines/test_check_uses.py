"""Every fault in what a machine uses is found: actions, arguments, expressions."""

import pytest

from tests.unit.machines.given import faults, machine_faults, machine_text
from tests.unit.machines.states import CHOOSE, RUN, UNDO, WAIT


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
