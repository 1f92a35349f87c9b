"""Parallel states: what the loader takes, what it refuses and where, and what becomes of them."""

from __future__ import annotations

from textwrap import indent

import pytest

from interlock.machines import Fork, MachineRuntime, ParallelState
from interlock.machines.definition import Machine
from tests.unit.machines.given import machine, machine_faults
from tests.unit.machines.stepping import ENV, Incident

WATCHES = """\
initial: watching
states:
  watching:
    wait: {signal: http.error_ratio, where: service == ctx.service}
    on: {met: good}
    after: {10m: bad}
  good: {final: done}
  bad: {final: failed}
"""


def fork(
    one: str = WATCHES, other: str = WATCHES, *, on: str = "joined: ok, failed: handed"
) -> str:
    return (
        "first:\n  parallel:\n    branches:\n"
        f"      one:\n{indent(one, 8 * ' ')}      other:\n{indent(other, 8 * ' ')}"
        f"    join: all\n  on: {{{on}}}\n"
    )


def forked(states: str) -> tuple[Machine, ParallelState]:
    found = machine(states)
    (state,) = found.forks
    return found, state


def test_each_branch_is_a_machine_of_its_own() -> None:
    whole, state = forked(fork())
    one, other = state.branches.values()

    assert [one.id, other.id] == ["m/first/one", "m/first/other"]
    assert [one.initial, *one.states] == ["watching", "watching", "good", "bad", "aborted"]
    assert one.outcomes == ("done", "failed", "aborted")
    assert (one.context, one.events, one.version) == (whole.context, whole.events, whole.version)
    assert one.digest != other.digest
    assert one.forked is not None
    assert (one.forked.of, one.forked.path) == (("m", "one"), "first.one")
    assert whole.within == (one, other)


def test_the_digest_of_a_machine_covers_its_branches() -> None:
    whole, _ = forked(fork())
    changed, _ = forked(fork(WATCHES.replace("10m", "11m")))

    assert whole.digest != changed.digest


def test_the_order_of_branches_is_part_of_the_digest() -> None:
    """They begin in it, and an undo goes back in it."""
    other = WATCHES.replace("10m", "11m")
    here, _ = forked(fork(WATCHES, other))
    swapped = machine(
        fork(WATCHES, other)
        .replace("      one:\n", "      tmp:\n")
        .replace("      other:\n", "      one:\n")
        .replace("      tmp:\n", "      other:\n")
    )

    assert here.digest != swapped.digest


def test_coming_to_the_state_forks_and_every_branch_must_be_answered_for() -> None:
    runtime, incident = MachineRuntime(machine(fork())), Incident()
    moved, effects = runtime.start(incident, ENV)

    assert [one.dest for one in moved] == ["first"]
    assert effects == [Fork("first")]
    assert runtime.hears("first") == ("failed", "joined", "operator.abort")


def test_a_branch_reads_the_context_and_guards_of_its_machine() -> None:
    guarded = WATCHES.replace("met: good", "met: [{if: tries > 3, to: bad}, {else: good}]")

    assert machine_faults(fork(guarded)) == []


