"""Branches that act at once are given targets of their own."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing.generate import Generated, generate, plan
from tests import bundles

ASKING = """\
            asking:
              approve:
                role: on-call
                ask: Start ${web}?
                choices: {approve: starting, reject: lost}
                expires: 10m
                on_expire: lost
"""
JOINED = "bring-back: joined in fixing"


def at_once() -> Bundle:
    """Return the fork bundle with both branches starting their part at once."""
    files = bundles.fork()
    text = files["fork.yaml"]
    assert ASKING in text
    text = text.replace(ASKING, "").replace("initial: asking", "initial: starting")
    return Bundle.compile({**files, "fork.yaml": text})


def given(found: Generated, name: str) -> dict[str, str]:
    """Return the data of the first signal of a scenario that was made."""
    (made,) = (one for one in found.made if one.scenario["name"] == name)
    return made.scenario["given"][0]["data"]


def test_branches_that_act_at_once_are_joined() -> None:
    data = given(generate(at_once()), JOINED)

    assert len({data["db"], data["web"], data["site"]}) == 3


def test_a_target_of_the_same_type_is_taken_first() -> None:
    """Gates come first by name: one is what the site is called, the other nobody has taken."""
    files = bundles.fork()
    gates = "  a-gate: {type: gate, domain: here}\n  b-gate: {type: gate, domain: here}\n"
    text = files["fork.yaml"].replace("  gate-1: {type: gate, domain: here}\n", gates)
    typed = text.replace("target: gate-1", "target: a-gate").replace(
        "target: ${part}\n", "target: ${part}\n    target_type: part\n"
    )
    typed = typed.replace(ASKING, "").replace("initial: asking", "initial: starting")

    data = given(generate(Bundle.compile({**files, "fork.yaml": typed})), JOINED)

    assert {data["db"], data["web"]} == {"db-1", "db-2"}


def test_with_one_target_for_both_they_stand_in_each_others_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: what is made without ``apart`` comes to no join."""
    monkeypatch.setattr(plan, "apart", lambda *_: iter(()))

    assert JOINED not in {one.scenario["name"] for one in generate(at_once()).made}
