"""The agreement interlock: nothing acts on joins the second engine has not found too."""

from __future__ import annotations

import pytest

from tests.unit.engine.fold.conftest import Web


@pytest.fixture
def both() -> Web:
    """A harness in which somebody must speak for the second engine."""
    return Web(engines="both")


def position(web: Web) -> int:
    """Return the position the second engine owes an answer for."""
    return web.state.evaluations[-1].position


def test_nothing_acts_before_the_second_engine_has_answered(both: Web) -> None:
    both.probe(up=False)
    both.advance("5s")

    assert both.actions("web.restart") == ["held"]
    assert both.scripts.attempts == []


def test_an_agreement_lets_the_action_out(both: Web) -> None:
    both.probe(up=False)
    both.advance("1s")
    both.record({"kind": "agreement", "through": position(both), "count": 1})
    both.advance("5s")

    assert both.actions("web.restart") == ["done"]


@pytest.mark.parametrize("kind", ["disagreement", "fault"])
def test_a_disagreement_or_fault_leaves_the_incident_to_a_human(both: Web, kind: str) -> None:
    both.probe(up=False)
    both.advance("1s")
    about = {"kind": kind, "position": position(both), "pack": "p", "expected": [], "found": []}
    both.record({**about, "reason": "it crashed"})
    both.record({"kind": "agreement", "through": position(both), "count": 0})

    assert both.actions("web.restart") == ["refused"]
    assert both.incidents[0].outcome == "handed_over"


def test_a_disagreement_about_a_cause_reaches_what_was_derived_from_it(both: Web) -> None:
    both.deploy()
    both.errors(0.75)
    both.advance("1s")
    cause = both.state.evaluations[0].position
    both.record(
        {"kind": "disagreement", "position": cause, "pack": "p", "expected": [], "found": []}
    )

    assert both.actions("web.switch") == ["refused"]


def test_an_agreement_up_to_an_earlier_position_is_not_enough(both: Web) -> None:
    both.probe(up=False)
    both.advance("1s")
    both.record({"kind": "agreement", "through": position(both) - 1, "count": 0})
    both.advance("1s")

    assert both.actions("web.restart") == ["held"]
