"""Which program this is: the same text, exactly when nothing that it runs has changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import interlock

_HOME = Path(interlock.__file__).parent


def identity() -> list[str]:
    """Return the version, every source file of ours, and the packages and Python below them.

    Sources are told by size and by when they were written and put in place, not by content: that
    takes milliseconds, and an edit or another installation changes it.
    """
    packages = sorted({name for place in sys.path for name in _installed(place or ".")})
    return [interlock.__version__, sys.version, *packages, *sorted(_sources(str(_HOME)))]


def _sources(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():  # a link to a room, too
                if entry.name != "__pycache__":
                    yield from _sources(entry.path)
            elif entry.name.endswith(".py"):
                one = entry.stat()
                yield f"{entry.path} {one.st_size} {one.st_mtime_ns} {one.st_ctime_ns} {one.st_ino}"


def _installed(place: str) -> Iterator[str]:
    """Yield the packages in one place that modules are found in, with their versions."""
    if Path(place).is_dir():  # else a zip, or nothing
        with os.scandir(place) as entries:
            names = [one.path for one in entries if one.name.endswith((".dist-info", ".egg-info"))]
        yield from names
