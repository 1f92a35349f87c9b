"""A store on disk: read only, beside a running service or long after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from interlock.server.inputs import InputRejected

if TYPE_CHECKING:
    from interlock.engine.journal.reader import Reader

FILE = "interlock.db"
"""Name of a store in the data folder of a service."""

_SCHEME = "sqlite:///"


def store_path(url: str) -> Path:
    """Return the file a store's URL names; a plain path is one too, and so is its folder.

    Raises:
        InputRejected: it names no SQLite file.
    """
    path = url.removeprefix(_SCHEME)
    if not path or "://" in path:
        raise InputRejected(f"--store: expected sqlite:///PATH, found {url!r}")
    return Path(path, FILE) if Path(path).is_dir() else Path(path)


def existing_store(url: str) -> Path:
    """Return the file a store's URL names.

    Raises:
        InputRejected: it names no SQLite file, or there is none.
    """
    path = store_path(url)
    if not path.exists():
        hint = f"--store names the data folder of a service, or the {FILE} in it"
        raise InputRejected(f"there is no store at {path} ({hint})")
    return path


@contextmanager
def opened(url: str) -> Iterator[Reader]:
    """Give a reader of the store.

    Raises:
        InputRejected: there is no such file.
        JournalError: it cannot be opened or is no journal.
    """
    from interlock.engine.journal.reader import Reader  # a quarter of a second, only for stores

    with Reader(existing_store(url)) as reader:
        yield reader
