"""The life of an action intent: five results, retries, unknowns, verification."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from interlock.testing import Answer
from tests.unit.engine.fold.conftest import BAD, GOOD, Web


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer("error", "FAULT", "no such process"), "failed"),
        (Answer("refused", "stale", "an older epoch"), "refused"),
    ],
)
def test_what_the_executor_says_is_the_result(web: Web, answer: Answer, result: str) -> None:
    web.script("web.restart", answer)
    web.probe(up=False)
    web.advance("1s")

    assert web.actions("web.restart") == [result]
    assert web.incidents[0].outcome == "handed_over"


def test_done_means_seen_five_times_in_a_row(web: Web) -> None:
    web.observe("http.look", GOOD, GOOD, GOOD, GOOD, BAD, GOOD)
    web.probe(up=False)
    web.advance("1900ms")
    before = web.actions("web.restart")
    web.advance("300ms")

    assert (before, web.actions("web.restart")) == (["verifying"], ["done"])


def test_success_that_is_not_seen_is_unverified(web: Web) -> None:
    web.observe("http.look", BAD)
    web.probe(up=False)
    web.advance("16s")

    assert web.actions("web.restart") == ["unverified"]


def test_a_probe_that_sees_nothing_is_not_a_good_look(web: Web) -> None:
    web.observe("http.look", "connection refused")
    web.probe(up=False)
    web.advance("16s")

    assert web.actions("web.restart") == ["unverified"]


def test_a_requirement_that_does_not_hold_refuses_and_nothing_runs(web: Web) -> None:
    web.observe("supervisord.process", {"found": False})
    web.probe(up=False)
    web.advance("1s")

    assert web.actions("web.restart") == ["refused"]
    assert [a.action for a in web.scripts.attempts] == ["page.on_call"]


def test_a_requirement_nobody_can_see_refuses(web: Web) -> None:
    web.observe("supervisord.process", "socket is gone")
    web.probe(up=False)
    web.advance("1s")

    assert web.actions("web.restart") == ["refused"]


def test_a_timeout_is_tried_again_under_the_same_idempotency_key(web: Web) -> None:
    web.script("web.restart", Answer("timeout"), Answer(outputs={"pid": 1, "state": "RUNNING"}))
    web.probe(up=False)
    web.advance("5s")

    attempts = [a for a in web.scripts.attempts if a.action == "web.restart"]
    assert [a.attempt for a in attempts] == [1, 2]
    assert len({a.idempotency_key for a in attempts}) == 1
    assert web.actions("web.restart") == ["done"]


def test_retries_never_exceed_the_policy(web: Web) -> None:
    web.script("web.restart", Answer("timeout"))
    web.probe(up=False)
    web.advance("1m")

    assert [a.attempt for a in web.scripts.attempts if a.action == "web.restart"] == [1, 2]
    assert web.actions("web.restart") == ["timed_out"]


def test_an_executor_that_never_answers_is_timed_out_by_the_fold_itself(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    for _ in range(10):
        web.probe(up=False)
        web.advance("15s")

    assert web.actions("web.restart") == ["timed_out"]


def test_a_target_outside_the_inventory_is_refused(web: Web) -> None:
    web.probe("checkout", up=False)
    web.advance("1s")

    assert web.actions("web.restart") == ["refused"]
    assert "not in the inventory" in web.export()


def test_a_label_that_looks_like_an_option_never_reaches_an_executor(web: Web) -> None:
    web.probe("--exec=rm", up=False)
    web.advance("1s")

    assert web.actions("web.restart") == ["refused"]


def test_a_result_of_another_epoch_is_recorded_and_not_applied(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    (attempt,) = web.scripts.attempts
    late = {"kind": "result", "intent": attempt.intent, "attempt": 1, "epoch": attempt.epoch - 1}
    web.record({**late, "outcome": "ok", "code": "", "message": "", "outputs": {}})

    assert web.actions("web.restart") == ["dispatched"]
    assert "is not of the attempt in flight" in web.export()


def test_the_same_result_twice_counts_once(web: Web) -> None:
    web.probe(up=False)
    web.advance("50ms")
    (attempt,) = web.scripts.attempts
    result = {"kind": "result", "intent": attempt.intent, "attempt": 1, "epoch": attempt.epoch}
    body = {**result, "outcome": "error", "code": "X", "message": "", "outputs": {}}
    web.record(body)
    web.record(body)

    assert web.actions("web.restart") == ["failed"]
    assert web.actions("page.on_call") == ["dispatched"]


def test_after_a_restart_an_attempt_in_flight_is_looked_for_not_believed(
    make_web: Callable[..., Web],
) -> None:
    first = make_web()
    first.script("web.restart", Answer("hangs"))
    first.probe(up=False)
    first.advance("1s")

    second = make_web(store=first.store)
    second.observe("http.look", GOOD)
    second.advance("5s")

    assert second.actions("web.restart") == ["done"]
    assert second.scripts.attempts == []


def test_after_a_restart_an_unseen_effect_is_tried_again_with_the_same_key(
    make_web: Callable[..., Web],
) -> None:
    first = make_web()
    first.script("web.restart", Answer("hangs"))
    first.probe(up=False)
    first.advance("1s")

    second = make_web(store=first.store)
    second.observe("http.look", BAD)
    second.advance("17s")

    (again,) = [a for a in second.scripts.attempts if a.action == "web.restart"]
    assert (again.attempt, again.epoch) == (2, first.scripts.attempts[0].epoch + 1)
    assert again.idempotency_key == first.scripts.attempts[0].idempotency_key


def test_an_attempt_the_machine_has_left_behind_is_not_tried_again(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.command("abort", web.only)
    web.advance("2m")

    assert [a.attempt for a in web.scripts.attempts if a.action == "web.restart"] == [1]
    assert web.actions("web.restart") == ["timed_out"]


def test_an_incident_is_forgotten_once_nothing_points_to_it(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("50ms")
    web.command("abort", web.only)
    web.probe(up=True)
    kept = set(web.state.incidents)
    web.advance("2m")

    assert kept == {web.only}
    assert web.state.incidents == {}
