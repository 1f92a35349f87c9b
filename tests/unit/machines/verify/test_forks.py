"""What is found about machines that fork: in their branches, and in what the branches lead to."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.unit.machines.verify.given import ask, codes, findings, run


def act(action: str = "svc.restart", done: str = "good", more: str = "") -> str:
    """Return a state of a branch that runs an action."""
    given = 'with: {service: "${service}"}'
    others = "failed: bad, timed_out: bad, refused: bad, unverified: bad"
    return f"{{run: {action}, {given}, on: {{done: {done}, {others}}}{more}}}"


def question(approve: str = "good") -> str:
    """Return a state of a branch that asks somebody."""
    return ask(approve, reject="bad").replace("on_expire: handed", "on_expire: bad")


def branch(*states: str) -> str:
    lines = [*states, "good: {final: done}", "bad: {final: failed}"]
    return "initial: one\nstates:\n" + indent("\n".join(lines), "  ")


def fork(
    left: str, right: str = "", *, joined: str = "ok", more: str = "", name: str = "first"
) -> str:
    """Return a state that forks into two branches."""
    right = right or branch(f"one: {act()}")
    return (
        f"{name}:\n  parallel:\n    branches:\n"
        f"      left:\n{indent(left, 8 * ' ')}\n      right:\n{indent(right, 8 * ' ')}\n"
        f"    join: all\n  on: {{joined: {joined}, failed: handed}}\n{more}"
    )


WIPES = branch(f"one: {act('svc.wipe')}")


def test_branches_without_fault_are_clean() -> None:
    assert findings(fork(branch(f"one: {act()}"))) == []


def test_an_act_in_a_branch_that_nobody_is_asked_about_is_found_where_it_stands() -> None:
    (found,) = findings(fork(WIPES))

    assert found.startswith("18:")
    assert "[RV703] 'svc.wipe' cannot be taken back" in found
    assert "nobody is asked: first → (fork) first.left.one" in found


def test_one_branch_that_asks_does_not_speak_for_the_other() -> None:
    assert codes(fork(WIPES, branch(f"one: {question()}"))) == ["RV703"]


@pytest.mark.parametrize(
    "states",
    [
        fork(branch(f"one: {question('two')}", f"two: {act('svc.wipe')}")),
        f"first: {ask('second')}\n" + fork(WIPES, name="second"),
        fork(branch(f"one: {question()}"), joined="wiping", more=f"wiping: {run('svc.wipe')}\n"),
    ],
    ids=["in the branch", "before the fork", "in a branch that every join takes"],
)
def test_a_question_on_every_way_is_enough(states: str) -> None:
    assert findings(states) == []


def test_what_comes_of_a_failed_fork_nobody_was_asked_about() -> None:
    states = fork(branch(f"one: {question()}"), more=f"wiping: {run('svc.wipe')}\n")
    states = states.replace("failed: handed}\n", "failed: wiping}\n", 1)

    (found,) = findings(states)

    assert "nobody is asked: first → (failed) wiping" in found


def test_a_timer_around_the_fork_that_is_shorter_than_an_act_in_a_branch_is_found() -> None:
    found = findings(fork(branch(f"one: {act()}")) + "  after: {1m: handed}\n")[0]

    assert "[RV706] the timer ends before 'svc.restart' can: it may take 1m30s" in found


def test_a_ring_within_a_branch_is_found_there() -> None:
    ring = branch(
        f"one: {act(done='two')}", f"two: {act(done='one')}", "end: {choose: [{else: good}]}"
    )
    states = fork(ring.replace("failed: bad", "failed: end", 1))

    (found,) = findings(states)

    assert "[RV608] may go round for ever: one → two → one" in found


def test_a_guard_within_a_branch_is_judged() -> None:
    never = branch("one: {choose: [{if: tries > 3 && tries < 2, to: bad}, {else: good}]}")

    assert codes(fork(never)) == ["RV302"]


def test_a_promise_counts_the_longest_branch() -> None:
    wait = "wait: {signal: http.error_ratio, where: service == ctx.service, hold: 10m}"
    slow = branch(f"one: {{{wait}, on: {{met: good}}, after: {{20m: bad}}}}")
    sla = "sla: {resolve_within: 5m, on_breach: handed}\n"

    (found,) = findings(fork(slow), extra=sla)

    assert "[RV614] cannot be kept: when all goes well it takes at least 10m" in found
    assert findings(fork(slow), extra=sla.replace("5m", "11m")) == []


def never(action: str, unless: str) -> str:
    return f"invariants: [{{name: n, never: {{action: {action}, unless_visited: {unless}}}}}]\n"


def test_an_invariant_is_held_against_the_ways_into_branches() -> None:
    states = fork(branch(f"one: {act()}"))

    (found,) = findings(states, extra=never("svc.restart", "first.right"))[:1]

    assert "'n' does not hold: first → (fork) first.left.one" in found
    assert findings(states, extra=never("svc.restart", "first")) == []


def test_what_every_join_has_been_through_counts_as_visited() -> None:
    asks = branch(f"one: {question()}")
    states = fork(
        asks, branch("one: {choose: [{if: tries > 3, to: bad}, {else: good}]}"), joined="acting"
    )
    states += f"acting: {run()}\n"

    assert findings(states, extra=never("svc.restart", "first.left.one")) == []
    assert codes(states, extra=never("svc.restart", "first.left.bad")) == ["RV620"]
