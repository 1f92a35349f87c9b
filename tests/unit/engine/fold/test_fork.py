"""Fork and join: branches are incidents of their own, and the parent moves when all have ended."""

from __future__ import annotations

import pytest

from interlock.engine.fold import incidents, snapshot
from interlock.testing import Answer, InvariantViolated
from tests import bundles
from tests.unit.engine.fold.site import Site


@pytest.fixture
def site() -> Site:
    """A site that is down; its machine has forked, and branch ``web`` asks."""
    site = Site()
    site.down()
    return site


def with_text(old: str, new: str) -> dict[str, str]:
    files = bundles.fork()
    assert old in files["fork.yaml"]
    return {**files, "fork.yaml": files["fork.yaml"].replace(old, new)}


def moves_of(site: Site, incident: str) -> list[tuple[str, str]]:
    return [(r.trigger, r.dest) for r in site.store.transitions if r.incident == incident]


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


# --- what reaches the parent while its branches go on ------------------------------------------


def test_an_abort_of_the_parent_ends_the_branches_first(site: Site) -> None:
    site.command("abort", site.parent, "enough")
    order = [(m["incident"].rpartition(".")[2], m["dest"]) for m in site.notes("moves")[-3:]]
    site.advance("30s")

    assert order[:2] == [("db", "aborted"), ("web", "aborted")]
    assert order[2][1] == "undoing"
    assert {r.actor for r in site.store.transitions if r.dest in ("aborted", "undoing")} == {"test"}
    assert site.outcomes() == {"": "handed_over", "db": "aborted", "web": "aborted"}


def test_an_abort_waits_for_a_step_in_flight_and_nothing_begins_meanwhile() -> None:
    site = Site()
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=8_000))
    site.down()
    site.command("abort", site.parent, "enough")
    waiting = site.path(site.parent)
    site.advance("30s")

    assert waiting == ["closing", "fixing"]
    assert moves_of(site, site.parent)[2] == ("operator.abort", "undoing")
    assert site.done() == ["gate.close", "part.start db-1", "part.halt db-1", "gate.open"]


def test_a_timer_around_the_fork_leads_out_once_the_branches_have_ended() -> None:
    site = Site(with_text("after: {1h: undoing}", "after: {4m: undoing}"))
    site.down()
    site.advance("5m")

    assert moves_of(site, site.parent)[2] == ("after:fixing@4m", "undoing")
    assert moves_of(site, site.branch("db"))[-1] == ("operator.abort", "aborted")
    (why,) = {r.why for r in site.store.transitions if r.dest == "aborted"}
    assert why == f"aborted by {site.parent}"


def test_a_breach_leads_out_like_a_timer() -> None:
    sla = "sla: {resolve_within: 4m, on_breach: handed_over}\n    after: {1h: undoing}"
    site = Site(with_text("after: {1h: undoing}", sla))
    site.down()
    site.advance("5m")

    assert moves_of(site, site.parent)[2] == ("after:fixing@sla", "handed_over")
    assert [note["incident"] for note in site.notes("breaches")] == [site.parent]


def test_an_event_of_a_rule_leads_out(site: Site) -> None:
    site.signal("site.lost", site="site")

    assert moves_of(site, site.parent)[2] == ("site.given_up", "undoing")
    assert site.outcomes()["db"] == "aborted"


def test_the_first_event_that_leads_out_counts_and_an_abort_outdoes_it() -> None:
    site = Site()
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=8_000))
    site.down()
    site.signal("site.lost", site="site")
    site.command("abort", site.parent, "now")
    site.signal("site.lost", site="site")
    site.advance("30s")

    assert [note["event"] for note in site.notes("leaving")] == ["site.given_up", "operator.abort"]
    assert moves_of(site, site.parent)[2] == ("operator.abort", "undoing")


def test_evidence_that_goes_away_is_heard_by_branches_where_the_parent_does_not_care() -> None:
    site = Site(with_text("on: {met: {to: well", "on: {rule.withdrawn: lost, met: {to: well"))
    site.down()
    site.signal("site.down", status="resolved", site="site", db="db-1", web="web-1")

    assert moves_of(site, site.branch("db"))[-1] == ("rule.withdrawn", "lost")
    assert site.outcomes()["web"] == "aborted"


def test_evidence_that_goes_away_leads_the_parent_out_where_it_says_so() -> None:
    joined = "      joined: {to: deciding"
    site = Site(with_text(joined, f"      rule.withdrawn: undoing\n{joined}"))
    site.down()
    site.signal("site.down", status="resolved", site="site", db="db-1", web="web-1")

    assert moves_of(site, site.parent)[2] == ("rule.withdrawn", "undoing")


def test_who_takes_notice_of_the_parent_takes_notice_of_its_branches(site: Site) -> None:
    site.command("acknowledge", site.branch("db"))
    alone = [row.acknowledged_by for row in site.incidents]
    site.command("acknowledge", site.parent)

    assert alone == [None, "test", None]
    assert {row.acknowledged_by for row in site.incidents} == {"test"}


