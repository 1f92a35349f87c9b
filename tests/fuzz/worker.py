"""One process of a campaign: ``python -m tests.fuzz.worker LAW [libFuzzer's flags] CORPUS``.

Prints what libFuzzer prints, on standard error.  Ends with 0 after its inputs, else with what was
found in a file beside the prefix given by ``-artifact_prefix``.
"""

from __future__ import annotations

import atexit
import gc
import signal
import sys
import time
from collections.abc import Callable
from functools import _lru_cache_wrapper
from importlib import import_module

import atheris

SECONDS = 2
"""Most processor time of one input: ours take milliseconds, also while the machine is busy."""


class TooSlow(Exception):
    """An input took too long: not by the clock on the wall, which a busy machine moves."""


def timed(hold: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a law that an input breaks, too, by taking too long, and does so again.

    A virtual machine that stands still in the middle of an input counts that as its time, too.
    """

    def held(data: bytes) -> None:
        if _spent(hold, data) > SECONDS:
            _forget()
            if (spent := _spent(hold, data)) > SECONDS:
                raise TooSlow(f"{spent:.1f} s")

    return held


def _spent(hold: Callable[[bytes], None], data: bytes) -> float:
    """Return how much of the processor's time an input takes, s."""
    began = time.process_time()
    hold(data)
    return time.process_time() - began


def _forget() -> None:
    """Empty every cache, so that what took long the first time does so again."""
    for one in gc.get_objects():
        if isinstance(one, _lru_cache_wrapper):
            one.cache_clear()


def main() -> None:
    """Run one law until it is broken or its inputs are used up."""
    law = sys.argv.pop(1)
    with atheris.instrument_imports(include=["interlock"]):
        hold = atheris.instrument_func(import_module(f"tests.fuzz.laws.{law}").hold)
    hold(b"")  # what is loaded or made once is no input's doing
    # libFuzzer's clock ticks on while Python ends, and nobody would take the signal any more.
    atexit.register(signal.signal, signal.SIGALRM, signal.SIG_IGN)
    atheris.Setup(sys.argv, timed(hold))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
