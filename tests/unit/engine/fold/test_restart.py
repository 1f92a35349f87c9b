"""While the service is down nobody looks, answers or listens: what fell due then is given a chance.

Law: whatever time passes between two lives, an incident goes on as if the second began at once,
but for evidence, which ages all the same.
"""

from __future__ import annotations

import pytest

from interlock.engine.fold.decide import LISTEN_MS
from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import BAD, GOOD, Web

DOWN = ["100ms", "2m", "1h"]


def restarted(web: Web, down: str, *, files: dict[str, str] | None = None) -> Web:
    """Return the next life, begun after so long."""
    until = web.now + {"100ms": 100, "2m": 120_000, "1h": 3_600_000}[down]
    again = Web(files, store=web.store, at=until)
    assert again.now == until
    return again


@pytest.mark.parametrize("down", DOWN)
def test_an_effect_is_looked_for_again_before_it_is_called_unverified(down: str) -> None:
    web = Web()
    web.observe("http.look", BAD)
    web.probe(up=False)
    web.advance("1s")
    assert web.actions("web.restart") == ["verifying"]
    again = restarted(web, down)
    again.observe("http.look", GOOD)
    again.advance("3s")

    assert again.actions("web.restart") == ["done"]


@pytest.mark.parametrize("down", DOWN)
def test_an_effect_nobody_sees_after_it_either_is_unverified(down: str) -> None:
    """Negative control of the above."""
    web = Web()
    web.observe("http.look", BAD)
    web.probe(up=False)
    web.advance("1s")
    again = restarted(web, down)
    again.observe("http.look", BAD)
    again.advance("16s")

    assert again.actions("web.restart") == ["unverified"]


@pytest.mark.parametrize("down", DOWN)
def test_a_look_that_was_due_is_made_once(down: str) -> None:
    web = Web()
    web.observe("http.look", GOOD, BAD)
    web.probe(up=False)
    web.advance("110ms")
    again = restarted(web, down)
    again.observe("http.look", GOOD)
    again.advance("810ms")

    assert again.export().count('"kind":"observation"') - web.export().count("observation") <= 5
    assert again.actions("web.restart") == ["done"]


@pytest.mark.parametrize("down", ["100ms", "2m"])
def test_what_was_asked_before_acting_is_asked_again(down: str) -> None:
    """The probe was under way when the process ended: no answer is not a bad answer."""
    files = bundles.web()
    files["actions.yaml"] = files["actions.yaml"].replace(
        "evidence: {max_age: 30s}", "evidence: {max_age: 1h}"
    )
    web = Web(files)
    web.probe(up=False)
    assert web.actions("web.restart") == ["requiring"]
    again = restarted(web, down, files=files)
    again.advance("3s")

    assert again.actions("web.restart") == ["done"]


@pytest.mark.parametrize("down", DOWN)
def test_what_the_gate_held_is_judged_again_and_not_given_up(down: str) -> None:
    files = bundles.web()
    files["actions.yaml"] = files["actions.yaml"].replace(
        "evidence: {max_age: 30s}", "evidence: {max_age: 2h}"
    )
    web = Web(files)
    web.freeze()
    web.probe(up=False)
    web.advance("50s")
    again = restarted(web, down, files=files)
    held = again.actions("web.restart")
    again.thaw()
    again.advance("3s")

    assert (held, again.actions("web.restart")) == (["held"], ["done"])


@pytest.mark.parametrize("down", DOWN)
def test_a_wait_that_ran_out_meanwhile_listens_a_little_first(down: str) -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    assert web.incidents[0].state == "watching"
    again = restarted(web, down)
    again.probe(up=True)
    again.advance("2s")

    assert again.incidents[0].outcome == "resolved"


def test_a_wait_that_ran_out_meanwhile_does_run_out() -> None:
    """Negative control of the above: nothing is heard in that little while either."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    again = restarted(web, "1h")
    again.advance(LISTEN_MS - 1)
    before = again.incidents[0].outcome
    again.advance(1)

    assert (before, again.incidents[0].outcome) == (None, "handed_over")


@pytest.mark.parametrize("down", DOWN)
def test_a_retry_that_was_due_is_made(down: str) -> None:
    web = Web()
    web.script("web.restart", Answer("timeout"))
    web.probe(up=False)
    web.advance("200ms")
    again = restarted(web, down)
    again.probe(up=False)
    again.advance("5s")

    assert [a.attempt for a in again.scripts.attempts] == [2]
    assert again.actions("web.restart") == ["done"]


def test_evidence_ages_while_the_service_is_down() -> None:
    """Nobody has seen it since: too old to act on."""
    web = Web()
    web.freeze()
    web.probe(up=False)
    web.advance("1s")
    again = restarted(web, "1h")
    again.thaw()

    assert again.actions("web.restart") == ["refused"]


@pytest.mark.parametrize("down", DOWN)
def test_other_rules_that_come_with_the_restart_change_none_of_this(down: str) -> None:
    web = Web()
    web.observe("http.look", BAD)
    web.probe(up=False)
    web.advance("1s")
    files = bundles.web()
    files["rules.yaml"] = files["rules.yaml"].replace("nothing answers for", "NOTHING answers for")
    again = restarted(web, down, files=files)
    again.observe("http.look", GOOD)
    again.advance("3s")

    assert again.actions("web.restart") == ["done"]


# --- without a restart ------------------------------------------------------------------------


def paused(web: Web, ms: int) -> None:
    """Let the process be stopped for so long, or the clock be set forward by as much."""
    web.now += ms
    web.record({"kind": "timer"})


@pytest.mark.parametrize("ms", [20_000, 3_600_000])
def test_a_process_that_was_stopped_looks_again_before_it_calls_anything_unverified(
    ms: int,
) -> None:
    """Negative control: ``test_success_that_is_not_seen_is_unverified``, in test_steps.py."""
    web = Web()
    web.observe("http.look", BAD)
    web.probe(up=False)
    web.advance("1s")
    web.observe("http.look", GOOD)
    paused(web, ms)
    web.advance("3s")

    assert web.actions("web.restart") == ["done"]


def test_a_process_that_was_stopped_does_not_give_up_who_was_at_work_meanwhile() -> None:
    web = Web()
    web.script("web.restart", Answer(outputs={"pid": 1, "state": "RUNNING"}, takes_ms=600_500))
    web.probe(up=False)
    web.advance("1s")
    paused(web, 600_000)
    web.advance("5s")

    assert web.actions("web.restart") == ["done"]
    assert [a.attempt for a in web.scripts.attempts] == [1]


def test_a_timer_that_is_a_little_late_is_not_put_off() -> None:
    """Two busy cores are no stopped process."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    web.now += 35_000 - 5_000
    web.record({"kind": "timer"})

    assert web.incidents[0].outcome == "handed_over"
