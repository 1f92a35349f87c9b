"""R1, by T1a: kill -9 at any moment loses no acknowledged entry and leaves no half of an append.

The program is killed at every fdatasync, fsync, pwrite64, ftruncate and unlink it makes (a sample
of the pwrite64 in ``make test``).  The negative control acknowledges before it appends; the same
harness must catch that.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failure.crash_server import OUTPUT, STORE
from tests.failure.journal_program import acknowledged, violations
from tests.failure.strace import needs_strace, run_traced
from tests.scale import count
from tests.unit.engine.journal.samples import empty_database

pytestmark = [needs_strace, pytest.mark.e2e, pytest.mark.timeout(600)]

APPENDS = 14
LIMIT = 900
"""More calls of a kind than the program ever makes."""


def kill_at_every(
    syscall: str, folder: Path, *, step: int = 1, mode: str = "FULL", template: str = ""
) -> dict[str, list[str]]:
    """Return the broken promises after each kill; the last run comes to its end."""
    inject = f"inject={syscall}:signal=KILL:when={LIMIT}"
    options = ["-o", "/dev/null", "-e", f"trace={syscall}", "-e", inject]
    arguments = [syscall, LIMIT, step, folder, APPENDS, mode, template]
    ended = run_traced(options, "tests.failure.crash_server", *arguments)
    assert ended.returncode == 0, ended.stderr

    places = sorted(path for path in folder.iterdir() if path.is_dir())
    assert [path.name for path in places if (path / "ended").exists()] == [places[-1].name]
    assert (places[-1] / "ended").read_text() == "0", (places[-1] / OUTPUT).read_text()
    return {
        path.name: violations(path / STORE, acknowledged((path / OUTPUT).read_text()))
        for path in places
    }


@pytest.fixture
def template(tmp_path: Path) -> str:
    """A store whose tables are there, so that the runs are about appending."""
    path = tmp_path / "template.db"
    path.write_bytes(empty_database())
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "runs"
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("syscall", "step", "least"),
    [
        ("fdatasync", 1, 20),
        ("fsync", 1, 1),
        ("ftruncate", 1, 5),
        ("unlink", 1, 3),
        ("pwrite64", count(sample=37, full=1), count(sample=8, full=300)),
    ],
)
def test_a_kill_while_appending_breaks_no_promise(
    syscall: str, step: int, least: int, folder: Path, template: str
) -> None:
    runs = kill_at_every(syscall, folder, step=step, template=template)

    assert {k: broken for k, broken in runs.items() if broken} == {}
    assert len(runs) >= least


@pytest.mark.parametrize(
    ("syscall", "step"),
    [
        ("fdatasync", count(sample=9, full=1)),
        ("ftruncate", count(sample=5, full=1)),
        ("pwrite64", count(sample=151, full=5)),
    ],
)
def test_a_kill_while_the_store_is_made_breaks_no_promise(
    syscall: str, step: int, folder: Path
) -> None:
    runs = kill_at_every(syscall, folder, step=step)

    assert {k: broken for k, broken in runs.items() if broken} == {}
    assert len(runs) > 2


def test_the_harness_catches_a_store_that_acknowledges_too_early(
    folder: Path, template: str
) -> None:
    """Negative control: killed in the middle of writing an append that was promised already."""
    runs = kill_at_every("pwrite64", folder, step=37, mode="EARLY", template=template)

    assert sum("lost" in broken for broken in runs.values()) > len(runs) / 2
