"""What an auditor takes away: the public key and the latest checkpoint, as two small files.

Kept where the store's administrator cannot change them, they are what makes every later change
to the journal show.  The private key is never among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from interlock.engine.journal import files
from interlock.engine.journal.keys import Verifier
from interlock.engine.journal.note import Checkpoint, open_checkpoint
from interlock.engine.journal.reader import Reader
from interlock.errors import JournalError, NotFound

KEY_FILE = "interlock.pub"
CHECKPOINT_FILE = "checkpoint.txt"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an auditor's two files are."""

    key: Path
    checkpoint: Path


def export_evidence(reader: Reader, verifier: Verifier, directory: Path) -> Evidence:
    """Write the public key and the store's latest checkpoint into a directory.

    Each file is written whole or not at all; earlier ones are replaced.

    Raises:
        NotFound: the store has no checkpoint yet.
        JournalCorrupt: its latest checkpoint is not signed by this key.
        JournalError: the files cannot be written.
    """
    note, _ = _latest(reader, verifier)
    evidence = Evidence(key=directory / KEY_FILE, checkpoint=directory / CHECKPOINT_FILE)
    files.replace(evidence.key, verifier.text + "\n")
    files.replace(evidence.checkpoint, note)
    return evidence


def export_checkpoint(reader: Reader, verifier: Verifier, path: Path) -> Checkpoint:
    """Write the store's latest checkpoint into a new file and return what it says.

    A file that exists is left alone: a checkpoint that somebody holds is evidence.

    Raises:
        NotFound: the store has no checkpoint yet.
        JournalCorrupt: its latest checkpoint is not signed by this key.
        JournalError: the file exists, or cannot be written.
    """
    note, checkpoint = _latest(reader, verifier)
    files.write_new(path, note, mode=0o644)
    return checkpoint


def _latest(reader: Reader, verifier: Verifier) -> tuple[str, Checkpoint]:
    """Return the latest checkpoint as its text and what that says, its signature checked.

    Raises:
        NotFound: the store has none yet.
        JournalCorrupt: it is not signed by this key.
    """
    note = reader.checkpoint()
    if note is None:
        raise NotFound(f"{reader.path} has no checkpoint yet")
    return note, open_checkpoint(note, verifier)


def read_verifier(path: Path) -> Verifier:
    """Return the public key in a file.

    Raises:
        JournalCorrupt: it holds no verifier key.
        JournalError: it cannot be read.
    """
    return Verifier.parse(read_text(path).removesuffix("\n"))


def read_text(path: Path) -> str:
    """Return the text of a small file that an auditor kept.

    Raises:
        JournalError: it cannot be read, or is not text.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise JournalError(f"{path} is not text") from error
