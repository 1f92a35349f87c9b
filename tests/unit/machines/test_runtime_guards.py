"""Which branch an event takes: guards that are true, false or unknown, and staying."""

import pytest

from interlock.machines import Moved
from tests.unit.machines.stepping import CONTEXT, ENV, RUN, Incident, runtime

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
