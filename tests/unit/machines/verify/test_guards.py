"""RV301, RV302, RV610: guards that are certain, and branches nothing is left for."""

from __future__ import annotations

import pytest

from tests.unit.machines.verify.given import ALL, codes, findings


def choice(*guards: str) -> str:
    branches = ", ".join(f"{{if: '{guard}', to: ok}}" for guard in guards)
    return f"first: {{choose: [{branches}, {{else: handed}}]}}"


def test_a_guard_that_is_never_true_is_found() -> None:
    assert findings(choice("tries > 3 && tries < 3")) == [
        "12:25: error [RV302] 'tries > 3 && tries < 3' is never true (the branch is never taken)"
    ]


def test_a_guard_that_is_always_true_is_found_and_its_echo_is_not() -> None:
    assert findings(choice("tries > 3 || tries <= 3", "tries == 4")) == [
        (
            "12:25: warning [RV301] 'tries > 3 || tries <= 3' is always true"
            " (the branches after it are never taken)"
        )
    ]


def test_a_branch_that_the_ones_before_leave_nothing_for_is_found() -> None:
    assert findings(choice("tries > 3", "ctx.tries > 5")) == [
        (
            "12:52: error [RV610] never taken: wherever 'ctx.tries > 5' holds, so does a guard"
            " before it (put the narrower guard first)"
        )
    ]


def test_a_guard_of_a_result_is_looked_at() -> None:
    on = f"{{done: [{{if: 'tries < 0 && tries > 0', to: ok}}, {{else: ok}}], {ALL}}}"

    assert codes(f"first: {{run: svc.look, on: {on}}}") == ["RV302"]


def test_a_handler_around_several_states_is_found_once_and_only_if_dead_in_all() -> None:
    narrow = "[{if: 'tries > 5', to: ok}, {else: handed}]"
    inner = "[{if: 'tries > 3', to: ok}, {if: 'false', to: ok}, {else: b}]"
    states = f"""\
        first:
          initial: a
          on: {{failed: {narrow}, timed_out: handed, refused: handed, unverified: handed}}
          states:
            a:
              run: svc.look
              on: {{done: b, failed: {inner}}}
            b: {{run: svc.look, on: {{done: ok}}}}
        """

    assert codes(states) == ["RV302"]


@pytest.mark.parametrize(
    "guards",
    [
        ["tries > 5", "tries > 3"],
        ["tries > 5", "tries <= 5"],
        ['service == "a"', 'service == "b"', 'service != "a"'],
        ['service == "a" && tries > 3', 'service == "a"'],
        ['has(previous) && previous == "a"'],
        ["steps.size() > 2", '"svc.look" in steps'],
        ['incident.id.startsWith("a")', "tries > 1"],
    ],
)
def test_guards_that_each_may_be_taken_are_clean(guards: list[str]) -> None:
    assert findings(choice(*guards)) == []


def apart(*guards: str) -> str:
    first, second = guards
    branches = f"{{if: '{first}', to: ok}}, {{if: '{second}', to: handed}}"
    return f"first: {{choose: [{branches}, {{else: handed}}]}}"


def test_two_guards_that_hold_at_once_by_chance_are_found() -> None:
    assert findings(apart("tries > 3", "tries < 6")) == [
        (
            "12:52: warning [RV610] 'tries > 3' and 'tries < 6' both hold where tries is 4;"
            " the first is taken (make one exclude the other)"
        )
    ]


@pytest.mark.parametrize(
    "guards",
    [
        ("tries > 3", "tries <= 3"),
        ("tries > 6", "tries > 3"),  # the narrower first
        ('service.matches("^q{3}$")', 'service.matches("^[a-q]{3}$") && tries > 3'),  # not seen
    ],
)
def test_guards_that_were_not_seen_to_share_are_clean(guards: tuple[str, str]) -> None:
    assert findings(apart(*guards)) == []
