"""Which way a key goes: more room is looser, more proof is tighter, a guard that goes is looser."""

from __future__ import annotations

import pytest

from interlock.engine.difference.model import Detail, What
from interlock.engine.difference.weights import RISKS, weighed

AMOUNTS = [("2", "3"), ("1.5", "2"), ("10s", "1m"), ("59m", "1h")]
"""Each with one that is more."""


@pytest.mark.parametrize("amounts", AMOUNTS)
@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("rates.0.max", What.LOOSENED),
        ("evidence_max_age", What.LOOSENED),
        ("retry.attempts", What.LOOSENED),
        ("rates.0.per", What.TIGHTENED),
        ("verify.consecutive", What.TIGHTENED),
        ("question.quorum", What.TIGHTENED),
    ],
)
def test_more_goes_one_way_and_less_the_other(
    key: str, more: What, amounts: tuple[str, str]
) -> None:
    """weighed(a → b) and weighed(b → a) are opposite, and neither is merely changed."""
    low, high = amounts
    less = {What.LOOSENED: What.TIGHTENED, What.TIGHTENED: What.LOOSENED}[more]

    assert weighed(Detail(key, low, high)).what is more
    assert weighed(Detail(key, high, low)).what is less


@pytest.mark.parametrize("one", RISKS)
@pytest.mark.parametrize("other", RISKS)
def test_risk_rises_exactly_when_the_later_is_the_more_dangerous(one: str, other: str) -> None:
    detail = weighed(Detail("risk", one, other))

    assert detail.raises_risk is (RISKS.index(other) > RISKS.index(one))


@pytest.mark.parametrize(("after", "raises"), [("no", True), ("yes", False)])
def test_what_can_no_longer_be_taken_back_risks_more(after: str, *, raises: bool) -> None:
    assert weighed(Detail("reversible", "yes", after)).raises_risk is raises


@pytest.mark.parametrize("key", ["verify.probe", "requires.0.expect", "rates.0.max", "question"])
def test_a_guard_that_comes_tightens_and_one_that_goes_loosens(key: str) -> None:
    assert weighed(Detail(key, None, "x")).what is What.TIGHTENED
    assert weighed(Detail(key, "x", None)).what is What.LOOSENED


@pytest.mark.parametrize(
    "detail",
    [
        Detail("title", None, "x"),
        Detail("title", "x", None),
        Detail("states.a.run", "x", "y"),
        Detail("limit.max", "some", "more"),
    ],
    ids=lambda detail: detail.key,
)
def test_of_anything_else_nothing_is_said(detail: Detail) -> None:
    """Negative control: what guards nothing, and amounts nobody can read, are merely changed."""
    assert weighed(detail) == detail
