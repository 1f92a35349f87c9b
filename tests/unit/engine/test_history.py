"""Questions about the past: which rows, in which order, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock import digest
from interlock.engine.history import History, IncidentQuery, TransitionQuery
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.forms import Draft
from interlock.engine.journal.store import Store
from interlock.errors import JournalError
from interlock.testing import Answer
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import history


@pytest.fixture(scope="module")
def web() -> Web:
    """One service restarted and resolved, one handed over with a note, one aborted."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("2s")
    web.script("web.restart", Answer("error"))
    web.probe("api", up=False)
    web.advance("1s")
    web.command("annotate", web.incidents[1].id, "looking at it")
    web.script("web.switch", Answer("hangs"))
    web.errors(0.75)
    web.advance("1s")
    web.command("abort", web.incidents[2].id)
    return web


@pytest.fixture(scope="module")
def past(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with history(web.store, tmp_path_factory.mktemp("past")) as found:
        yield found


def keys(past: History, limit: int = 10, **wanted: object) -> list[str]:
    """Return what the found incidents are about."""
    query = IncidentQuery(**wanted)  # type: ignore[arg-type]
    return [f"{row['key']}/{row['machine']}" for row in past.incidents(query, limit)]


SHOP, API, FAIL_OVER = "shop/restart-service", "api/restart-service", "shop/fail-over"


def test_incidents_come_newest_first(past: History) -> None:
    assert keys(past) == [FAIL_OVER, API, SHOP]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"state": "resolved"}, [SHOP]),
        ({"machine": "fail-over"}, [FAIL_OVER]),
        ({"severity": "critical"}, [API, SHOP]),
        ({"is_open": True}, []),
        ({"is_open": False}, [FAIL_OVER, API, SHOP]),
        ({"machine": "restart-service", "state": "handed_over"}, [API]),
        ({"since": 0}, [FAIL_OVER, API, SHOP]),
        ({"since": 2**52}, []),
    ],
)
def test_only_what_passes_every_condition_is_found(
    past: History, wanted: dict[str, object], found: list[str]
) -> None:
    assert keys(past, **wanted) == found


def test_a_page_goes_on_where_the_one_before_ended(past: History) -> None:
    (first,) = past.incidents(IncidentQuery(), 1)

    assert keys(past, before=(first["opened_seq"], first["id"])) == [API, SHOP]


def test_one_thing_is_found_by_its_id_and_nothing_by_another(past: History, web: Web) -> None:
    incident = web.incidents[0].id
    (intent,) = [r.intent for r in web.store.actions.values() if r.incident == incident]

    assert (past.incident(incident) or {})["key"] == "shop"
    assert (past.action(intent) or {})["action"] == "web.restart"
    assert (past.transition(incident, 1) or {})["dest"] == "restarting"
    assert past.incident("x") is past.action("x") is past.transition(incident, 99) is None


def test_lists_of_one_incident_are_in_order(past: History, web: Web) -> None:
    incident, other = web.incidents[0].id, web.incidents[1].id

    assert [r["dest"] for r in past.transitions_of(incident)] == web.path(incident)
    assert [r["action"] for r in past.actions_of(other)] == ["web.restart", "page.on_call"]
    assert [r["text"] for r in past.notes_of(other)] == ["looking at it"]
    assert past.notes_of(incident) == []


def moves(past: History, limit: int = 100, **wanted: object) -> list[str]:
    query = TransitionQuery(**wanted)  # type: ignore[arg-type]
    return [f"{row['source']}>{row['dest']}" for row in past.transitions(query, limit)]


def test_transitions_come_oldest_first_and_by_condition(past: History, web: Web) -> None:
    first = web.incidents[0].id
    everything = moves(past)
    at = [row.at for row in web.store.transitions]

    assert everything[:3] == [">restarting", "restarting>watching", "watching>resolved"]
    assert moves(past, incident=first) == everything[:3]
    assert moves(past, machine="fail-over") == [">switching", "switching>aborted"]
    assert moves(past, state="watching") == everything[1:3]
    assert moves(past, actor="test") == ["switching>aborted"]
    assert moves(past, since=at[1]) == everything[1:]
    assert moves(past, until=at[1]) == everything[:1]
    assert moves(past, 2) == everything[:2]
    assert moves(past, after=(web.store.transitions[1].seq, first, 2)) == everything[2:]


def test_entries_are_the_stored_bytes(past: History, web: Web) -> None:
    rows = web.store.entries

    assert list(past.entries(1, 3)) == [(row.seq, row.body) for row in rows[1:4]]
    assert (past.entry(0) or {})["kind"] == "bundle"
    assert past.entry(len(rows)) is None


def test_decisions_are_found_by_what_they_are_about(past: History, web: Web) -> None:
    about = [d["of"] for d in past.decisions(0, None)]
    some = about[3:7]

    assert about == sorted(about)
    assert [d["of"] for d in past.decisions(some[0], some[-1])] == some
    assert list(past.decisions(len(web.store.entries), None)) == []


def test_more_decisions_than_are_read_at_a_time_are_all_found(tmp_path: Path) -> None:
    web = Web()
    for _ in range(70):
        web.freeze()
    with history(web.store, tmp_path) as past:
        assert len(list(past.decisions(0, None))) == 72


def test_decisions_of_entries_before_are_passed_over_wherever_they_stand(tmp_path: Path) -> None:
    """Entries of one commit come before the decisions about any of them."""
    drafts = [Draft("timer", digest.canonical({"at": 1, "kind": "timer"}))] * 3
    drafts += [
        Draft("decision", digest.canonical({"at": 1, "kind": "decision", "of": n, "bundle": None}))
        for n in range(3)
    ]
    with Store.open(tmp_path / "one.db", reserve_bytes=0) as store:
        store.append(drafts, now_ms=1)
    past = History(reading_engine(tmp_path / "one.db"))
    found = [d["of"] for d in past.decisions(1, 1)]
    past.close()

    assert found == [1]


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    past = History(reading_engine(tmp_path / "none.db"))
    with pytest.raises(JournalError, match="cannot read the history"):
        past.entry(0)
    past.close()
