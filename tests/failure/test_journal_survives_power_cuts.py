"""R1, by T1b: a power cut at any moment loses no acknowledged entry and tears no append.

One run is recorded call by call; the disks that a cut may leave are rebuilt and recovered.  The
negative controls record the same run with ``synchronous`` NORMAL and OFF: most of those disks
must have lost acknowledged entries, and OFF must leave damaged ones.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.failure.journal_program import violations
from tests.failure.power_cut import RECORDING, Call, Write, cuts, read_recording
from tests.failure.strace import needs_strace, run_traced
from tests.scale import count

pytestmark = [needs_strace, pytest.mark.e2e, pytest.mark.timeout(600)]

APPENDS = 60


def record(folder: Path, mode: str) -> list[Call]:
    """Record a run that makes a store, appends and closes."""
    place, trace = folder / "recorded", folder / "trace"
    place.mkdir()
    ended = run_traced(
        ["-o", str(trace), *RECORDING],
        "tests.failure.journal_program",
        place / "interlock.db",
        APPENDS,
        mode,
    )
    assert ended.returncode == 0, ended.stderr
    calls = read_recording(trace, place)
    assert sum(call.what == "ack" for call in calls) == APPENDS
    return calls


def recover_all(calls: list[Call], wanted: int, folder: Path) -> Counter[str]:
    """Recover the disks; return how many broke which promise."""
    found: Counter[str] = Counter()
    for cut in cuts(calls, wanted):
        place = folder / "cut"
        place.mkdir()
        for name, content in cut.files.items():
            (place / name).write_bytes(content)
        broken = violations(place / "interlock.db", cut.acked)
        found.update({item.partition(":")[0] for item in broken} or {"kept"})
        if broken:
            print(cut.what, "acked", cut.acked, broken[:3])
        shutil.rmtree(place)
    return found


def test_a_power_cut_loses_no_acknowledged_entry(tmp_path: Path) -> None:
    wanted = count(sample=160, full=3_000)

    found = recover_all(record(tmp_path, "FULL"), wanted, tmp_path)

    assert set(found) == {"kept"}
    assert found["kept"] >= wanted * 0.9


def test_with_synchronous_normal_the_same_cuts_lose_most(tmp_path: Path) -> None:
    """Negative control."""
    wanted = count(sample=60, full=600)

    found = recover_all(record(tmp_path, "NORMAL"), wanted, tmp_path)

    assert found["lost"] > found.total() / 2
    assert found["damaged"] == 0


def test_with_synchronous_off_the_same_cuts_damage_the_store(tmp_path: Path) -> None:
    """Negative control."""
    wanted = count(sample=60, full=600)

    found = recover_all(record(tmp_path, "OFF"), wanted, tmp_path)

    assert found["lost"] > found.total() / 2
    assert found["damaged"] > 0


def sectors(*pairs: tuple[int, bytes]) -> list[Call]:
    return [Call("write", "f", Write(*pair)) for pair in pairs]


def test_the_model_keeps_what_was_synced_and_only_parts_of_the_rest() -> None:
    """The harness itself: two sectors written, one synced."""
    synced = [*sectors((0, b"a" * 512)), Call("sync", "f")]
    calls = [*synced, *sectors((512, b"b" * 512))]

    disks = {cut.files.get("f") for cut in cuts(calls, 200)}

    both = b"a" * 512 + b"b" * 512
    assert {None, both[:512], both} == disks - {b""}


def test_the_model_cuts_grows_and_removes_files() -> None:
    calls = [
        *sectors((0, b"abc"), (1, None), (4, b"z")),
        Call("sync", "f"),
        Call("unlink", "f"),
    ]

    disks = [cut.files.get("f") for cut in cuts(calls, 4 * len(calls))]

    assert b"a\0\0\0z" in disks
    assert disks[-1] is None
