"""How much of a long proof this run takes: a sample, or all of it under ``make torture``."""

from __future__ import annotations

import os

TORTURE = os.environ.get("INTERLOCK_TORTURE") == "1"


def count(sample: int, full: int) -> int:
    """Return how many cases to take: ``sample`` in ``make test``, ``full`` in ``make torture``."""
    return full if TORTURE else sample