@pytest.mark.parametrize(
    "scope", ["global", "machine:bring-back", "machine:bring-back/fixing/web", "incident:site"]
)
def test_a_freeze_of_the_parent_holds_the_steps_of_its_branches(site: Site, scope: str) -> None:
    site.freeze(scope)
    site.approve()
    held = [row.status for row in site.store.actions.values()][-1]
    site.thaw(scope)
    site.advance("3s")

    assert held == "held"
    assert site.done()[-1] == "part.start web-1"


def test_a_freeze_of_one_branch_leaves_the_other_alone(site: Site) -> None:
    """The negative control of the one above."""
    site.freeze("machine:bring-back/fixing/db")
    site.approve()
    site.advance("3s")

    assert site.done()[-1] == "part.start web-1"


@pytest.mark.parametrize("name", ["joined", "failed"])
def test_no_rule_says_how_the_branches_ended(name: str) -> None:
    """A rule may send what it likes; only the last branch to end joins a fork."""
    site = Site(with_text("send: site.given_up,", f"send: {name},"))
    site.down()
    site.signal("site.lost", site="site")

    assert site.path(site.parent) == ["closing", "fixing"]
    assert site.notes("leaving") == []
    assert (site.parent, name) in [(n["incident"], n["event"]) for n in site.notes("unheard")]


# --- the gate -------------------------------------------------------------------------------


def test_branches_that_want_one_target_take_turns() -> None:
    site = Site()
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=3_000))
    site.signal("site.down", site="a", db="db-1", web="db-2")
    site.advance("2s")
    site.signal("site.down", site="b", db="db-2", web="db-1")
    site.advance("2s")
    for row in site.incidents:
        if row.state == "asking":
            site.answer(row.id, "approve", roles=["on-call"])
    refused = [row for row in site.store.actions.values() if row.outcome == "refused"]

    assert site.done().count("part.start db-1") == 1
    assert refused  # the same work is not begun twice, whoever asks


def test_a_branch_rests_on_the_evidence_of_its_parent() -> None:
    """An action that wants fresh evidence is judged by the parent's, which branches do not hold."""
    old = "idempotency_key: start/${part}"
    site = Site(with_text(old, f"{old}\n    evidence: {{max_age: 1m}}"))
    site.down()
    fresh = site.done()
    site.advance("2m")
    site.approve()

    assert fresh == ["gate.close", "part.start db-1"]
    (late,) = [r for r in site.store.actions.values() if r.incident == site.branch("web")]
    assert late.outcome == "refused"
    assert "60000 ms is allowed" in late.verdict


# --- what is kept ---------------------------------------------------------------------------


def test_a_family_is_forgotten_together(site: Site) -> None:
    site.approve("reject")
    site.advance("30s")
    kept = set(site.state.incidents)
    site.signal("site.down", status="resolved", site="site", db="db-1", web="web-1")

    assert kept == {row.id for row in site.incidents}  # a firing still holds the parent
    assert site.state.incidents == {}
    assert site.state.branches == {}
    assert site.state.done == {}


def test_a_state_with_branches_has_a_format_of_its_own(site: Site) -> None:
    plain = Site()

    assert b'"format":9' in snapshot.take(site.state)
    assert b'"format":7' in snapshot.take(plain.state)


def test_a_state_put_back_knows_its_branches_in_order(site: Site) -> None:
    again = snapshot.restore(snapshot.take(site.state), {site.bundle.digest: site.bundle})

    assert again.branches == site.state.branches
    assert again.by_key == site.state.by_key
    assert list(again.by_key) == ["bring-back/site"]


def test_what_leads_out_is_kept_until_it_does() -> None:
    site = Site()
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=8_000))
    site.down()
    site.signal("site.lost", site="site")
    again = snapshot.restore(snapshot.take(site.state), {site.bundle.digest: site.bundle})

    assert again.incidents[site.parent].leaving == site.state.incidents[site.parent].leaving
    assert snapshot.take(again) == snapshot.take(site.state)


# --- invariants -----------------------------------------------------------------------------


def test_invariants_of_the_parent_watch_its_branches() -> None:
    never = "{action: part.start, unless_visited: fixing.web.starting}"
    rule = f"{{name: nobody starts web unasked, never: {never}}}"
    old = "  - {name: the gate is closed first"
    site = Site(with_text(old, f"  - {rule}\n{old}"))

    with pytest.raises(InvariantViolated, match="nobody starts web unasked"):
        site.down()


def test_an_invariant_that_branches_keep_is_kept() -> None:
    """The negative control: the fork is visited before any part is started."""
    rule = "{name: only in the fork, never: {action: part.start, unless_visited: fixing}}"
    old = "  - {name: the gate is closed first"
    site = Site(with_text(old, f"  - {rule}\n{old}"))
    site.down()

    assert site.done() == ["gate.close", "part.start db-1"]
