"""A store written by an earlier version is brought up to date and is what it was.

``<format>.db.gz`` are stores of that format, written by the last version that had it: something
healed, handed over, aborted, still open, with reasons too long for a title and for an entry.
They are never written again.
"""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import replay
from interlock.engine.fold import snapshot
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.schema import CURRENT, FORMATS
from interlock.engine.journal.store import Store
from interlock.engine.library import Library
from interlock.engine.partition import Partition
from interlock.engine.rows import IncidentRow
from interlock.errors import JournalError
from tests.unit.engine.journal.samples import SIGNER

HERE = Path(__file__).parent
OLDER = FORMATS[:-1]


def unpacked(name: str, folder: Path) -> Path:
    """Return a copy of an old store."""
    path = folder / "interlock.db"
    path.write_bytes(gzip.decompress((HERE / f"{name}.db.gz").read_bytes()))
    return path


def brought_up_to_date(name: str, folder: Path) -> Path:
    path = unpacked(name, folder)
    Store.open(path, signer=SIGNER, reserve_bytes=0).close()
    return path


def is_long(row: Mapping[str, Any]) -> bool:
    return len(row["key"]) > 9


def rows(path: Path) -> list[Mapping[str, Any]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM incident ORDER BY opened_seq")]


def test_there_is_a_store_of_every_older_format() -> None:
    assert [f"{name}.db.gz" for name in OLDER] == sorted(p.name for p in HERE.glob("*.db.gz"))


@pytest.mark.parametrize("name", OLDER)
def test_a_reader_says_what_to_do_with_an_older_store(name: str, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=f"has format {name}.*{CURRENT}.*interlock serve"):
        Reader(unpacked(name, tmp_path))


@pytest.mark.parametrize("name", OLDER)
def test_an_older_store_is_sound_once_it_is_up_to_date(name: str, tmp_path: Path) -> None:
    """Every decision in it is folded again, to the same bytes; so is every row."""
    report = replay.verify(brought_up_to_date(name, tmp_path), public_key=SIGNER.verifier.text)

    assert report.faults == ()
    assert report.entries == report.sealed > 0


@pytest.mark.parametrize("name", OLDER)
def test_an_owner_goes_on_where_the_older_version_stopped(name: str, tmp_path: Path) -> None:
    with Store.open(unpacked(name, tmp_path), signer=SIGNER, reserve_bytes=0) as store:
        last = store.reader.snapshot()
        assert last is not None
        assert not snapshot.is_current(last[1])
        partition = Partition(store, Library(store.reader.blob))
        partition.recover()

        assert partition.state.seq == last[0]
        assert [i.key for i in partition.state.incidents.values() if i.is_open] == ["shop"]


def test_the_rows_say_which_rule_began_it_and_why(tmp_path: Path) -> None:
    found = rows(brought_up_to_date("r0001", tmp_path))

    assert set(found[0]) == set(IncidentRow._fields)
    assert [(row["key"], row["rule"], row["why"]) for row in found if not is_long(row)] == [
        ("shop", "web/site-down", "nothing answers for shop"),
        ("cart", "web/roll-back", "v2 of cart is suspect; v1 was live before"),
        ("mail", "web/fail-over", "60 % of answers of mail are errors and nothing was released"),
        ("shop", "web/site-down", "nothing answers for shop"),
    ]


def test_what_is_too_long_for_a_title_is_not_carried(tmp_path: Path) -> None:
    found = [row for row in rows(brought_up_to_date("r0001", tmp_path)) if is_long(row)]

    whys = {len(row["key"]): row["why"] for row in found}
    assert whys == {300: "nothing answers for " + 300 * "é", 2_000: "", 59_000: ""}
    assert {row["rule"] for row in found} == {"web/site-down"}


@pytest.mark.parametrize("column", ["rule", "why"])
def test_a_changed_reason_is_found(column: str, tmp_path: Path) -> None:
    """The negative control."""
    path = brought_up_to_date("r0001", tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE incident SET {column} = 'x' WHERE key = 'mail'")

    (fault,) = replay.verify(path).faults
    assert fault.where.endswith(f" {column}")
