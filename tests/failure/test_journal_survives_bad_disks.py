"""R7, R11: a disk that is full or fails stops the writing, not the reading; it damages nothing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.engine.journal.forms import Draft
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.store import Store
from interlock.engine.journal.verify import verify
from interlock.errors import JournalError
from tests.failure.journal_program import (
    REFUSED,
    acknowledged,
    append,
    consistent,
    violations,
)
from tests.failure.strace import needs_strace, run_traced
from tests.scale import count
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    body,
    draft,
    empty_database,
    message_key,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

MIB = 1 << 20


# --- full -----------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    if os.geteuid() != 0:
        pytest.skip("NOT PROVED HERE: only root may mount the small disk that is to be filled")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"NOT PROVED HERE: the small disk cannot be mounted: {mounted.stderr}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def open_small(disk: Path) -> Store:
    return Store.open(disk / "interlock.db", signer=SIGNER, reserve_bytes=MIB)


def large(n: int) -> Draft:
    return Draft("signal", body(n), draft(n).dedup)


def fill(store: Store) -> int:
    """Append until the disk is full; return how many entries were acknowledged."""
    for acked in range(store.size, 200_000, 500):
        try:
            store.append([large(n) for n in range(acked, acked + 500)], now_ms=NOON + acked)
        except JournalError:
            return acked
    pytest.fail("the small disk never became full")


def test_on_a_full_disk_the_store_refuses_and_stays_readable(small_disk: Path) -> None:
    store = open_small(small_disk)

    acked = fill(store)

    with pytest.raises(JournalError, match="refuses"):
        store.append([large(acked)], now_ms=NOON)
    with Reader(store.path) as reader:
        assert len(reader.read(0, acked + 1_000)) == acked
        assert reader.checkpoint() is not None
    store.close()


def test_a_full_disk_gives_the_reserve_up_and_the_journal_verifies(small_disk: Path) -> None:
    store = open_small(small_disk)
    assert (small_disk / "interlock.db.reserve").stat().st_size == MIB

    acked = fill(store)

    assert not (small_disk / "interlock.db.reserve").exists()
    store.close()
    report = verify(store.path, verifier=SIGNER.verifier, dedup_of=message_key)
    assert (report.is_sound, report.entries) == (True, acked)


def test_a_store_is_not_opened_for_writing_until_there_is_space_again(small_disk: Path) -> None:
    others = small_disk / "others"
    others.write_bytes(bytes(3 * MIB))
    store = open_small(small_disk)
    acked = fill(store)
    store.close()
    with pytest.raises(JournalError, match="free some space"):
        open_small(small_disk)

    others.unlink()

    with open_small(small_disk) as again:
        assert again.size == acked
        assert list(again.append([large(acked)], now_ms=NOON)) == [acked]


# --- failing --------------------------------------------------------------------------------------


def run_failing(syscall: str, fault: str, folder: Path) -> tuple[str, int, list[str]]:
    """Run the program with a fault injected; return its output, status and synced files."""
    store, trace = folder / "interlock.db", folder / "trace"
    store.write_bytes(empty_database())
    options = ["-y", "-o", str(trace), "-e", "trace=fdatasync,fsync,pwrite64,ftruncate"]
    ended = run_traced(
        [*options, "-e", f"inject={syscall}:{fault}"],
        "tests.failure.journal_program",
        store,
        6,
        "FULL",
    )
    lines = trace.read_text().splitlines()
    return ended.stdout, ended.returncode, lines


FAULTS = [
    *[("fdatasync", f"error=EIO:when={k}") for k in range(3, 14, count(sample=5, full=1))],
    *[("pwrite64", f"error=EIO:when={k}") for k in range(20, 160, count(sample=70, full=7))],
    ("pwrite64", "error=ENOSPC:when=60+"),
    ("fdatasync", "error=EIO:when=4+"),
    ("ftruncate", "error=EIO:when=1+"),
]


@needs_strace
@pytest.mark.parametrize(("syscall", "fault"), FAULTS)
def test_a_failing_disk_loses_nothing_acknowledged_and_is_never_trusted_again(
    syscall: str, fault: str, tmp_path: Path
) -> None:
    output, status, _ = run_failing(syscall, fault, tmp_path)

    assert "ACCEPTED AGAIN" not in output
    assert status in {0, REFUSED}, output
    assert violations(tmp_path / "interlock.db", acknowledged(output)) == []
    assert consistent(tmp_path / "interlock.db")


@needs_strace
def test_a_failed_fsync_is_never_tried_again(tmp_path: Path) -> None:
    """After the first failure the process syncs nothing of the store until it has ended."""
    output, status, lines = run_failing("fdatasync", "error=EIO:when=8", tmp_path)

    failed = next(at for at, line in enumerate(lines) if "EIO" in line)
    synced = [line for line in lines[failed + 1 :] if re.search(r"sync\(.*interlock\.db", line)]
    assert status == REFUSED
    assert "REFUSED cannot append to the journal" in output
    assert synced == []


@needs_strace
def test_the_store_goes_on_where_a_failed_disk_stopped_it(tmp_path: Path) -> None:
    output, _, _ = run_failing("fdatasync", "error=EIO:when=8", tmp_path)
    path = tmp_path / "interlock.db"

    with Store.open(path, signer=SIGNER, reserve_bytes=0) as store:
        number = store.size // 3
        append(store, number)

    assert number >= acknowledged(output) > 0
    assert violations(path, number + 1) == []
