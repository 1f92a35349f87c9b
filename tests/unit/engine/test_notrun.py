"""Why an incident did not run an action."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.engine.explain import Reason
from interlock.engine.journal.reader import Reader
from interlock.engine.notrun import not_run
from interlock.errors import NotFound
from interlock.testing import Harness
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep
from tests.unit.engine.reasons import lines

Ask = Callable[[Harness, str], str]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return a function that asks about the newest incident and gives the lines of the answer."""

    def call(service: Harness, action: str) -> str:
        with Reader(keep(service.store, tmp_path / "kept.db")) as reader:
            found: Reason = not_run(reader, service.incidents[-1].id, action)
        return "\n".join(lines(found))

    return call


def test_an_action_that_is_held_is_told_with_the_verdict(ask: Ask) -> None:
    web = Web()
    web.freeze()
    web.probe(up=False)
    web.advance("2s")

    said = ask(web, "web.restart")

    assert "web.restart was wanted" in said
    assert "verdict: the gate says hold to attempt 1" in said
    assert "freeze hold: " in said


def test_an_action_that_was_never_wanted_is_told_with_the_ways_not_taken(ask: Ask) -> None:
    web = Web()
    web.freeze()
    web.probe(up=False)
    web.advance("2s")

    said = ask(web, "page.on_call")

    assert "page.on_call was never wanted: handed_over runs it and was not entered" in said
    assert "check: in restarting now; leads there on " in said


def test_an_action_of_another_machine_is_refused_with_those_there_are(ask: Ask) -> None:
    web = Web()
    web.probe(up=False)

    with pytest.raises(NotFound, match=r"machine restart-service never runs .* \(it runs .*web"):
        ask(web, "dns.move")


def test_an_incident_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with (
        Reader(keep(Web().store, tmp_path / "kept.db")) as reader,
        pytest.raises(NotFound, match="no incident is called 'inc-0'"),
    ):
        not_run(reader, "inc-0", "web.restart")
