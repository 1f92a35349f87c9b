"""What an incident's machine no longer waits for is not begun, repeated or sent again.

An operator who aborts an incident expects that nothing more is done for it.
"""

from __future__ import annotations

from typing import Any

from interlock.testing import Answer
from tests.unit.engine.fold.conftest import Web


def sent(web: Web) -> list[int]:
    """Return the numbers of the attempts to restart that were let out."""
    return [a.attempt for a in web.scripts.attempts if a.action == "web.restart"]


def answer(web: Web, kind: str, **more: Any) -> None:
    """Let something come back about the first attempt."""
    attempt = web.scripts.attempts[0]
    about = {"intent": attempt.intent, "attempt": attempt.attempt, "epoch": attempt.epoch}
    web.record({"kind": kind, **about, **more})


def aborted_in_flight(web: Web) -> None:
    """Bring the incident to where its action is out and nobody waits for it."""
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.command("abort", web.only)


def test_an_aborted_attempt_that_was_recalled_does_not_go_out_after_the_thaw(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.freeze()
    web.command("abort", web.only)
    answer(web, "recalled", reason="global is frozen")
    web.thaw()
    web.advance("1m")

    assert sent(web) == [1]
    assert web.actions("web.restart") == ["abandoned"]


def test_a_recalled_attempt_somebody_waits_for_goes_out_after_the_thaw(web: Web) -> None:
    """Negative control of the above."""
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.freeze()
    answer(web, "recalled", reason="global is frozen")
    held = web.actions("web.restart")
    web.thaw()

    assert held == ["held"]
    assert sent(web) == [1, 1]


def test_a_recalled_page_goes_out_though_its_incident_has_closed(web: Web) -> None:
    web.script("web.restart", Answer("error"))
    web.script("page.on_call", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    page = web.scripts.attempts[-1]
    about = {"intent": page.intent, "attempt": page.attempt, "epoch": page.epoch}
    web.record({"kind": "recalled", **about, "reason": "no free place"})

    assert [a.action for a in web.scripts.attempts[1:]] == ["page.on_call", "page.on_call"]


def test_an_abort_recalls_what_may_still_wait_to_be_sent(web: Web) -> None:
    aborted_in_flight(web)

    attempt = web.scripts.attempts[0]
    assert web.recalls == [(attempt.intent, attempt.attempt, attempt.epoch)]


def test_a_deadline_recalls_the_attempt_it_gives_up(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    for _ in range(10):
        web.probe(up=False)
        web.advance("15s")

    assert [number for _, number, _ in web.recalls] == sent(web) == [1, 2]


def test_a_lost_lease_of_an_aborted_incident_is_not_tried_again(web: Web) -> None:
    web.observe("http.look", "nothing answers")
    aborted_in_flight(web)
    answer(web, "lease_lost", reason="the worker has gone")
    web.advance("2m")

    assert sent(web) == [1]
    assert web.actions("web.restart") == ["unverified"]


def test_a_new_owner_does_not_send_what_was_aborted_before_it_was_ever_sent(web: Web) -> None:
    """The old owner ended with the release and the abort folded and neither on disk as decided."""
    aborted_in_flight(web)
    released = web.state.intents[web.scripts.attempts[0].intent].released_seq
    epoch = web.store.epoch + 1
    started = {"epoch": epoch, "version": "", "engines": "reference"}
    web.record({"kind": "started", "decided": released - 1, **started})

    assert sent(web) == [1]
    assert web.actions("web.restart") == ["abandoned"]


def test_a_new_owner_sends_what_was_released_and_never_sent(web: Web) -> None:
    """Negative control of the above: the same without the abort."""
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    released = web.state.intents[web.scripts.attempts[0].intent].released_seq
    epoch = web.store.epoch + 1
    started = {"epoch": epoch, "version": "", "engines": "reference"}
    web.record({"kind": "started", "decided": released - 1, **started})

    assert sent(web) == [1, 1]
    assert web.scripts.attempts[-1].epoch == epoch


def test_what_an_owner_that_ends_did_not_send_is_sent_by_the_next(web: Web) -> None:
    """It was never tried, so nobody need look whether it worked."""
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    answer(web, "recalled", reason="dispatch is shutting down", stopping=True)
    between = web.actions("web.restart")
    again = Web(store=web.store)
    again.advance("3s")

    assert between == ["recalled"]
    assert sent(web) == [1]
    assert [(a.attempt, a.epoch) for a in again.scripts.attempts] == [(1, 2)]
    assert again.actions("web.restart") == ["done"]
    assert '"unknown"' not in again.export()


def test_what_an_owner_that_ends_did_not_send_is_not_sent_once_aborted(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    answer(web, "recalled", reason="dispatch is shutting down", stopping=True)
    web.command("abort", web.only)
    again = Web(store=web.store)
    again.advance("3s")

    assert again.scripts.attempts == []
    assert again.actions("web.restart") == ["abandoned"]
