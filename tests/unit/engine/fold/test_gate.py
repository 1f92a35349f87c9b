"""The interlocks, each at work on a whole incident; ``judge`` itself in test_judge.py."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from interlock.engine.fold import admission
from interlock.engine.fold.gate.budget import EVERYTHING
from interlock.engine.fold.gate.judge import judge
from interlock.engine.fold.gate.model import Request, Verdict
from interlock.engine.fold.state import Gate
from interlock.testing import Answer
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


# --- storms -----------------------------------------------------------------------------------


def storm(services: int) -> Web:
    """Return a service whose every part is down and whose supervisor cannot help."""
    files = bundles.web()
    targets = "".join(f"  s{n}: {{type: service, domain: host-a}}\n" for n in range(services))
    files["inventory.yaml"] = (
        f"interlock: inventory/v1\npackage: web\nowner: t\ntargets:\n{targets}"
    )
    web = Web(files)
    web.script("web.restart", Answer("error", "FAULT", "no such process"))
    for number in range(services):
        web.probe(f"s{number}", up=False)
    web.advance("5s")
    return web


def test_in_a_storm_actions_stop_at_the_budget_and_people_are_paged_all_the_same() -> None:
    """Acting fails closed, telling people fails open: a page spends nothing and is not refused."""
    web = storm(EVERYTHING.most + 20)

    assert Counter(web.actions("web.restart")) == {"failed": EVERYTHING.most, "refused": 20}
    assert Counter(web.actions("page.on_call")) == {"done": EVERYTHING.most + 20}


def test_a_page_keeps_to_the_limits_of_its_own_contract() -> None:
    files = bundles.web()
    files["actions.yaml"] = files["actions.yaml"].replace(
        "    idempotency_key: ${incident.id}/${step.id}\n",
        "    idempotency_key: ${incident.id}/${step.id}\n    limits: {rate: {max: 1, per: 1h}}\n",
    )
    web = Web(files)
    web.script("web.restart", Answer("error", "FAULT", "no such process"))
    web.probe("shop", up=False)
    web.probe("api", up=False)
    web.advance("5s")

    assert sorted(web.actions("page.on_call")) == ["done", "refused"]


def test_an_attempt_that_was_never_sent_is_not_counted_against_a_budget(web: Web) -> None:
    """Three restarts an hour are allowed; being recalled three times is none of them."""
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("100ms")
    for _ in range(3):
        web.freeze()
        attempt = web.scripts.attempts[-1]
        about = {"intent": attempt.intent, "attempt": attempt.attempt, "epoch": attempt.epoch}
        web.record({"kind": "recalled", **about, "reason": "global is frozen"})
        web.advance("1s")
        web.thaw()

    assert web.actions("web.restart") == ["dispatched"]
    assert {key: len(times) for key, times in web.state.gate.spent.items()} == {
        "everything": 1,
        "web.restart:shop/3600000": 1,
    }


def test_a_change_of_the_gate_judges_only_what_it_may_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thousands may be held; judging all of them at each change would stop everything else."""
    files = bundles.web()
    targets = "".join(f"  s{n}: {{type: service, domain: host-a}}\n" for n in range(50))
    files["inventory.yaml"] = (
        f"interlock: inventory/v1\npackage: web\nowner: t\ntargets:\n{targets}"
    )
    web = Web(files, engines="both")
    web.freeze()
    for number in range(50):
        web.probe(f"s{number}", up=False)
    web.advance("1s")
    judged: list[str] = []

    def counting(request: Request, gate: Gate, now: int) -> Verdict:
        judged.append(request.intent)
        return judge(request, gate, now)

    monkeypatch.setattr(admission, "judge", counting)
    counts = []
    for change in (
        lambda: web.record({"kind": "agreement", "through": web.state.seq, "count": 1}),
        lambda: web.record({"kind": "agreement", "through": web.state.seq, "count": 1}),
        lambda: web.freeze("target:s0"),
        web.thaw,
    ):
        judged.clear()
        change()
        counts.append(len(judged))

    assert counts == [50, 0, 0, 50]