@pytest.mark.parametrize(
    ("states", "fault"),
    [
        (
            fork(WATCHES.replace("10m: bad", "10m: handed")),
            (
                "RV604 at `handed`: unknown state 'handed' (it is outside the branch:"
                " end as `done` or `failed`, and `on` of the fork leads on)"
            ),
        ),
        (
            fork(WATCHES.replace("10m: bad", "10m: baad")),
            "RV604 at `baad`: unknown state 'baad' (did you mean 'bad'?)",
        ),
        (
            fork(WATCHES.replace("good: {final: done}", "good: {final: failed}")),
            (
                "RV615 at `one`: branch 'one' never ends as 'done'"
                " (add a state `{final: done}` that it comes to when all went well)"
            ),
        ),
        (
            fork(WATCHES.replace("{final: done}", "{final: resolved}")),
            "RV607 at `resolved`: a branch cannot end as 'resolved' (as `done` or `failed`)",
        ),
        (
            fork(WATCHES.replace("initial: watching", "initial: wathing")),
            "RV604 at `wathing`: unknown state 'wathing' (did you mean 'watching'?)",
        ),
        (
            fork(WATCHES + "  lonely: {final: failed}\n"),
            "RV601 at `lonely`: nothing leads to state 'lonely'",
        ),
        (
            fork(
                WATCHES.replace("    after: {10m: bad}\n", "    after: {10m: watching}\n")
                .replace("met: good", "met: watching")
                .replace("  bad: {final: failed}\n", "")
            ),
            "RV601 at `good`: nothing leads to state 'good'",
        ),
        (
            fork(
                WATCHES.replace("    after: {10m: bad}\n", "").replace(
                    "  bad: {final: failed}\n", ""
                )
            ),
            "RV605 at `watching`: state 'watching' may wait for ever (add `after: {10m: <state>}`)",
        ),
        (
            fork(on="joined: ok"),
            "RV603 at `first`: state 'first' does not handle: failed (add them under `on`)",
        ),
        (
            fork(on="failed: handed"),
            "RV603 at `first`: state 'first' does not handle: joined (add them under `on`)",
        ),
        (
            fork(on="joined: stay, failed: handed"),
            "RV603 at `stay`: 'joined' ends the state and cannot stay (name a state)",
        ),
        (
            fork(on="joined: ok, failed: handed, done: ok"),
            "RV613 at `done`: 'done' never reaches state 'first'",
        ),
        (
            fork(WATCHES.replace("on: {met: good}", "on: {met: good, joined: bad}")),
            "RV613 at `joined`: 'joined' never reaches state 'watching'",
        ),
        (
            fork(
                WATCHES.replace("met: good", "met: {to: good, set: {tries: 1}}"),
                WATCHES.replace("met: good", "met: {to: good, set: {tries: 2}}"),
            ),
            (
                "RV616 at `tries`: 'tries' is set by branch 'one' and by branch 'other'"
                " (set one field each: which of them comes later nobody knows)"
            ),
        ),
        (
            fork(
                "initial: again\nstates:\n"
                + indent(
                    fork()
                    .replace("first:", "again:")
                    .replace("ok", "good")
                    .replace("handed", "bad"),
                    "  ",
                )
                + "  good: {final: done}\n  bad: {final: failed}\n"
            ),
            (
                "RV617 at `parallel`: branch 'one' forks again"
                " (let the outer state have the inner branches, or start another machine)"
            ),
        ),
        (
            fork().replace("join: all", "join: any"),
            "RV113 at `any`: expected all, found 'any'",
        ),
        (
            fork().replace("    join: all\n", ""),
            "RV111 at `branches:`: missing key 'join'",
        ),
    ],
)
def test_what_cannot_work_is_refused_where_it_stands(states: str, fault: str) -> None:
    found = machine_faults(states)

    assert fault in found


def test_one_branch_and_a_branch_too_many_are_refused() -> None:
    alone = fork().replace(f"      other:\n{indent(WATCHES, 8 * ' ')}", "")
    many = fork().replace(
        "      other:\n",
        "".join(f"      b{n}: {{initial: g, states: {{g: {{final: done}}}}}}\n" for n in range(15))
        + "      other:\n",
    )

    assert any(one.startswith("RV110") for one in machine_faults(alone))
    assert any(one.startswith("RV110") for one in machine_faults(many))


def test_an_event_that_stays_in_the_fork_sets_nothing_a_branch_sets() -> None:
    sets = WATCHES.replace("met: good", "met: {to: good, set: {tries: 1}}")
    stays = "joined: ok, failed: handed, operator.abort: {else: stay, set: {tries: 2}}"

    (found,) = machine_faults(fork(sets, on=stays))

    assert found.startswith("RV616 at `tries`: 'tries' is set by an event that stays in the fork")


def test_a_question_that_leads_to_a_fork_leads_to_the_actions_of_its_branches() -> None:
    """Silence may not act, also not through a fork."""
    acts = """\
initial: acting
states:
  acting:
    run: svc.restart
    with: {service: "${service}"}
    on: {done: good, failed: bad, timed_out: bad, refused: bad, unverified: bad}
  good: {final: done}
  bad: {final: failed}
"""
    asks = (
        "first:\n  approve:\n    role: ops\n    ask: Go?\n"
        "    choices: {approve: second}\n    expires: 5m\n    on_expire: second\n"
    )

    (found,) = machine_faults(asks + fork(acts).replace("first:", "second:", 1))

    assert found.startswith(
        "RV606 at `second`: silence leads to 'acting', which runs 'svc.restart'"
    )
