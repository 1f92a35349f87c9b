"""Fork and join: branches are incidents of their own, and the parent moves when all have ended."""

from __future__ import annotations

import pytest

from interlock.engine.fold import incidents
from interlock.testing import Answer
from tests.unit.engine.fold.site import Site, moves_of, with_text

# --- fork -----------------------------------------------------------------------------------


def test_each_branch_is_an_incident_whose_id_says_whose(site: Site) -> None:
    parent, db, web = site.incidents

    assert [parent.state, db.state, web.state] == ["fixing", "looking", "asking"]
    assert [db.id, web.id] == [f"{parent.id}.2.db", f"{parent.id}.2.web"]
    assert [db.machine, web.machine] == ["bring-back/fixing/db", "bring-back/fixing/web"]
    assert {row.key for row in site.incidents} == {"site"}
    assert {row.rule for row in site.incidents} == {"site/bring-back"}
    assert [note["move"] for note in site.notes("opened")[1:]] == [2, 2]


def test_steps_of_branches_have_keys_and_ids_of_their_own(site: Site) -> None:
    site.approve()
    site.advance("3s")
    intents = [row for row in site.store.actions.values() if row.action == "part.start"]

    assert len({row.intent for row in intents}) == len(intents) == 2
    assert len({row.idempotency_key for row in intents}) == 2


def test_branches_see_what_the_parent_knew_and_what_it_did(site: Site) -> None:
    state = site.state

    assert state.incidents[site.branch("web")].context == {
        "site": "site",
        "db": "db-1",
        "web": "web-1",
    }
    assert state.incidents[site.branch("web")].finished == ("gate.close",)
    assert state.incidents[site.parent].finished == ("gate.close", "part.start")


def test_coming_to_the_state_again_forks_into_other_incidents() -> None:
    """Two forks of one incident, in entries of their own."""
    again = "joined: [{if: steps.size() < 4, to: fixing}, {else: deciding}]"
    site = Site(with_text('joined: {to: deciding, why: "${event.detail}"}', again))
    site.down()
    for _ in range(2):
        site.approve()
        site.advance("3s")
        site.well()
        site.advance("3s")

    assert [row.id.partition(".")[2] for row in site.incidents[1:]] == [
        "2.db",
        "2.web",
        "3.db",
        "3.web",
    ]
    assert site.incidents[0].outcome == "resolved"


# --- join -----------------------------------------------------------------------------------


def test_the_parent_is_joined_when_the_last_branch_is_done(site: Site) -> None:
    site.approve()
    site.advance("3s")
    waiting = site.path(site.parent)
    site.well()

    assert waiting == ["closing", "fixing"]
    assert moves_of(site, site.parent)[2:] == [("joined", "deciding"), ("choose", "resolved")]
    assert site.outcomes() == {"": "resolved", "db": "done", "web": "done"}


def test_what_branches_set_is_the_parents_once_joined(site: Site) -> None:
    """The choice behind the join reads a field of each branch; neither saw the other's."""
    site.approve()
    site.advance("3s")
    db, web = (site.state.incidents[site.branch(name)].context for name in ("db", "web"))
    site.well()

    assert "started" not in db
    assert "latency" not in web
    values = [note for note in site.notes("context") if note["incident"] == site.parent]
    assert values == [{"incident": site.parent, "values": {"latency": 7, "started": True}}]


def test_a_branch_that_fails_ends_the_others_and_the_fork(site: Site) -> None:
    site.approve("reject")
    site.advance("30s")

    assert site.outcomes() == {"": "handed_over", "db": "aborted", "web": "failed"}
    assert moves_of(site, site.parent)[2] == ("failed", "undoing")
    (move,) = [m for m in site.notes("moves") if m["trigger"] == "failed"]
    assert move["why"] == "db aborted, web failed"
    assert [one["outcome"] for one in move["cause"]["branches"]] == ["aborted", "failed"]


@pytest.mark.parametrize("end", ["aborted", "failed"])
def test_a_branch_that_ends_otherwise_than_done_has_failed(site: Site, end: str) -> None:
    """A person aborts one branch, or it fails: unknown and unfinished are never success."""
    if end == "aborted":
        site.command("abort", site.branch("web"), "not now")
    else:
        site.approve("reject")
    site.advance("30s")

    assert site.outcomes()["web"] == end
    assert moves_of(site, site.parent)[2] == ("failed", "undoing")


def test_a_parent_that_is_given_up_takes_its_branches_with_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "MAX_EVENTS", 0)
    site.command("abort", site.parent)

    assert site.outcomes() == {"": "stuck", "db": "stuck", "web": "stuck"}


# --- one branch fails while another acts ------------------------------------------------------


def test_the_parent_waits_for_a_step_in_flight_and_takes_it_back() -> None:
    """Branch db is aborted while its part is being started, which still comes to something."""
    site = Site()
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=8_000))
    site.down()
    site.approve("reject")
    site.advance("5s")
    in_flight = (site.outcomes(), site.path(site.parent))
    site.advance("30s")

    assert in_flight == ({"": None, "db": "aborted", "web": "failed"}, ["closing", "fixing"])
    assert site.done() == ["gate.close", "part.start db-1", "part.halt db-1", "gate.open"]
    assert site.outcomes()[""] == "handed_over"


def test_a_step_in_flight_of_which_nothing_is_known_is_taken_back() -> None:
    """It hangs, its effect was not seen: unknown, so the undo treats it as if it were there."""
    site = Site()
    site.script("part.start", Answer("hangs"))
    site.down()
    site.approve("reject")
    site.observe("http.look", {"status": 500})
    site.advance("2m")
    (start,) = [r for r in site.store.actions.values() if r.action == "part.start"]

    assert start.outcome in ("timed_out", "unverified")
    assert site.path(site.parent)[:3] == ["closing", "fixing", "undoing"]


def test_an_undo_takes_back_the_steps_of_all_branches_newest_first(site: Site) -> None:
    site.approve()
    site.advance("3s")
    site.command("abort", site.branch("db"))
    site.advance("30s")

    assert site.done() == [
        "gate.close",
        "part.start db-1",
        "part.start web-1",
        "part.halt web-1",
        "part.halt db-1",
        "gate.open",
    ]


def test_a_branch_that_undoes_takes_back_its_own_steps_alone_and_once() -> None:
    files = with_text("after: {5m: lost}", "after: {5m: back}")
    text = files["fork.yaml"].replace(
        "            well: {final: done}\n            lost: {final: failed}\n        web:",
        "            back: {undo: completed, on: {done: lost, failed: lost}}\n"
        "            well: {final: done}\n            lost: {final: failed}\n        web:",
    )
    site = Site({**files, "fork.yaml": text})
    site.down()
    site.approve()
    site.advance("10m")

    assert site.done() == [
        "gate.close",
        "part.start db-1",
        "part.start web-1",
        "part.halt db-1",
        "part.halt web-1",
        "gate.open",
    ]
