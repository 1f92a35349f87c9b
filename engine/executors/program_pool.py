"""Runs programs without blocking the event loop: a thread each, for as long as it lives.

The threads are the executor's own.  In a shared pool a program could wait behind somebody
else's work while its time runs, and a thread that ends takes its program with it (see
``launch``), which must happen on purpose only.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from interlock.engine.executors.process import Ended, Program, Stop, run


class ProgramPool:
    """At most ``size`` programs at a time; more wait for a thread."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="interlock-program")

    async def run(self, program: Program) -> Ended:
        """Run a program to its end; when cancelled, end it first, or never start it.

        Raises:
            OSError: no process could be made.
            CancelledError: it was cancelled, and the program has ended.
        """
        stop = Stop()
        job = self._threads.submit(_run, program, stop)
        ended = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(ended)
        except asyncio.CancelledError:
            stop.set()
            if not job.cancel():
                await asyncio.wait({ended})  # bounded: the program is being killed
            raise

    def close(self) -> None:
        """Let the threads end with their programs; takes no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _run(program: Program, stop: Stop) -> Ended:
    with stop:
        return run(program, stop)
