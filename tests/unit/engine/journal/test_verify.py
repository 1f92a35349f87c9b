"""A sound store verifies; each kind of change is named, with what was expected and found."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from interlock.digest import canonical, decode
from interlock.engine.journal.forms import Draft
from interlock.engine.journal.report import Fault
from interlock.engine.journal.store import Store
from interlock.engine.journal.tables import Incident
from interlock.engine.journal.verify import Verification, verify
from interlock.errors import JournalCorrupt, NotFound
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    body,
    draft,
    drafts,
    message_key,
    new_store,
)
from tests.unit.engine.journal.tampering import check, faults, filled, root_of


def run(path: Path, *statements: tuple[str, Sequence[object]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for sql, values in statements:
            database.execute(sql, values)


def test_a_sound_store_verifies(tmp_path: Path) -> None:
    path = filled(tmp_path)

    report = check(path)

    assert report.is_sound
    assert (report.entries, report.sealed, report.root) == (250, 250, root_of(path, 250))
    assert (report.signatures_checked, report.dedup_checked) == (True, True)


def test_an_empty_store_verifies(tmp_path: Path) -> None:
    new_store(tmp_path).close()

    assert check(tmp_path / "interlock.db").is_sound


def test_a_store_verifies_while_it_is_written(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 5), now_ms=NOON)
        with Verification(store.path, verifier=SIGNER.verifier) as verification:
            rows = verification.rows()
            next(rows)
            store.append(drafts(5, 9), now_ms=NOON)
            list(rows)
            report = verification.report()

    assert (report.is_sound, report.entries) == (True, 5)


def test_verifying_changes_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path)
    before = path.read_bytes()

    check(path)

    assert path.read_bytes() == before
    assert path.with_name("interlock.db-wal").read_bytes() == b""


def test_the_caller_gets_every_row_and_adds_faults_of_its_own(tmp_path: Path) -> None:
    path = filled(tmp_path)

    with Verification(path) as verification:
        rows = [row for chunk in verification.rows() for row in chunk]
        with verification.session() as session:
            incidents = session.exec(select(Incident.id)).all()
        verification.add(Fault("decision", 7, "restart", "nothing"))
        report = verification.report()

    assert [row.seq for row in rows] == list(range(250))
    assert all(canonical(row.value) == row.body for row in rows)
    assert incidents == ["inc-1"]
    assert [fault.line() for fault in report.faults] == [
        "decision 7: expected restart, found nothing"
    ]


# --- what an insider may do -----------------------------------------------------------------------


A_BODY = body(777)
SWAP = [
    ("UPDATE entry SET position = 1000 WHERE position = 1", ()),
    ("UPDATE entry SET position = 1 WHERE position = 2", ()),
    ("UPDATE entry SET position = 2 WHERE position = 1000", ()),
]


CHANGES: list[tuple[str, str, Sequence[tuple[str, Sequence[object]]]]] = [
    ("a body", "checkpoint", [("UPDATE entry SET body = ? WHERE position = 7", (A_BODY,))]),
    (
        "a spaced body",
        "entry",
        [("UPDATE entry SET body = ? WHERE position = 7", (body(7) + b" ",))],
    ),
    ("a kind", "entry", [("UPDATE entry SET kind = 'timer' WHERE position = 7", ())]),
    ("a body without kind", "entry", [("UPDATE entry SET body = ? WHERE position = 7", (b"{}",))]),
    ("a deleted entry", "entry", [("DELETE FROM entry WHERE position = 7", ())]),
    ("a deleted first entry", "entry", [("DELETE FROM entry WHERE position = 0", ())]),
    ("deleted last entries", "checkpoint", [("DELETE FROM entry WHERE position > 240", ())]),
    ("swapped entries", "checkpoint", SWAP),
    (
        "an added entry",
        "cursor",
        [("INSERT INTO entry VALUES (250, 'timer', ?)", (body(250, "timer"),))],
    ),
    (
        "an entry of another partition",
        "entry",
        [("INSERT INTO entry VALUES (1 << 48, 'timer', ?)", (body(250, "timer"),))],
    ),
    ("an unsigned checkpoint", "checkpoint", [("UPDATE checkpoint SET note = 'x'", ())]),
    ("a moved checkpoint", "checkpoint", [("UPDATE checkpoint SET size = 249", ())]),
    ("a renamed log", "checkpoint", [("UPDATE meta SET value = 'other'", ())]),
    ("an unnamed log", "checkpoint", [("DELETE FROM meta", ())]),
    ("a tree", "cursor", [("UPDATE cursor SET tree = zeroblob(8)", ())]),
    ("no cursor", "cursor", [("DELETE FROM cursor", ())]),
    ("a second cursor", "cursor", [("INSERT INTO cursor VALUES (1, x'00', 0, 1)", ())]),
    ("a cursor ahead", "cursor", [("UPDATE cursor SET decided_through = 250", ())]),
    ("no epoch", "cursor", [("UPDATE cursor SET epoch = 0", ())]),
    ("a forgotten message", "dedup", [("DELETE FROM dedup_recent WHERE first_seq = 0", ())]),
    ("a broken block", "file", [("UPDATE dedup_recent SET records = x'00'", ())]),
    (
        "a false message",
        "dedup",
        [("INSERT INTO dedup VALUES (zeroblob(16), 5, zeroblob(8))", ())],
    ),
    (
        "a message of another entry",
        "dedup",
        [("INSERT INTO dedup VALUES (?, 5, zeroblob(8))", (draft(9).dedup[0],))],
    ),
    ("a blob", "blob", [("UPDATE blob SET content = x'00'", ())]),
    ("a snapshot", "snapshot", [("UPDATE snapshot SET state = x'00'", ())]),
    ("a snapshot of the future", "snapshot", [("UPDATE snapshot SET seq = 250", ())]),
    (
        "a trigger",
        "file",
        [("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM dedup; END", ())],
    ),
    ("a view", "file", [("CREATE VIEW v AS SELECT * FROM entry", ())]),
]


@pytest.mark.parametrize(
    ("where", "statements"),
    [pytest.param(where, statements, id=name) for name, where, statements in CHANGES],
)
def test_a_change_is_found(
    tmp_path: Path, where: str, statements: Sequence[tuple[str, Sequence[object]]]
) -> None:
    path = filled(tmp_path)

    run(path, *statements)

    assert where in faults(path)


def test_a_changed_body_is_found_even_when_everything_unsigned_was_made_to_fit(
    tmp_path: Path,
) -> None:
    path = filled(tmp_path)
    value = {"at": NOON, "kind": "signal", "signal": {"id": "forged", "source": "test"}}
    run(path, ("UPDATE entry SET body = ? WHERE position = 7", (canonical(value),)))
    refit(path)

    [fault] = check(path).faults

    assert (fault.where, fault.seq) == ("checkpoint", 250)


def refit(path: Path) -> None:
    """Make tree and dedup index of a closed store fit its entries, as an insider would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        rows = database.execute("SELECT kind, body FROM entry ORDER BY position").fetchall()
        (path.parent / "fresh").mkdir()
        with new_store(path.parent / "fresh") as store:
            for start in range(0, len(rows), 50):
                store.append([_again(*row) for row in rows[start : start + 50]], now_ms=NOON)
        database.execute("ATTACH ? AS fresh", (str(store.path),))
        for table in ("dedup", "dedup_recent"):
            database.execute(f"DELETE FROM {table}")
            database.execute(f"INSERT INTO {table} SELECT * FROM fresh.{table}")
        database.execute("UPDATE cursor SET tree = (SELECT tree FROM fresh.cursor)")


