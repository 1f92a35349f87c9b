"""Why a branch is there, what ended it, and what its parent made of it."""

from __future__ import annotations

from pathlib import Path

from interlock.engine.explain import Explainer
from tests.unit.engine.fold.site import Site
from tests.unit.engine.kept import history
from tests.unit.engine.reasons import lines


def explained(site: Site, subject: str, folder: Path) -> list[str]:
    """Return the reasons as text, one node a line."""
    with history(site.store, folder) as found:
        return lines(Explainer(found).explain(subject))


def test_a_branch_rests_on_the_transition_that_forked_it(tmp_path: Path) -> None:
    site = Site()
    site.down()
    told = explained(site, site.branch("db"), tmp_path)

    assert told[0] == "incident: bring-back/fixing/db for site: open in looking"
    assert told[1] == "  transition: start → starting on start"
    assert told[2] == "    transition: closing → fixing on done"
    assert any("site/bring-back: site is down" in line for line in told)


def test_a_parent_names_its_branches_where_it_forks(tmp_path: Path) -> None:
    site = Site()
    site.down()
    told = explained(site, site.parent, tmp_path)

    assert told[-2:] == [
        "    incident: bring-back/fixing/db for site: open in looking",
        "    incident: bring-back/fixing/web for site: open in asking",
    ]


def test_a_join_rests_on_what_ended_each_branch(tmp_path: Path) -> None:
    site = Site()
    site.down()
    site.approve("reject")
    site.advance("30s")
    told = explained(site, site.parent, tmp_path)
    start = told.index("  transition: fixing → undoing on failed: db aborted, web failed")

    assert told[start + 1 :][:7] == [
        "    incident: bring-back/fixing/db for site: aborted",
        f"      transition: looking → aborted on operator.abort: aborted by {site.parent}",
        f"        transition: {site.parent} ends its branches: branch web ended failed",
        "    incident: bring-back/fixing/web for site: failed",
        "      transition: asking → lost on answer:reject: reject by test: ",
        "        command: test as on-call answered reject",
        "  transition: undoing → handed_over on done",
    ]


def test_an_order_to_the_parent_is_the_reason_of_its_branches(tmp_path: Path) -> None:
    site = Site()
    site.down()
    site.command("abort", site.parent, "enough")
    told = explained(site, site.branch("web"), tmp_path)

    assert told[-1].strip() == "command: test ordered it: enough"
