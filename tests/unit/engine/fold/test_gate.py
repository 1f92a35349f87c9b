"""The interlocks, each at work on a whole incident; ``judge`` itself in test_judge.py."""

from __future__ import annotations

import json

from tests import bundles
from tests.unit.engine.fold.conftest import Web


def findings(web: Web, action: str = "web.restart") -> dict[str, str]:
    """Return what each interlock said last about the newest intent of an action."""
    row = [r for r in web.store.actions.values() if r.action == action][-1]
    return {f["interlock"]: f["outcome"] for f in json.loads(row.verdict)["findings"]}


def test_a_freeze_holds_and_a_thaw_lets_go(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("2s")
    frozen = web.actions("web.restart"), findings(web)["freeze"]
    web.thaw()
    web.advance("2s")

    assert frozen == (["held"], "hold")
    assert web.actions("web.restart") == ["done"]


def test_a_freeze_of_another_executor_does_not_hold(web: Web) -> None:
    web.freeze("executor:command")
    web.probe(up=False)
    web.advance("2s")

    assert web.actions("web.restart") == ["done"]


def test_what_is_held_too_long_is_refused_and_handed_over(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("61s")

    assert web.actions("web.restart") == ["refused"]
    assert web.incidents[0].outcome == "handed_over"
    assert web.actions("page.on_call") == ["done"]


def test_a_budget_that_is_spent_refuses(web: Web) -> None:
    for _ in range(4):
        web.probe(up=False)
        web.advance("3s")
        web.probe(up=True)
        web.advance("2s")

    assert web.actions("web.restart") == ["done", "done", "done", "refused"]
    assert findings(web)["budget"] == "refuse"


def test_one_target_has_one_actor() -> None:
    files = bundles.web()
    files["rules.yaml"] = files["rules.yaml"].replace("    exclusive: remedy\n", "")
    web = Web(files)
    web.errors(0.75, "api")
    web.advance("50ms")
    web.probe("api", up=False)
    web.advance("50ms")
    held = findings(web)["lock"]
    web.advance("5s")

    assert held == "hold"
    assert web.actions("web.restart") == ["done"]


def test_evidence_that_is_too_old_refuses(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("40s")
    web.thaw()

    assert findings(web)["freshness"] == "refuse"
    assert web.actions("web.restart") == ["refused"]


def test_every_interlock_always_speaks(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("1s")

    assert sorted(findings(web)) == [
        "agreement",
        "budget",
        "duplicate",
        "freeze",
        "freshness",
        "lock",
    ]


def test_a_freeze_survives_a_restart(web: Web) -> None:
    web.freeze()
    again = Web(store=web.store)
    again.probe(up=False)
    again.advance("1s")

    assert again.actions("web.restart") == ["held"]
