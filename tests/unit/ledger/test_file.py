"""Law: what a ledger answered before a restart it answers after it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from interlock.errors import ExecutionRefused, JournalCorrupt
from interlock.ledger import AttemptResult, Claim, Ledger
from interlock.ledger.file import LedgerFile, Line

OK = AttemptResult("ok", outputs={"names": ("a", "b"), "count": 1})


CLAIM = Claim("key-1", 1, "restart web")


async def done() -> AttemptResult:
    return OK


async def never() -> AttemptResult:
    raise AssertionError("the work was done again")


def test_a_result_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    asyncio.run(Ledger(path).once(CLAIM, done))

    answer = asyncio.run(Ledger(path).once(CLAIM, never))

    assert answer == OK


def test_an_attempt_that_never_ended_is_unknown_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    started = Line("key-1", 1, CLAIM.request, None)
    LedgerFile(path, 10).append(started)

    answer = asyncio.run(Ledger(path).once(CLAIM, never))

    assert answer.outcome == "timeout"
    assert answer.code == "interrupted"


def test_the_start_is_on_disk_before_the_work_begins(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    found: list[bytes] = []

    async def look() -> AttemptResult:
        found.append(path.read_bytes())
        return OK

    asyncio.run(Ledger(path).once(CLAIM, look))

    assert b'"key":"key-1"' in found[0]


def test_nothing_is_done_when_the_start_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    ledger = Ledger(folder / "ledger")
    (folder / "ledger").unlink()
    folder.rmdir()

    with pytest.raises(ExecutionRefused, match="ledger cannot be written"):
        asyncio.run(ledger.once(CLAIM, never))


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    asyncio.run(Ledger(path).once(CLAIM, done))
    path.write_bytes(path.read_bytes() + b'{"key":"key-2","att')

    answer = asyncio.run(Ledger(path).once(CLAIM, never))

    assert answer == OK


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"key":1}', b"\xff", b'"text"'])
def test_any_other_damage_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(damage + b"\n")

    with pytest.raises(JournalCorrupt, match="line 1"):
        Ledger(path)


def test_the_file_does_not_grow_without_bound(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    file = LedgerFile(path, bound=2)

    for number in range(100):
        file.append(Line(f"key-{number}", 1, "digest", OK))

    assert len(path.read_bytes().splitlines()) <= 2 + 4 * 2
    assert ["key-98", "key-99"] == [line.key for line in LedgerFile(path, bound=2).lines()]


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger"

    LedgerFile(path, bound=2)

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_refusal_is_not_remembered_after_a_restart_either(tmp_path: Path) -> None:
    path = tmp_path / "ledger"

    async def refuse() -> AttemptResult:
        raise ExecutionRefused("frozen")

    with pytest.raises(ExecutionRefused):
        asyncio.run(Ledger(path).once(CLAIM, refuse))

    assert asyncio.run(Ledger(path).once(CLAIM, done)) == OK
