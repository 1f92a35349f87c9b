"""Taking back what was done: newest first, through the same gate, until one cannot be."""

from __future__ import annotations

import pytest

from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web

BACK = "web.switch_back"


@pytest.fixture
def unhelpful() -> Web:
    """A fail-over that is done and does not help, just before it is taken back."""
    web = Web()
    web.errors(0.75)
    web.advance("3s")
    web.errors(0.9)
    assert web.incidents[0].state == "watching"
    return web


def test_what_was_done_is_taken_back_with_what_it_returned(unhelpful: Web) -> None:
    unhelpful.advance("10s")

    (attempt,) = [a for a in unhelpful.scripts.attempts if a.action == BACK]
    assert attempt.inputs == {"service": "shop", "link": "pool", "to": "v2"}
    assert unhelpful.path(unhelpful.only) == ["switching", "watching", "undoing", "handed_over"]
    assert "the switch was undone" in unhelpful.export()


@pytest.mark.parametrize("outcome", ["error", "refused", "timeout"])
def test_a_compensation_that_fails_stops_the_undoing(unhelpful: Web, outcome: str) -> None:
    unhelpful.script(BACK, Answer(outcome, "X", "no way back"))
    unhelpful.advance("10s")

    assert unhelpful.incidents[0].outcome == "handed_over"
    assert "the switch could not be undone" in unhelpful.export()
    assert len([a for a in unhelpful.scripts.attempts if a.action == BACK]) == 1


def test_a_freeze_holds_a_compensation_like_any_action(unhelpful: Web) -> None:
    unhelpful.freeze()
    unhelpful.advance("10s")
    held = unhelpful.actions(BACK)
    unhelpful.thaw()
    unhelpful.advance("3s")

    assert (held, unhelpful.actions(BACK)) == (["held"], ["done"])


def test_where_nothing_was_done_there_is_nothing_to_take_back() -> None:
    web = Web()
    web.script("web.switch", Answer("error", "X"))
    web.errors(0.75)
    web.advance("3s")

    assert web.path(web.only) == ["switching", "undoing", "handed_over"]
    assert web.actions(BACK) == []


def test_an_effect_nobody_saw_is_taken_back_as_if_it_were_there() -> None:
    web = Web()
    web.observe("http.look", {"status": 500})
    web.errors(0.75)
    web.advance("15s")

    assert web.actions("web.switch") == ["unverified"]
    assert web.actions(BACK) == ["done"]


def test_an_abort_while_taking_back_ends_it() -> None:
    web = Web()
    web.script(BACK, Answer("hangs"))
    web.errors(0.75)
    web.advance("3s")
    web.errors(0.9)
    web.advance("9s")
    web.command("abort", web.only)
    web.advance("3m")

    assert web.incidents[0].outcome == "aborted"
    assert len([a for a in web.scripts.attempts if a.action == BACK]) == 1


def test_several_are_taken_back_newest_first() -> None:
    """Two switches in a row, then the way back: the second is undone before the first."""
    files = bundles.web()
    files["fail-over.machine.yaml"] = (
        files["fail-over.machine.yaml"]
        .replace(
            "      done: watching\n",
            "      done: again\n",
            1,
        )
        .replace(
            "  watching:\n",
            """  again:
    run: web.switch
    with: {service: "${service}", link: releases, to: v0}
    on: {done: watching, failed: undoing, timed_out: undoing, refused: undoing, unverified: undoing}

  watching:
""",
            1,
        )
    )
    web = Web(files)
    web.script("web.switch", Answer(outputs={"before": "v1"}), Answer(outputs={"before": "v2"}))
    web.errors(0.75)
    web.advance("5s")
    web.errors(0.9)
    web.advance("15s")

    back = [a.inputs["to"] for a in web.scripts.attempts if a.action == BACK]
    assert back == ["v2", "v1"]
