"""RV301, RV302: what a machine waits for is always there, or never comes."""

from __future__ import annotations

import pytest

from tests.unit.engine.verify.given import changed

WHERE = "service == ctx.service && ratio < 0.1"


def waiting(where: str) -> list[str]:
    return changed(("m", WHERE, where))


def test_a_wait_for_what_never_comes_is_found() -> None:
    assert waiting("service == ctx.service && ratio * 2 > 2.5") == [
        "m.yaml:16:35: error [RV302] 'ratio * 2 > 2.5' is never true (nothing ends the wait)"
    ]


def test_a_wait_that_contradicts_itself_is_found() -> None:
    assert waiting("ratio < 0.1 && ratio > 0.2") == [
        (
            "m.yaml:16:35: error [RV302] 'ratio < 0.1 && ratio > 0.2' is never true as a whole"
            " (nothing ends the wait)"
        )
    ]


def test_a_test_that_is_always_true_is_found() -> None:
    assert waiting(f"{WHERE} && ratio >= 0") == [
        "m.yaml:16:35: warning [RV301] 'ratio >= 0' is always true (leave it out)"
    ]


@pytest.mark.parametrize("where", [WHERE, "ratio < 0.1", 'label == "x" && ratio < 0.2'])
def test_a_wait_that_depends_is_clean(where: str) -> None:
    assert waiting(where) == []
