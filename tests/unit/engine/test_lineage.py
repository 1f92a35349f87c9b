"""What the incidents of branches are called, and how they are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.history import IncidentQuery
from interlock.engine.lineage import branch_id, branch_of, branches_of, descent, root_of
from tests.unit.engine.fold.site import Site
from tests.unit.engine.kept import history

PARENTS = st.from_regex(r"inc-[0-9a-f]{1,16}", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True)
MOVES = st.integers(1, 10**9)


@given(PARENTS, MOVES, NAMES)
def test_an_id_says_where_it_comes_from(parent: str, move: int, name: str) -> None:
    ident = branch_id(parent, move, name)

    assert descent(ident) == (parent, move, name)
    assert (root_of(ident), branch_of(ident)) == (parent, name)
    assert descent(parent) is None
    assert root_of(parent) == parent


@given(PARENTS, PARENTS, MOVES, NAMES)
def test_only_its_own_branches_lie_between_its_bounds(
    parent: str, other: str, move: int, name: str
) -> None:
    """One id may be the beginning of another."""
    before, after = branches_of(parent)

    assert before < branch_id(parent, move, name) < after
    assert not before < parent < after
    assert (before < branch_id(other, move, name) < after) == (other == parent)


@pytest.mark.parametrize("text", ["", ".", "a.", "a.b", "a.b.c", "a.1.", "inc-1.²", "inc-1..db"])
def test_what_is_no_id_of_a_branch_comes_from_nowhere(text: str) -> None:
    """People may write anything where an id is wanted."""
    assert descent(text) is None
    assert branch_of(text) == ""


def test_the_branches_of_an_incident_are_found_in_a_store(tmp_path: Path) -> None:
    site = Site()
    site.down("one", "db-1", "web-1")
    site.down("two", "db-2", "web-1")
    first, second = (row.id for row in site.incidents if not branch_of(row.id))
    with history(site.store, tmp_path) as past:
        found = [row["id"] for row in past.incidents(IncidentQuery(parent=first), 10)]
        none = past.incidents(IncidentQuery(parent=found[0]), 10)
        page = past.incidents(IncidentQuery(parent=second, machine="bring-back/fixing/db"), 10)

    assert sorted(found) == [f"{first}.2.db", f"{first}.2.web"]
    assert none == []
    assert [row["id"] for row in page] == [f"{second}.2.db"]
