"""What was found is kept in the user's own folder, for whoever asks the same again.

Guarantees: whatever is there, and whatever goes wrong, the worst is that nothing is found or kept.
A folder or file that another user owns or could have written is left alone, as is one that is
damaged, too large, or a link; content is text that is checked again by whoever reads it, never
code.  Files come whole or not at all, so any number of processes may share a folder.

What one user has written over themselves is believed: who can do that can do anything else, too.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MOST_BYTES = 4 << 20
"""Largest content that is kept."""
MOST_FILES = 200
MOST_BYTES_TOGETHER = 32 << 20
"""Beyond either, what was not used for longest is deleted."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def folder_of(environ: Mapping[str, str]) -> Path | None:
    """Return where a user's caches belong, or None when the environment does not say.

    Source: XDG Base Directory Specification, https://specifications.freedesktop.org/basedir-spec
    """
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # a relative one is to be ignored
        base = Path(environ.get("HOME", ""), ".cache")
    return base / "interlock" if base.is_absolute() else None


class Cache:
    """Contents by key: 64 hex digits, over everything that the content depends on."""

    def __init__(self, folder: Path | None) -> None:
        """Use a folder, which is made when something is kept; None: keep nothing."""
        self._folder = folder

    def find(self, key: str) -> bytes | None:
        """Return what was kept under a key, or None."""
        with suppress(OSError), self._opened(make=False) as folder:
            file = os.open(key, _READ | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(file, "rb") as opened:
                held = os.fstat(file)
                if not stat.S_ISREG(held.st_mode) or not _is_ours(held):
                    return None
                seal, _, content = opened.read(MOST_BYTES + 66).partition(b"\n")
            if len(content) <= MOST_BYTES and seal == _seal(key, content):
                os.utime(key, dir_fd=folder, follow_symlinks=False)
                return content
        return None

    def keep(self, key: str, content: bytes) -> None:
        """Keep a content, and delete what has not been used for longest."""
        if len(content) > MOST_BYTES:
            return
        with suppress(OSError), self._opened(make=True) as folder:
            name = f".{key[:16]}.{secrets.token_hex(8)}"
            try:
                with os.fdopen(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as opened:
                    opened.write(_seal(key, content) + b"\n" + content)
                os.replace(name, key, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
            _evict(folder)

    @contextmanager
    def _opened(self, *, make: bool) -> Iterator[int]:
        """Give the folder to read and write in, the same whatever its path leads to meanwhile.

        Raises:
            OSError: there is none, or another user's hand could be in it.
        """
        if self._folder is None:
            raise FileNotFoundError
        if make:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._folder, _READ | os.O_DIRECTORY)
        try:
            if not _is_ours(os.fstat(folder)):
                raise PermissionError
            yield folder
        finally:
            os.close(folder)


def _is_ours(held: os.stat_result) -> bool:
    """Whether nobody but this user can have written it."""
    return held.st_uid == os.geteuid() and not held.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _seal(key: str, content: bytes) -> bytes:
    """Return what tells a whole content of this key from a torn, damaged or renamed one."""
    return hashlib.sha256(key.encode() + b"\n" + content).hexdigest().encode()


def _evict(folder: int) -> None:
    """Delete what was not used for longest, until the rest is within bounds."""
    held = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another process may evict, too
                one = entry.stat(follow_symlinks=False)
                held.append((one.st_mtime_ns, one.st_size, entry.name))
    left = MOST_BYTES_TOGETHER
    for number, (_, size, name) in enumerate(sorted(held, reverse=True)):
        left -= size
        if number >= MOST_FILES or left < 0:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