def _again(kind: str, stored: bytes) -> Draft:
    return Draft(kind, stored, message_key(decode(stored)))


def test_a_body_that_is_not_one_of_its_kind_is_a_fault(tmp_path: Path) -> None:
    path = filled(tmp_path)
    value = canonical({"at": NOON, "kind": "signal", "signal": {"id": "m-7"}})
    run(path, ("UPDATE entry SET body = ? WHERE position = 7", (value,)))

    assert "entry 7: expected a body of its kind, found KeyError 'source'" in [
        fault.line() for fault in check(path).faults
    ]


def test_a_page_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    path = filled(tmp_path)
    content = bytearray(path.read_bytes())
    content[8_192 * 2 : 8_192 * 2 + 4_096] = bytes(4_096)
    path.write_bytes(content)

    assert "file" in faults(path)


def test_only_the_first_thousand_faults_are_kept(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1_500), now_ms=NOON)
    run(store.path, ("UPDATE entry SET kind = 'timer'", ()))

    report = check(store.path)

    assert (len(report.faults), report.fault_count > 1_500) == (1_000, True)


def test_what_is_not_there_or_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("hello" * 1_000)

    with pytest.raises(NotFound):
        verify(tmp_path / "missing.db")
    with pytest.raises(JournalCorrupt):
        verify(tmp_path / "x.db")


def test_a_dedup_index_that_was_sorted_in_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.engine.journal.seen._MOST_WAITING", 100)
    with new_store(tmp_path) as store:
        for start in range(0, 2_000, 20):
            store.append(drafts(start, start + 20), now_ms=NOON)
    assert check(store.path).is_sound

    run(store.path, ("UPDATE dedup SET seq = seq + 1 WHERE seq = 100", ()))

    assert set(faults(store.path)) == {"dedup"}


def test_a_store_opened_by_a_writer_again_still_verifies(tmp_path: Path) -> None:
    path = filled(tmp_path)

    reopened: Store = new_store(tmp_path)
    reopened.close()

    assert check(path).is_sound
