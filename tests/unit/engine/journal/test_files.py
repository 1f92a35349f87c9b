"""Small files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal import files
from interlock.errors import JournalError


def test_a_file_is_replaced_and_no_draft_stays(tmp_path: Path) -> None:
    files.replace(tmp_path / "a", "old")
    files.replace(tmp_path / "a", "new")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "new")]


def test_a_new_file_has_the_mode_asked_for(tmp_path: Path) -> None:
    files.write_new(tmp_path / "a", "text", mode=0o600)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    files.write_new(tmp_path / "a", "old", mode=0o600)

    with pytest.raises(JournalError, match="File exists"):
        files.write_new(tmp_path / "a", "new", mode=0o600)
    assert (tmp_path / "a").read_text() == "old"


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"nowhere.*No such file"):
        files.replace(tmp_path / "nowhere" / "a", "text")
