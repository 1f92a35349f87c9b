"""A store on disk: read only, beside a running service or long after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interlock.engine.journal.reader import Reader
from interlock.errors import NotFound
from interlock.server.inputs import InputRejected

_SCHEME = "sqlite:///"


def store_path(url: str) -> Path:
    """Return the file a store's URL names; a plain path is one too.

    Raises:
        InputRejected: it names no SQLite file.
    """
    path = url.removeprefix(_SCHEME)
    if not path or "://" in path:
        raise InputRejected(f"--store: expected sqlite:///PATH, found {url!r}")
    return Path(path)


@contextmanager
def opened(url: str) -> Iterator[Reader]:
    """Give a reader of the store.

    Raises:
        InputRejected: there is no such file.
        JournalError: it cannot be opened or is no journal.
    """
    path = store_path(url)
    try:
        reader = Reader(path)
    except NotFound as error:
        raise InputRejected(str(error)) from error
    with reader:
        yield reader
