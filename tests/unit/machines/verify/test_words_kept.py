"""RV614 and RV620: what a machine promises, and what it says can never be."""

from __future__ import annotations

import pytest

from tests.unit.machines.verify.given import ask, codes, findings, run

HOLD = "watching: {wait: {signal: http.error_ratio, hold: 3m}, on: {met: ok}, after: {9m: handed}}"
SLA = "sla: {{resolve_within: {}, on_breach: handed}}\n"


def watched(within: str) -> list[str]:
    return findings(f"first: {run(done='watching')}\n{HOLD}", extra=SLA.format(within))


def test_a_level_that_the_shortest_good_way_exceeds_is_found() -> None:
    assert watched("2m") == [
        (
            "9:23: error [RV614] cannot be kept: when all goes well it takes at least 3m,"
            " longer than 2m"
        )
    ]


def test_a_level_that_can_be_kept_is_clean() -> None:
    assert watched("3m") == []


def test_a_timer_that_is_the_only_way_on_must_pass() -> None:
    states = f"""\
        first: {run(done="resting")}
        resting: {{wait: {{signal: http.error_ratio}}, on: {{met: handed}}, after: {{9m: ok}}}}
        """

    assert findings(states, extra=SLA.format("1m")) == []  # it may be met at once
    assert codes(states.replace("met: handed", "met: resting"), extra=SLA.format("1m")) == ["RV614"]


def kept(invariant: str, states: str) -> list[str]:
    return findings(states, extra=f"invariants: [{{name: so it is, {invariant}}}]\n")


ASKED = f"first: {ask('acting')}\nacting: {run()}"


def test_an_action_that_can_begin_without_a_visit_is_found_with_the_way() -> None:
    states = "first: {choose: [{if: tries > 1, to: asking}, {else: acting}]}\n"
    states += f"asking: {ask('acting')}\nacting: {run()}"

    assert kept("never: {action: svc.restart, unless_visited: asking}", states) == [
        "9:14: warning [RV620] 'so it is' may not hold: first → (choose) acting"
    ]


def test_a_way_without_conditions_is_an_error() -> None:
    assert kept("never: {action: svc.restart}", f"first: {run()}") == [
        "9:14: error [RV620] 'so it is' does not hold: first"
    ]


def test_a_state_that_must_not_be_is_found() -> None:
    assert kept("check: 'state != \"handed\"'", f"first: {run()}") == [
        "9:14: error [RV620] 'so it is' does not hold: first → (failed) handed"
    ]


@pytest.mark.parametrize(
    "invariant",
    [
        "never: {action: svc.restart, unless_visited: first}",
        "never: {action: svc.look}",
        "check: running.size() <= 1",
        'check: \'!("svc.restart" in steps) || "acting" in visited\'',
        "check: tries < 3",  # the context decides
    ],
)
def test_an_invariant_that_holds_or_depends_is_clean(invariant: str) -> None:
    assert kept(invariant, ASKED) == []
