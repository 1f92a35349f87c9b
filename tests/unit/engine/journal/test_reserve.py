"""Space is really kept back, and really given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal.reserve import Reserve
from interlock.errors import JournalError


def test_the_reserve_holds_its_space(tmp_path: Path) -> None:
    Reserve.take(tmp_path / "s.db", 1 << 20)

    found = (tmp_path / "s.db.reserve").stat()
    assert found.st_size == 1 << 20
    assert found.st_blocks * 512 >= 1 << 20


def test_a_reserve_given_up_is_gone(tmp_path: Path) -> None:
    reserve = Reserve.take(tmp_path / "s.db", 4096)
    reserve.release()
    reserve.release()

    assert list(tmp_path.iterdir()) == []


def test_a_reserve_left_by_a_crash_is_used_again(tmp_path: Path) -> None:
    Reserve.take(tmp_path / "s.db", 8192)
    Reserve.take(tmp_path / "s.db", 4096)

    assert (tmp_path / "s.db.reserve").stat().st_size == 4096


def test_a_reserve_that_does_not_fit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="free some space"):
        Reserve.take(tmp_path / "s.db", 1 << 60)
    assert list(tmp_path.iterdir()) == []
