"""Without looking for garbage: reading a policy makes much, and throws nothing away in cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the cyclic garbage collector from running meanwhile.

    It would visit all that has been read again and again, which takes a third of the time.
    Whoever turned it off turns it on again: of two at once the one that came first.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
