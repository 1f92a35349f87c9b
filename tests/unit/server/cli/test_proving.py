"""What a verification prints, and the code it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.report import Fault, Report
from interlock.server.cli.exits import Exit
from interlock.server.cli.options import Form
from interlock.server.cli.proving import SHOWN, print_report
from tests.unit.server.cli.conftest import Ran

SOUND = Report(
    entries=9,
    root=b"\x01" * 32,
    sealed=9,
    witnessed=0,
    signatures_checked=True,
    dedup_checked=True,
    faults=(),
    fault_count=0,
)
FAULT = Fault("entry", 3, "canonical bytes", "b'\x1b[2J'")


def test_a_sound_history_is_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.OK == print_report(SOUND, Form.TEXT)
    assert (
        "history verified (9 entries; 9 covered by signed checkpoints)\n" == capsys.readouterr().out
    )


def test_what_a_checkpoint_kept_elsewhere_covers_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_report(replace(SOUND, witnessed=4), Form.TEXT)

    assert ", 4 by the checkpoint file)" in capsys.readouterr().out


def test_a_fault_is_named_and_is_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    report = replace(SOUND, faults=(FAULT,), fault_count=1)

    assert Exit.FOUND == print_report(report, Form.TEXT)
    assert capsys.readouterr().out.splitlines() == [
        "entry 3: expected canonical bytes, found b'\\x1b[2J'",
        "history refuted (1 fault in 9 entries; 9 covered by signed checkpoints)",
    ]


def test_people_are_shown_few_faults_and_programs_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = replace(SOUND, faults=(FAULT,) * 50, fault_count=2_000)

    print_report(report, Form.TEXT)
    shown = capsys.readouterr().out.splitlines()
    print_report(report, Form.JSON)
    listed = json.loads(capsys.readouterr().out)

    assert SHOWN + 2 == len(shown)
    assert "… and 1990 more, which may follow from these; -o json names a thousand" == shown[-2]
    assert (False, 2_000, 50) == (listed["sound"], listed["fault_count"], len(listed["faults"]))


def test_a_store_without_a_key_beside_it_cannot_be_verified(
    interlock: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "interlock.db").touch()

    code, _, err = interlock("audit", "verify", "--store", f"sqlite:///{tmp_path}/interlock.db")

    assert 2 == code
    assert f"cannot read {tmp_path}/interlock.pub: No such file or directory" in err


def test_a_file_that_is_no_key_is_named(interlock: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "interlock.pub").write_text("not a key\n")
    (tmp_path / "interlock.db").touch()

    code, _, err = interlock("audit", "verify", "--store", str(tmp_path))

    assert 2 == code
    assert err.startswith("error [request_rejected]: --key: ")


def test_a_file_that_is_no_journal_is_refuted(
    interlock: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "interlock.pub").write_text(Signer.generate("x").verifier.text + "\n")
    (tmp_path / "interlock.db").write_text("not a database" * 100)

    code, out, _ = interlock("audit", "verify", "--store", f"{tmp_path}/interlock.db")

    assert 1 == code
    assert "file: expected a journal that can be opened" in out
