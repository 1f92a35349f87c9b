"""A checkpoint kept outside is held against the store, whoever has the signing key."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.note import sign_checkpoint
from interlock.engine.journal.verify import verify
from tests.unit.engine.journal.samples import (
    NOON,
    ORIGIN,
    SIGNER,
    drafts,
    new_store,
)
from tests.unit.engine.journal.tampering import check, filled, root_of


def test_a_checkpoint_kept_outside_is_held_against_the_store(tmp_path: Path) -> None:
    path = filled(tmp_path)
    kept = sign_checkpoint(SIGNER, ORIGIN, 120, root_of(path, 120))

    report = check(path, external=kept)

    assert (report.is_sound, report.witnessed) == (True, 120)


@pytest.mark.parametrize("size", [0, 250])
def test_a_checkpoint_may_be_kept_of_the_first_or_the_last_entry(tmp_path: Path, size: int) -> None:
    path = filled(tmp_path)
    kept = sign_checkpoint(SIGNER, ORIGIN, size, root_of(path, size))

    assert check(path, external=kept).is_sound


def test_a_store_set_back_behind_the_kept_checkpoint_is_refuted(tmp_path: Path) -> None:
    path = filled(tmp_path)
    kept = sign_checkpoint(SIGNER, ORIGIN, 300, bytes(32))

    [fault] = check(path, external=kept).faults

    assert fault.line() == (
        "your checkpoint 300: expected 300 entries, found 250: the rest was cut off"
    )


def test_a_store_rewritten_with_the_key_is_refuted_by_the_kept_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    kept = sign_checkpoint(SIGNER, ORIGIN, 120, root_of(filled(tmp_path / "a"), 120))
    with new_store(tmp_path / "b") as store:
        store.append(drafts(1_000, 1_250), now_ms=NOON)

    [fault] = check(store.path, external=kept).faults

    assert (fault.where, fault.seq) == ("your checkpoint", 120)


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param("hello", id="no note"),
        pytest.param(sign_checkpoint(SIGNER, "other.example", 0, bytes(32)), id="another log"),
        pytest.param(
            sign_checkpoint(Signer.generate(ORIGIN), ORIGIN, 1, bytes(32)), id="another key"
        ),
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_a_fault(tmp_path: Path, kept: str) -> None:
    assert "your checkpoint" in {
        fault.where for fault in check(filled(tmp_path), external=kept).faults
    }


def test_without_a_key_signatures_are_believed_and_the_report_says_so(tmp_path: Path) -> None:
    report = verify(filled(tmp_path))

    assert (report.is_sound, report.signatures_checked, report.dedup_checked) == (
        True,
        False,
        False,
    )
