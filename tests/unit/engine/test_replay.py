"""Everything derived follows from the entries again, or the difference is named where it is.

Negative control: untouched, the same store is sound.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from interlock.digest import digest_bytes
from interlock.engine.fold import snapshot
from interlock.engine.journal.keys import Signer
from interlock.engine.journal.report import Fault, Report
from interlock.engine.replay import verify
from interlock.engine.rows import ActionRow, AnnotationRow, IncidentRow, TransitionRow
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep

TABLES = {
    "incident": IncidentRow,
    "action": ActionRow,
    "transition": TransitionRow,
    "annotation": AnnotationRow,
}
KEYS = {
    "incident": {"id"},
    "action": {"intent"},
    "transition": {"incident", "n"},
    "annotation": {"incident", "seq"},
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which something was healed and remarked on."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    web.command("annotate", web.only, "looking")
    web.command("acknowledge", web.only)
    web.probe(up=True)
    web.advance("2s")
    return keep(web.store, tmp_path_factory.mktemp("kept") / "interlock.db")


@pytest.fixture
def store(kept: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copy(kept, tmp_path / "interlock.db"))


def change(store: Path, sql: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        assert database.execute(sql, values).rowcount > 0


def one_row(store: Path, table: str) -> str:
    """Return the condition that only one row of a table meets."""
    keys = sorted(KEYS[table])
    with contextlib.closing(sqlite3.connect(store)) as database:
        row = database.execute(f'SELECT {", ".join(keys)} FROM "{table}" LIMIT 1').fetchone()
    return " AND ".join(f"{key} = {value!r}" for key, value in zip(keys, row, strict=True))


def only(report: Report) -> Fault:
    (fault,) = report.faults
    return fault


def test_what_was_not_touched_is_sound(store: Path) -> None:
    seen: list[int] = []
    report = verify(store, progress=seen.append)

    assert report.is_sound
    assert report.dedup_checked
    assert not report.signatures_checked
    assert seen[-1] == report.entries


COLUMNS = [
    (table, column)
    for table, row in TABLES.items()
    for column in row._fields
    if column not in KEYS[table]
]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}-{c}" for t, c in COLUMNS])
def test_a_derived_value_that_says_something_else_is_named(
    store: Path, table: str, column: str
) -> None:
    with contextlib.closing(sqlite3.connect(store)) as database:
        (kind,) = database.execute(f'SELECT typeof("{column}") FROM "{table}" LIMIT 1').fetchone()
    value = "7" if kind == "integer" or column.endswith(("_at", "_seq")) else "'forged'"
    change(store, f'UPDATE "{table}" SET "{column}" = {value} WHERE {one_row(store, table)}')

    fault = only(verify(store))
    assert fault.where.startswith(f"{table} ")
    assert fault.where.endswith(f" {column}")
    assert fault.found in {"7", "'forged'"}


@pytest.mark.parametrize("table", TABLES)
def test_a_derived_row_that_is_gone_is_named(store: Path, table: str) -> None:
    change(store, f'DELETE FROM "{table}" WHERE {one_row(store, table)}')

    fault = only(verify(store))
    assert fault.where.startswith(f"{table} ")
    assert (fault.expected, fault.found) == ("a row", "none")


@pytest.mark.parametrize("table", TABLES)
def test_a_derived_row_nobody_derived_is_named(store: Path, table: str) -> None:
    columns = ", ".join(f'"{c}"' for c in TABLES[table]._fields)
    changed = ", ".join(
        {"incident": "'inc-0'", "intent": "'act-0'", "id": "'inc-0'"}.get(c, f'"{c}"')
        for c in TABLES[table]._fields
    )
    change(store, f'INSERT INTO "{table}" ({columns}) SELECT {changed} FROM "{table}" LIMIT 1')

    fault = only(verify(store))
    assert fault.where.startswith(f"{table} ")
    assert (fault.expected, fault.found) == ("no such row", "one")


def test_a_decision_that_says_something_else_is_shown_where_it_differs(store: Path) -> None:
    lie = "replace(CAST(body AS TEXT), 'nothing answers', 'all is well')"
    change(store, f"UPDATE entry SET body = CAST({lie} AS BLOB) WHERE kind = 'decision'")

    faults = [f for f in verify(store).faults if f.where.startswith("decision about entry")]
    assert len(faults) == 1
    assert "nothing answers" in faults[0].expected
    assert "all is well" in faults[0].found


def put_snapshot(store: Path, state: bytes) -> None:
    """Say that the state after the first signal was this."""
    sql = "INSERT INTO snapshot (seq, state, digest) VALUES (4, ?, ?)"
    change(store, sql, state, digest_bytes(state))


def test_a_snapshot_that_is_not_the_state_is_named(store: Path) -> None:
    put_snapshot(store, snapshot.take(Web().state))

    assert only(verify(store)).where == "snapshot"


def test_a_snapshot_of_another_format_is_not_looked_at(store: Path) -> None:
    put_snapshot(store, b'{"format":0}')

    assert verify(store).is_sound


@pytest.mark.parametrize(
    "body",
    [
        b'{"at":1,"kind":"signal"}',
        b'{"at":1,"kind":"signal","signal":7}',
        b'{"at":1,"kind":"result"}',
    ],
)
def test_an_entry_that_cannot_be_folded_ends_the_folding_and_is_named(
    store: Path, body: bytes
) -> None:
    kind = "signal" if b"signal" in body else "result"
    change(store, "UPDATE entry SET body = ?, kind = ? WHERE position = 4", body, kind)

    report = verify(store)
    assert not report.is_sound
    assert any(f.expected == "an entry that can be folded" for f in report.faults)


def test_a_key_is_asked_of_signatures_only_where_one_is_given(store: Path, tmp_path: Path) -> None:
    signer = Signer.create(tmp_path / "key", "test")
    report = verify(store, public_key=signer.verifier.text)

    assert report.signatures_checked
