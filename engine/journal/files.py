"""Small files that must survive a power cut: keys, public keys, checkpoints."""

from __future__ import annotations

import os
from pathlib import Path

from interlock.errors import JournalError


def write_new(path: Path, text: str, *, mode: int) -> None:
    """Write a file that must not exist yet, and make it durable.

    Raises:
        JournalError: it exists, or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}") from error


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, and make it durable.

    Raises:
        JournalError: it cannot be written.
    """
    draft = path.with_name(path.name + ".new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}") from error


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
