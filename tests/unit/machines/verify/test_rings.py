"""RV608: rings of states that nothing bounds."""

from __future__ import annotations

import pytest

from tests.unit.machines.verify.given import ALL, ask, codes, findings, run

WATCH = "wait: {signal: http.error_ratio}, on: {met: ok}, after: {10m: first}"


def test_a_ring_of_an_action_and_a_timer_is_found_with_the_way() -> None:
    states = f"""\
        first: {run(done="watching")}
        watching: {{{WATCH}}}
        """

    assert findings(states) == [
        (
            "12:3: error [RV608] may go round for ever: first → watching → first"
            " (count the rounds in the context, or put `after` around them)"
        )
    ]


def test_a_state_that_comes_back_to_itself_is_found() -> None:
    again = ALL.replace("failed: handed", "failed: first")
    states = (
        f'first: {{run: svc.restart, with: {{service: "${{service}}"}}, on: {{done: ok, {again}}}}}'
    )

    assert codes(states) == ["RV608"]


def test_a_ring_through_a_choice_about_something_else_is_found() -> None:
    states = f"""\
        first: {run(done="deciding")}
        deciding: {{choose: [{{if: 'service == "a"', to: first}}, {{else: ok}}]}}
        """

    assert codes(states) == ["RV608"]


@pytest.mark.parametrize(
    "states",
    [
        # a count
        f"""\
        first: {run(done="watching")}
        watching: {{wait: {{signal: http.error_ratio}}, on: {{met: ok}}, after: {{10m: counting}}}}
        counting:
          choose:
            - {{if: tries >= 3, to: handed}}
            - {{else: first, set: {{tries: "${{tries + 1}}"}}}}
        """,
        # the steps done
        f"""\
        first: {run(done="deciding")}
        deciding: {{choose: [{{if: steps.size() > 3, to: ok}}, {{else: first}}]}}
        """,
        # people, each time
        f"first: {run(done='asking')}\nasking: {ask('first', reject='ok')}",
        # an event somebody sends
        f"""\
        first: {run(done="watching")}
        watching:
          wait: {{signal: http.error_ratio}}
          on: {{met: ok, go.on: first}}
          after: {{1m: ok}}
        """,
        # no ring
        f"first: {run(done='second')}\nsecond: {run()}",
    ],
)
def test_a_ring_with_a_bound_is_clean(states: str) -> None:
    assert findings(states, extra="events: {go.on: {}}\n") == []


def around(after: str, leads: str = "first.acting") -> str:
    return f"""\
        first:
          initial: acting
          after: {{{after}}}
          states:
            acting: {run(done="watching")}
            watching:
              wait: {{signal: http.error_ratio}}
              on: {{met: ok}}
              after: {{10m: {leads}}}
        """


def test_a_timer_around_the_ring_bounds_it() -> None:
    assert findings(around("1h: handed")) == []


def test_a_timer_that_each_round_starts_anew_bounds_nothing() -> None:
    assert codes(around("1h: handed", leads="first")) == ["RV608"]


def test_a_timer_that_leads_into_the_ring_bounds_nothing() -> None:
    assert codes(around("1h: first.watching")) == ["RV608"]


def test_a_service_level_bounds_every_ring() -> None:
    states = f"first: {run(done='watching')}\nwatching: {{{WATCH}}}"

    assert findings(states, extra="sla: {resolve_within: 1h, on_breach: handed}\n") == []
