"""Exports: exact for programs, and no formula for spreadsheets."""

from __future__ import annotations

import pytest

from interlock.server.cli.exporting import formula_safe


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "=cmd|' /C calc'!A0"],
)
def test_a_cell_that_would_be_computed_is_shown_instead(cell: str) -> None:
    assert f"'{cell}" == formula_safe(cell)


@pytest.mark.parametrize("cell", ["", "shop", "a=b", "2026-03-02T09:00:00Z", "5", "'=1"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert cell == formula_safe(cell)
