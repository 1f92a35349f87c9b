"""A store has one writer; whoever comes second is told who the first is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interlock.engine.journal import lock
from interlock.engine.journal.lock import WriterLock
from interlock.errors import JournalError


def test_a_second_writer_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    WriterLock.take(tmp_path / "s.db")

    with pytest.raises(JournalError, match=f"written by process {os.getpid()}"):
        WriterLock.take(tmp_path / "s.db")


def test_a_released_lock_may_be_taken_again_and_leaves_no_file(tmp_path: Path) -> None:
    WriterLock.take(tmp_path / "s.db").release()
    WriterLock.take(tmp_path / "s.db").release()

    assert list(tmp_path.iterdir()) == []


def test_releasing_twice_frees_nobody_elses_lock(tmp_path: Path) -> None:
    lock = WriterLock.take(tmp_path / "s.db")
    lock.release()
    WriterLock.take(tmp_path / "s.db")

    lock.release()

    with pytest.raises(JournalError, match="one writer"):
        WriterLock.take(tmp_path / "s.db")


def test_two_stores_of_a_folder_have_two_writers(tmp_path: Path) -> None:
    WriterLock.take(tmp_path / "a.db")
    WriterLock.take(tmp_path / "b.db")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db.lock", "b.db.lock"]


def test_a_lock_file_left_by_a_crash_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "s.db.lock").write_text("1\n")

    WriterLock.take(tmp_path / "s.db").release()


def test_a_lock_whose_file_was_taken_away_meanwhile_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its holder released it between our opening the file and our locking it."""
    wait = lock.fcntl.flock

    def release_while_waiting(handle: int, operation: int) -> None:
        monkeypatch.setattr(lock.fcntl, "flock", wait)
        first.release()
        wait(handle, operation)

    first = WriterLock.take(tmp_path / "s.db")
    monkeypatch.setattr(lock.fcntl, "flock", release_while_waiting)
    WriterLock.take(tmp_path / "s.db")

    assert (tmp_path / "s.db.lock").read_text() == f"{os.getpid()}\n"
    with pytest.raises(JournalError, match="one writer"):
        WriterLock.take(tmp_path / "s.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"nowhere.*No such file"):
        WriterLock.take(tmp_path / "nowhere" / "s.db")
