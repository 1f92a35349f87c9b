"""Invariants: what they compile to, what is refused, and what they say of an incident."""

import re

import pytest

from interlock.machines import Machine
from interlock.machines.invariants import Course, begun, violated
from tests.unit.machines.given import (
    ACTIONS,
    EVERY_RESULT,
    faults,
    machine,
    machine_faults,
    machine_text,
)

STATES = f"""
first:
  initial: asking
  states:
    asking:
      approve:
        role: people
        ask: go on?
        choices: {{approve: acting, reject: handed}}
        expires: 1m
        on_expire: handed
    acting:
      run: svc.look
      on: {EVERY_RESULT}
"""
INVARIANTS = """
invariants:
  - {name: one at a time, check: running.size() <= 1}
  - {name: few tries, check: 4 / tries > 1 && state != "nowhere"}
  - {name: never unasked, never: {action: svc.look, unless_visited: asking, if: 4 / tries > 1}}
"""


def invariant() -> Machine:
    return machine(STATES, extra=INVARIANTS)


def course(**more: object) -> Course:
    given = {"context": {"service": "shop", "tries": 1}, "visited": ["first.acting"], **more}
    return Course(**given)  # type: ignore[arg-type]


def names(found: object) -> list[tuple[str, str]]:
    return [(one.name, seen) for one, seen in found]  # type: ignore[attr-defined]


def test_what_holds_is_no_violation() -> None:
    assert names(violated(invariant().invariants, course(running=("svc.look",)))) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (
            {"running": ("a", "b")},
            ("one at a time", "running.size() <= 1 is false in first.acting"),
        ),
        (
            {"context": {"service": "shop", "tries": 4}},
            ("few tries", '4 / tries > 1 && state != "nowhere" is false in first.acting'),
        ),
        (
            {"context": {"service": "shop", "tries": 0}},
            ("few tries", '4 / tries > 1 && state != "nowhere" is unknown in first.acting'),
        ),
    ],
)
def test_what_is_false_or_unknown_is_a_violation(
    more: dict[str, object], found: tuple[str, str]
) -> None:
    assert names(violated(invariant().invariants, course(**more))) == [found]


@pytest.mark.parametrize(
    ("more", "action", "count"),
    [
        ({}, "svc.look", 1),
        ({}, "svc.other", 0),
        ({"visited": ["first.asking", "first.acting"]}, "svc.look", 0),
        ({"context": {"service": "api", "tries": 4}}, "svc.look", 0),
        ({"context": {"service": "api", "tries": 0}}, "svc.look", 1),
    ],
    ids=["unasked", "another action", "asked", "elsewhere", "who knows where"],
)
def test_an_action_may_not_begin_unexcused(
    more: dict[str, object], action: str, count: int
) -> None:
    found = names(begun(invariant().invariants, course(**more), action))

    said = "svc.look began in first.acting without first.asking"
    assert found == [("never unasked", said)] * count


def test_a_compound_excuses_as_each_state_within() -> None:
    text = INVARIANTS.replace("unless_visited: asking", "unless_visited: first")
    found = machine(STATES, extra=text).invariants

    assert names(begun(found, course(visited=["first.asking"]), "svc.look")) == []
    assert len(names(begun(found, course(visited=["second"]), "svc.look"))) == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("running.size() <= 1", "walking.size() <= 1", "RV201 at `walking`"),
        ("running.size() <= 1", "running.size()", "RV202 at `running.size()`"),
        ("if: 4 / tries > 1", "if: sevice", "RV201 at `sevice`"),
        ("action: svc.look", "action: svc.lok", "RV211 at `svc.lok`"),
        ("unless_visited: asking", "unless_visited: asleep", "RV604 at `asleep`: unknown"),
        ("check: running.size() <= 1", "chek: true", "RV112 at `chek`"),
        (", check: running.size() <= 1", "", "RV111 at `{name: one at a time}`"),
        ("name: one at a time, ", "", "RV111 at `{check: running.size() <= 1}`: missing"),
    ],
)
def test_a_faulty_invariant_is_refused_where_it_is_faulty(old: str, new: str, fault: str) -> None:
    assert old in INVARIANTS
    found = machine_faults(STATES, extra=INVARIANTS.replace(old, new))

    assert any(one.startswith(fault) for one in found), found


def test_a_name_that_several_states_have_must_be_a_path() -> None:
    twice = "second:\n  initial: asking\n  states:\n    asking: {choose: [else: ok]}\n"
    text = STATES.replace("reject: handed", "reject: second") + twice
    assert machine_faults(text, extra=INVARIANTS.replace(": asking", ": first.asking")) == []

    [fault] = machine_faults(text, extra=INVARIANTS)

    assert fault.startswith("RV604 at `asking`: several states are called 'asking' (one of: first.")


def test_a_context_field_may_not_hide_what_invariants_watch() -> None:
    hiding = "context: {service: string, tries: int, running: int}\n"

    def written(invariants: str) -> str:
        text = machine_text(STATES, extra=invariants)
        return re.sub(r"context: .*\n", hiding, text)

    assert [one[:5] for one in faults(written(""), ACTIONS)] == []
    assert "RV214" in [one[:5] for one in faults(written(INVARIANTS), ACTIONS)]


def test_a_machine_without_invariants_keeps_its_digest() -> None:
    """Negative control included: one that has some has another."""
    plain, empty = machine(STATES), machine(STATES, extra="invariants: []\n")

    assert plain.digest == empty.digest
    assert plain.digest != invariant().digest
