"""Why an action of a branch did not run, asked of the branch and of its parent."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal.reader import Reader
from interlock.engine.notrun import not_run
from interlock.errors import NotFound
from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.site import Site
from tests.unit.engine.kept import keep
from tests.unit.engine.reasons import lines


def ask(site: Site, incident: str, action: str, folder: Path) -> list[str]:
    with Reader(keep(site.store, folder / "kept.db")) as reader:
        return lines(not_run(reader, incident, action))


def only_web_starts() -> dict[str, str]:
    """Return the bundle with a branch ``db`` that opens the gate instead of starting a part."""
    files = bundles.fork()
    old = 'run: part.start\n              with: {part: "${db}"}'
    assert old in files["fork.yaml"]
    return {**files, "fork.yaml": files["fork.yaml"].replace(old, "run: gate.open")}


def test_of_a_branch_its_own_machine_tells(tmp_path: Path) -> None:
    site = Site()
    site.down()

    told = ask(site, site.branch("web"), "part.start", tmp_path)

    assert "part.start was never wanted: starting runs it and was not entered" in told[0]
    assert "leads there on answer:approve to starting" in told[-1]


def test_of_a_parent_the_fork_that_was_not_come_to_tells(tmp_path: Path) -> None:
    site = Site()
    site.script("gate.close", Answer("error", "X", "stuck"))
    site.down()

    told = ask(site, site.parent, "part.start", tmp_path)

    assert "fixing.db.starting or fixing.web.starting runs it and was not entered" in told[0]
    assert told[-1].strip() == "check: not taken: on done to fixing"


def test_of_a_parent_that_forked_the_branch_tells(tmp_path: Path) -> None:
    site = Site(only_web_starts())
    site.down()

    told = ask(site, site.parent, "part.start", tmp_path)

    assert "fixing.web.starting runs it" in told[0]
    assert "  incident: bring-back/fixing/web for site: part.start was never wanted" in told
    assert "in asking now; leads there on answer:approve to starting" in told[-1]


def test_what_a_branch_wanted_its_parent_has_wanted(tmp_path: Path) -> None:
    site = Site()
    site.down()

    told = ask(site, site.parent, "part.start", tmp_path)

    assert "part.start was wanted" in told[0]
    assert any("action: part.start on db-1: done" in line for line in told)


def test_what_no_branch_runs_is_not_found(tmp_path: Path) -> None:
    site = Site()
    site.down()

    with pytest.raises(NotFound, match="never runs an action"):
        ask(site, site.parent, "part.halt", tmp_path)
