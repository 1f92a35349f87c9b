"""What a contract asks for before acting, and how it takes what comes back."""

from __future__ import annotations

import pytest

from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web


def changed(old: str, new: str) -> Web:
    files = bundles.web()
    assert old in files["actions.yaml"]
    return Web({**files, "actions.yaml": files["actions.yaml"].replace(old, new, 1)})


@pytest.mark.parametrize(("name", "ended"), [("shop", "done"), ("api", "refused")])
def test_a_requirement_on_the_inputs_alone_needs_no_probe(name: str, ended: str) -> None:
    web = changed(
        "    requires:\n",
        '    requires:\n      - expect: name == "shop"\n        why: only the shop, not ${name}\n',
    )
    web.probe(name, up=False)
    web.advance("3s")

    assert web.actions("web.restart") == [ended]
    assert ("not met: only the shop, not api" in web.export()) == (ended == "refused")


def test_a_probe_that_never_answers_before_acting_refuses(web: Web) -> None:
    web.silent = True
    web.probe(up=False)
    web.advance("2m")

    assert web.actions("web.restart") == ["refused"]
    assert "no observation by the deadline" in web.export()


def test_a_probe_that_never_answers_afterwards_is_no_good_look(web: Web) -> None:
    web.probe(up=False)
    web.advance("1ms")
    web.silent = True
    web.advance("2m")

    assert web.actions("web.restart") == ["unverified"]


def test_an_answer_nobody_waits_for_is_only_noted(web: Web) -> None:
    web.record({"kind": "observation", "probe": "act-0/1", "data": None, "error": "late"})

    assert '"stale":[{"probe":"act-0/1"' in web.export()


def test_an_error_the_contract_calls_transient_is_tried_again() -> None:
    web = Web()
    web.script("web.switch", Answer("error", "BUSY"), Answer(outputs={"before": "v2"}))
    web.deploy()
    web.errors(0.75)
    web.advance("5s")

    assert [a.attempt for a in web.scripts.attempts] == [1, 2]
    assert web.actions("web.switch") == ["done"]


@pytest.mark.parametrize("code", ["BUSY", "OTHER"])
def test_an_error_is_not_tried_again_for_ever_nor_when_it_is_another(code: str) -> None:
    web = Web()
    web.script("web.switch", Answer("error", code))
    web.deploy()
    web.errors(0.75)
    web.advance("10s")

    attempts = [a.attempt for a in web.scripts.attempts if a.action == "web.switch"]
    assert attempts == ([1, 2] if code == "BUSY" else [1])
    assert web.actions("web.switch") == ["failed"]


@pytest.mark.parametrize("outputs", [{}, {"pid": "7", "state": "RUNNING"}, {"pid": 7}])
def test_outputs_that_break_the_contract_are_no_success(
    web: Web, outputs: dict[str, int | str]
) -> None:
    web.script("web.restart", Answer(outputs=outputs))
    web.probe(up=False)
    web.advance("3s")

    assert web.actions("web.restart") == ["unverified"]
    assert "the executor's outputs break the contract" in web.export()


@pytest.mark.parametrize("kind", ["lease_lost", "recalled", "result"])
def test_news_of_another_attempt_is_only_noted(web: Web, kind: str) -> None:
    about = {"intent": "act-0", "attempt": 1, "epoch": 1, "reason": "", "outcome": "ok"}
    web.record({"kind": kind, **about, "code": "", "message": "", "outputs": {}})

    assert "is not of the attempt in flight" in web.export()


def test_without_a_verification_the_executors_word_counts() -> None:
    web = Web()
    web.script("web.restart", Answer("error"))
    web.probe(up=False)
    web.advance("1s")

    assert web.actions("page.on_call") == ["done"]
    assert "the executor reported success" in web.export()
