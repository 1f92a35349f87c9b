"""A key that is not read where it stands: what was meant, and where it belongs."""

from __future__ import annotations

from typing import Literal

import pytest

from interlock.language import Definition, load_documents, ordered, validate


class Wait(Definition):
    signal: str
    where: str = ""
    hold: int = 0


class Step(Definition):
    wait: Wait | None = None
    title: str = ""
    after: int = 0


class Path(Definition):
    interlock: Literal["path/v1"]
    owner: str = ""
    severity: Literal["high", "medium"] = "high"
    only: Literal["completed"] = "completed"
    steps: dict[str, Step]
    spare: tuple[Wait, ...] = ()


def faults(content: str) -> list[str]:
    [document] = load_documents(f"interlock: path/v1\n{content}", "f")
    assert validate(Path, document) is None
    return [str(one).partition(" error ")[2] for one in ordered(document.diagnostics)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("steps: {a: {wait: {signal: s, for: 2}}}", "'for' (did you mean 'hold'?)"),
        ("steps: {a: {wait: {signal: s, expr: x}}}", "'expr' (did you mean 'where'?)"),
        ("steps: {a: {summary: s}}", "'summary' (did you mean 'title'?)"),
        (
            "steps: {a: {wait: {signal: s, after: 1}}}",
            "'after' (it belongs further out, beside 'wait')",
        ),
        (
            "steps: {a: {wait: {signal: s, owner: o}}}",
            "'owner' (it belongs further out, beside 'steps')",
        ),
        ("steps: {a: {hold: 1}}", "'hold' (it belongs under 'wait')"),
        ("steps: {}\ntitle: t", "'title' (it belongs under 'steps')"),
        ("steps: {}\nownr: t", "'ownr' (did you mean 'owner'?)"),
        ("steps: {a: {xyz: 1}}", "'xyz' (allowed: after, title, wait)"),
    ],
)
def test_an_unknown_key_is_told_what_was_meant(content: str, said: str) -> None:
    assert faults(content) == [f"[RV112] unknown key {said}"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "steps: {a: {wait: s}}",
            "[RV110] expected a mapping, found 's' (with the keys signal, where, hold)",
        ),
        (
            "steps: {}\nseverity: warning",
            "[RV113] expected one of high, medium, found 'warning' (did you mean 'medium'?)",
        ),
        ("steps: {}\nseverity: page", "[RV113] expected one of high, medium, found 'page'"),
        ("steps: {}\nonly: all", "[RV113] expected completed, found 'all'"),
    ],
)
def test_a_wrong_value_is_told_what_may_stand_there(content: str, said: str) -> None:
    assert faults(content) == [said]
