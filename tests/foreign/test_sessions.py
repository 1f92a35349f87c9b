"""Whole sessions of the peer: rules, inputs in order, and what fired at each step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.corpus import sessions
from tests.foreign.score import by_construct, compare, table
from tests.foreign.sessions import Session


@pytest.mark.parametrize("case", sessions(), ids=lambda case: case["id"])
def test_a_session_is_decided_as_the_peer_did_or_otherwise_on_purpose(case: dict[str, Any]) -> None:
    verdict = compare(case)

    assert "otherwise" != verdict.word, verdict.why


def test_the_published_score_is_the_score() -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "foreign-cases.md"

    assert table(by_construct(sessions())) in page.read_text()


def test_a_decision_made_otherwise_is_noticed() -> None:
    """Negative control: a step said to fire nothing, and one said to fire, are both found."""
    case = next(one for one in sessions() if one["steps"][0]["expect"])
    silent = {**case, "steps": [{**case["steps"][0], "expect": []}]}
    rule = {**case["rules"][0], "conditions": ["event.i == 999"]}

    assert "otherwise" == compare(silent).word
    assert "otherwise" == compare({**case, "rules": [rule]}).word


def test_a_second_engine_that_matches_otherwise_is_noticed() -> None:
    """Negative control: an evaluation with a match too many is not agreed to."""
    case = next(one for one in sessions() if {"join", "arith"} <= set(one["tags"]))
    session = Session(case)
    for step in case["steps"]:
        session.step(step)
    asked = next(one for one in session.evaluations if one.matches)
    assert session.second_opinion()

    session.evaluations.append(replace(asked, matches=()))

    assert not session.second_opinion()
