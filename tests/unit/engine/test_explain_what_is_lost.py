"""What is too deep, too much or gone is left out of an explanation, and the rest is told."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from interlock.engine.explain import Explainer
from interlock.engine.explain import reading as module
from interlock.engine.fold.incidents import MAX_EVENTS
from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.testing import Harness
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.test_incidents import PING_PONG, RESTLESS
from tests.unit.engine.kept import keep
from tests.unit.engine.reasons import Why, action, lines, nodes


def test_what_no_entry_can_tell_is_left_out_and_the_rest_told(why: Why) -> None:
    """A firing so large that its values were left out of the decision still has its rule."""
    web = Web()
    long = "x" * 32_000
    web.signal("deploy.finished", service=long, revision=long, previous="v1", by="ana")
    web.errors(0.75, long)

    tree = lines(why(web, web.incidents[0].id))
    assert any(line.startswith("    firing: web/") for line in tree)


def test_reasons_deeper_than_the_bound_are_named_but_not_opened(
    why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    whole = why(web, web.only)
    monkeypatch.setattr(module, "MAX_DEPTH", 2)
    cut = why(web, web.only)

    assert len(nodes(cut)) < len(nodes(whole))
    assert max(line.count("  ") for line in lines(cut)) <= 4


def test_an_explanation_is_bounded_however_often_a_machine_has_moved(why: Why) -> None:
    """Opened without bound, each of a thousand moves would tell all those before it again."""
    service = Harness({"all.yaml": f"{PING_PONG}---{RESTLESS}"})
    service.signal("power.on", site="here")
    service.signal("svc.down", service="shop")
    tree = why(service, service.incidents[0].id)

    assert len(tree.children) == MAX_EVENTS + 1
    assert len(nodes(tree)) < module.MAX_NODES + MAX_EVENTS + 50
    assert lines(tree)[-1].startswith("  transition: turning → turning on refused")


def without(path: Path, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        assert database.execute(sql).rowcount > 0


def losing(topic: str) -> str:
    """Return how every decision loses a topic."""
    lost = f"""replace(CAST(body AS TEXT), '"{topic}"', '"lost"')"""
    return f"UPDATE entry SET body = CAST({lost} AS BLOB) WHERE kind = 'decision'"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM transition", "  transition: transition 1 of inc-"),
        (losing("firings"), "    firing: firing"),
        (losing("moves"), "  transition: start → rolling_back on start"),
        (losing("facts_asserted"), "      fact: release.suspect"),
        (losing("intents"), "  result: done: verified by"),
        ("DELETE FROM entry WHERE kind = 'signal'", "          signal: signal"),
    ],
)
def test_what_somebody_took_away_is_missed_and_the_rest_told(
    tmp_path: Path, sql: str, told: str
) -> None:
    """`audit verify` finds it; a question about it must not break."""
    web = Web()
    web.deploy()
    web.errors(0.75)
    web.advance("3s")
    path = keep(web.store, tmp_path / "interlock.db")
    without(path, sql)
    past = History(reading_engine(path))
    tree = lines(Explainer(past).explain(action(web, "web.switch")))
    past.close()

    assert any(line.startswith(told) for line in tree), tree


def test_an_action_that_is_gone_is_missed(tmp_path: Path) -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    path = keep(web.store, tmp_path / "interlock.db")
    without(path, "DELETE FROM action")
    past = History(reading_engine(path))
    tree = lines(Explainer(past).explain(web.only))
    past.close()

    assert tree[-1] == "  transition: restarting → watching on done"
