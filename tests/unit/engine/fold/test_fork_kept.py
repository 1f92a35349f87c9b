"""What is kept of a fork: for how long, and in which format."""

from __future__ import annotations

from interlock.engine.fold import snapshot
from interlock.testing import Answer
from tests.unit.engine.fold.site import Site


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
