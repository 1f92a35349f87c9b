"""RV802, RV805: rules and machines that keep each other going, and ends that are none."""

from __future__ import annotations

import pytest

from tests.unit.engine.verify.given import MACHINE, changed

WAIT = ("m", "ratio < 0.1", "ratio < 0.6")
OTHER = """\
  - id: idle
    title: Idle
    when: [{signal: errors, as: err, where: ratio < 0.05}]
    then: [{start: load, incident: "${err.service}", with: {service: "a", label: "b"}}]
    why: nothing to do
"""
LOAD = "---\n" + MACHINE.replace("id: mend", "id: load").replace("ratio < 0.1", "ratio > 0.4")


def test_a_wait_that_ends_while_its_rule_stands_is_found() -> None:
    assert changed(WAIT) == [
        (
            "m.yaml:16:35: warning [RV805] ends where ratio is 0.500001, and 'web/broken' stands"
            " there (leave a gap between what starts it and what it waits for)"
        )
    ]


def test_two_rules_that_undo_each_other_are_found_once() -> None:
    (found,) = changed(m=LOAD, r=OTHER)

    assert "mend.watching ends where ratio is 0, which starts 'web/idle'" in found
    assert "load.watching ends where ratio is 0.500001, which starts 'web/broken'" in found


def test_a_rule_that_rests_on_a_fact_is_followed_to_its_signals() -> None:
    ground = """\
  - id: note
    title: Note
    when: [{signal: errors, as: err, where: 0.5 < ratio}]
    then: [{assert: noted, set: {service: "${err.service}", label: "x"}}]
    why: it is bad
"""
    when = ("r", "[{signal: errors, as: err, where: ratio > 0.5}]", "[{fact: noted, as: err}]")

    assert ["RV805" in one for one in changed(when, WAIT, r=ground)] == [True]


@pytest.mark.parametrize(
    "change",
    [
        ("m", "ratio < 0.1", "ratio <= 0.5"),
        ("m", "ratio < 0.1", 'ratio < 0.6 && service.matches("^qqqq$")'),
    ],
)
def test_an_end_that_was_not_seen_to_be_a_beginning_is_clean(change: tuple[str, str, str]) -> None:
    found = changed(change)

    assert [one for one in found if "RV80" in one] == []


def test_a_wait_before_the_act_says_nothing_of_it() -> None:
    first = ("m", "initial: switching", "initial: watching")
    on = ("m", "on: {done: watching,", "on: {done: resolved,")
    met = (
        "m",
        "on: {met: resolved}\n    after: {5m: undoing}",
        "on: {met: switching}\n    after: {5m: undoing}",
    )

    assert changed(first, on, met, WAIT) == []
