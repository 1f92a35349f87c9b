"""What holds the steps of branches back: freezes, targets, evidence and invariants."""

from __future__ import annotations

import pytest

from interlock.testing import Answer, InvariantViolated
from tests.unit.engine.fold.site import Site, with_text


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
