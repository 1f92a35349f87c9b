"""What leads out of a fork, or only comes by, while its branches go on."""

from __future__ import annotations

import pytest

from interlock.testing import Answer
from tests.unit.engine.fold.site import Site, moves_of, with_text


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


@pytest.mark.parametrize("name", ["joined", "failed"])
def test_no_rule_says_how_the_branches_ended(name: str) -> None:
    """A rule may send what it likes; only the last branch to end joins a fork."""
    site = Site(with_text("send: site.given_up,", f"send: {name},"))
    site.down()
    site.signal("site.lost", site="site")

    assert site.path(site.parent) == ["closing", "fixing"]
    assert site.notes("leaving") == []
    assert (site.parent, name) in [(n["incident"], n["event"]) for n in site.notes("unheard")]
