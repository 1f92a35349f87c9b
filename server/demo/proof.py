"""After the last act: the history is proved as an auditor would, and kept if that is wanted."""

from __future__ import annotations

import shutil
from pathlib import Path

from interlock.engine.journal.export import (
    CHECKPOINT_FILE,
    KEY_FILE,
    export_evidence,
    read_text,
    read_verifier,
)
from interlock.engine.journal.reader import Reader
from interlock.engine.journal.report import Report
from interlock.engine.replay import verify
from interlock.server.inputs import InputRejected

STORE = "interlock.db"


def prove(data: Path) -> Report:
    """Verify the store of a folder with its public key and last checkpoint.  Blocking."""
    with Reader(data / STORE) as reader:
        export_evidence(reader, read_verifier(data / KEY_FILE), data)
    return verify(
        data / STORE,
        public_key=read_text(data / KEY_FILE).strip(),
        checkpoint=read_text(data / CHECKPOINT_FILE),
    )


def prepare(keep: Path) -> None:
    """See, before anything is played, that a folder can take the store.

    Raises:
        InputRejected: it cannot.
    """
    try:
        keep.mkdir(parents=True, exist_ok=True)
        for name in (STORE, KEY_FILE, CHECKPOINT_FILE, f"{STORE}-wal", f"{STORE}-shm"):
            (keep / name).unlink(missing_ok=True)  # of an earlier run
    except OSError as error:
        raise InputRejected(f"cannot keep anything in {keep}: {error.strerror}") from error


def keep_evidence(data: Path, keep: Path) -> None:
    """Copy the store, the public key and the last checkpoint; never the private key.

    Raises:
        InputRejected: they cannot be written.
    """
    try:
        for name in (STORE, KEY_FILE, CHECKPOINT_FILE):
            shutil.copyfile(data / name, keep / name)
    except OSError as error:
        raise InputRejected(f"cannot keep the store in {keep}: {error.strerror}") from error
