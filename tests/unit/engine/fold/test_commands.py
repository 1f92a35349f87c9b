"""What people order: notes, acknowledgements, aborts, of what is open, closed or gone."""

from __future__ import annotations

from interlock.testing import Answer
from tests.unit.engine.fold.conftest import Web


def open_incident(web: Web) -> str:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    return web.only


def test_a_note_is_kept_and_counted(web: Web) -> None:
    incident = open_incident(web)
    web.command("annotate", incident, "looking")
    web.command("annotate", incident, "still looking")

    assert [(row.incident, row.text) for row in web.store.annotations] == [
        (incident, "looking"),
        (incident, "still looking"),
    ]
    assert web.incidents[0].note_count == 2


def test_a_note_on_what_is_long_gone_is_kept(web: Web) -> None:
    incident = open_incident(web)
    web.command("abort", incident)
    web.probe(up=True)
    web.advance("5m")
    assert web.state.incidents == {}
    web.command("annotate", incident, "it was the cable")

    assert [row.text for row in web.store.annotations] == ["it was the cable"]


def test_an_acknowledgement_says_who(web: Web) -> None:
    web.command("acknowledge", open_incident(web))

    assert web.incidents[0].acknowledged_by == "test"
    assert web.incidents[0].outcome is None


def test_an_acknowledgement_of_what_is_gone_changes_nothing(web: Web) -> None:
    web.command("acknowledge", "inc-0")

    assert web.incidents == []
    assert '"command":"acknowledge"' in web.export()


def test_an_abort_closes_and_a_second_one_is_not_heard(web: Web) -> None:
    incident = open_incident(web)
    web.command("abort", incident, "mine")
    web.command("abort", incident, "mine, too")

    assert web.incidents[0].outcome == "aborted"
    assert web.path(incident) == ["restarting", "aborted"]
    assert web.store.transitions[-1].actor == "test"
    assert '"unheard":[{"event":"operator.abort"' in web.export()


def test_an_abort_of_what_never_was_is_not_heard(web: Web) -> None:
    web.command("abort", "inc-0")

    assert '"unheard":[{"event":"operator.abort","incident":"inc-0","reason":"closed"}]' in (
        web.export()
    )
