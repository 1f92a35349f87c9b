"""How the process ends: a short command gives nothing back, for all of it goes with the process.

Freeing what the check of a large policy has made takes a twentieth of its time.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import Final

_SHORT: Final = frozenset({"check"})
"""Verbs that start nothing which would have to be ended, and keep what they made."""

_kept: list[object] | None = None
"""What a short command made; None where the process goes on or others are in it."""


def begin(verb: str) -> None:
    """Say which verb the whole process is for."""
    global _kept  # noqa: PLW0603  # there is one process
    _kept = [] if verb in _SHORT else None


def keep(*made: object) -> None:
    """Keep something to the end of the process, if that is short."""
    if _kept is not None:
        _kept.append(made)


def leave(code: int) -> None:
    """End the process, with everything printed."""
    if _kept is None:
        gc.freeze()  # what is left goes with the process and need not be searched
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads; the code says so already
            stream.flush()
    os._exit(code)
