"""What a step sets in the context of a machine, and what it leaves out."""

from interlock.machines import (
    Close,
    MachineRuntime,
    Moved,
    RunAction,
    SetContext,
)
from tests.unit.machines.given import ACTIONS, load, machine_text
from tests.unit.machines.stepping import CONTEXT, ENV, RUN, Incident, runtime

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
