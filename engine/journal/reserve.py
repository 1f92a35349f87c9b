"""Disk space kept back, so that a full disk still leaves room to finish and to export.

The file holds space and nothing else.  When the journal cannot grow, it is given up: closing,
verifying and exporting then have room.  A store is not opened for writing until the space is
there again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from interlock.errors import JournalError


class Reserve:
    """The space kept back for one store."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def take(cls, store: Path, size: int) -> Self:
        """Keep back ``size`` bytes on the store's file system.

        Raises:
            JournalError: they are not there.
        """
        reserve = cls(store.with_name(store.name + ".reserve"))
        try:
            handle = os.open(reserve._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.ftruncate(handle, size)
                if size:
                    os.posix_fallocate(handle, 0, size)
            finally:
                os.close(handle)
        except OSError as error:
            reserve.release()
            raise JournalError(
                f"the disk has no {size >> 20} MiB to keep in reserve for {store}:"
                f" {error.strerror}; free some space"
            ) from error
        return reserve

    def release(self) -> None:
        """Give the space up.  Idempotent."""
        self._path.unlink(missing_ok=True)
