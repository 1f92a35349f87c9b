"""An auditor takes away the public key and the checkpoint, and never the private key."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal.export import export_evidence, read_text, read_verifier
from interlock.engine.journal.keys import Signer
from interlock.engine.journal.note import open_checkpoint
from interlock.errors import JournalCorrupt, JournalError, NotFound
from tests.unit.engine.journal.samples import NOON, ORIGIN, SIGNER, drafts, new_store


def test_the_evidence_is_key_and_checkpoint(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 3), now_ms=NOON)
        evidence = export_evidence(store.reader, SIGNER.verifier, tmp_path)

    assert (evidence.key.name, evidence.checkpoint.name) == ("interlock.pub", "checkpoint.txt")
    verifier = read_verifier(evidence.key)
    assert open_checkpoint(read_text(evidence.checkpoint), verifier).size == 3
    assert "PRIVATE" not in evidence.key.read_text() + evidence.checkpoint.read_text()


def test_a_store_without_a_checkpoint_has_no_evidence(tmp_path: Path) -> None:
    with new_store(tmp_path) as store, pytest.raises(NotFound, match="no checkpoint yet"):
        export_evidence(store.reader, SIGNER.verifier, tmp_path)


def test_evidence_of_another_key_is_not_written(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.append(drafts(0, 1), now_ms=NOON)

        with pytest.raises(JournalCorrupt, match="not signed by"):
            export_evidence(store.reader, Signer.generate(ORIGIN).verifier, tmp_path)
    assert not (tmp_path / "interlock.pub").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"missing.*No such file"):
        read_text(tmp_path / "missing")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe")

    with pytest.raises(JournalError, match="not text"):
        read_text(tmp_path / "x")
