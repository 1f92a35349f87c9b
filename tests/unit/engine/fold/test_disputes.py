"""What the second engine differs on, cannot say, or does not get to say, goes to people."""

from __future__ import annotations

import pytest

from interlock.engine.fold import disputes
from tests.unit.engine.fold.conftest import Web


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many joins may wait for an answer here."""
    monkeypatch.setattr(disputes, "MOST_UNANSWERED", 3)
    return 3


def say(web: Web, kind: str, position: int) -> None:
    about = {"position": position, "pack": "p", "expected": [], "found": [], "reason": "too large"}
    web.record({"kind": kind, **about})


@pytest.mark.parametrize("kind", ["disagreement", "fault"])
def test_a_dispute_reaches_what_is_found_at_its_position_later(kind: str) -> None:
    """A fact derived before the engines differed on it carries the dispute to whoever uses it."""
    web = Web(engines="both")
    web.deploy()
    web.errors(0.75)
    position = web.state.evaluations[-1].position
    say(web, kind, position)
    web.advance("1s")

    assert [incident.disputed for incident in web.state.incidents.values()] == [True]
    assert web.actions("web.switch") == ["refused"]


def test_a_dispute_about_something_else_does_not(short: int) -> None:
    web = Web(engines="both")
    web.probe(up=False)
    say(web, "disagreement", 1)
    web.advance("1s")

    assert [incident.disputed for incident in web.state.incidents.values()] == [False]
    assert web.actions("web.restart") == ["held"]


def test_a_second_engine_that_never_answers_fills_no_memory(short: int) -> None:
    """The oldest questions are given up, and what rests on them goes to people."""
    web = Web(engines="both")
    for number in range(10):
        web.errors(0.75, f"s{number}")

    assert len(web.state.evaluations) == short
    assert sum(incident.disputed for incident in web.state.incidents.values()) == 7
    assert web.export().count('"reason":"too many joins wait') == 7


def test_answers_that_come_in_time_give_nothing_up(short: int) -> None:
    """Negative control of the above."""
    web = Web(engines="both")
    for number in range(10):
        web.errors(0.75, f"s{number}")
        web.record({"kind": "agreement", "through": web.state.seq, "count": 1})

    assert not any(incident.disputed for incident in web.state.incidents.values())


def test_one_engine_asks_nothing(short: int) -> None:
    web = Web()
    for number in range(10):
        web.errors(0.75, f"s{number}")

    assert len(web.state.evaluations) == 0
    assert web.state.gate.disputed == set()
