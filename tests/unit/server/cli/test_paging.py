"""``interlock docs``: pages on disk, and only its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.server.cli.conftest import Ran

Program = Callable[..., Ran]
WEB = str(Path(__file__).parents[3] / "bundles" / "web")


def test_pages_are_written_once_and_checked_after(interlock: Program, tmp_path: Path) -> None:
    out = str(tmp_path / "book")

    first = interlock("docs", WEB, "--out", out)
    again = interlock("docs", WEB, "--out", out)

    assert first.out.count("wrote ") == 6
    assert (again.code, again.out) == (0, "6 pages\n")
    assert interlock("docs", WEB, "--out", out, "--check").code == 0


def test_a_check_names_what_would_change_and_changes_nothing(
    interlock: Program, tmp_path: Path
) -> None:
    ran = interlock("docs", WEB, "--out", str(tmp_path), "--check", "-o", "json")

    assert ran.code == 1
    assert len(json.loads(ran.out)["changed"]) == 6
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_what_is_gone_goes_and_a_page_of_somebody_else_stays(
    interlock: Program, tmp_path: Path
) -> None:
    interlock("docs", WEB, "--out", str(tmp_path))
    (tmp_path / "index.md").rename(tmp_path / "machine-gone.md")
    (tmp_path / "mine.md").write_text("mine")

    ran = interlock("docs", WEB, "--out", str(tmp_path))

    assert f"removed {tmp_path / 'machine-gone.md'}\n" in ran.out
    assert not (tmp_path / "machine-gone.md").exists()
    assert (tmp_path / "mine.md").read_text() == "mine"


def test_a_page_of_somebody_else_is_not_overwritten(interlock: Program, tmp_path: Path) -> None:
    (tmp_path / "rules.md").write_text("mine")

    ran = interlock("docs", WEB, "--out", str(tmp_path))

    assert ran.code == 2
    assert "rules.md is no page of interlock docs" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["rules.md"]


def test_pages_do_not_go_to_standard_output(
    interlock: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = interlock("docs", WEB, "--out", "-")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("--out: expected a folder, found '-': there are several pages\n")
    assert list(tmp_path.iterdir()) == []
