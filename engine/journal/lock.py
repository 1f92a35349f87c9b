"""One writer a store: a lock file beside it, held as long as the process lives.

SQLite would let two processes write in turn; both would carry a tree of their own and give the
same seq to different entries.  The kernel drops the lock with its holder, so no crash leaves a
store locked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Self

from interlock.errors import JournalError


class WriterLock:
    """The right to write a store; ``release`` gives it back."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def take(cls, store: Path) -> Self:
        """Take the lock of a store, or say who holds it.

        Raises:
            JournalError: another process, or another part of this one, writes the store; or the
                file system cannot be written.
        """
        path = store.with_name(store.name + ".lock")
        try:
            while True:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    holder = os.read(handle, 32).decode(errors="replace").strip()
                    os.close(handle)
                    raise JournalError(
                        f"{store} is being written by process {holder or 'unknown'};"
                        " one store has one writer"
                    ) from error
                if _is_still(path, handle):
                    break
                os.close(handle)  # its holder took the file away while we waited for it
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except OSError as error:
            raise JournalError(f"cannot lock {store}: {error.strerror} ({path})") from error
        return cls(path, handle)

    def release(self) -> None:
        """Give the lock back and take its file away.  Idempotent."""
        if self._handle < 0:
            return
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._handle)
        self._handle = -1


def _is_still(path: Path, handle: int) -> bool:
    """Return whether the open file is the one the name stands for."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(handle)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
