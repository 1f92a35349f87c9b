"""The programs of the demo: each ends with the block that runs it, and none is left behind.

When the demo is killed and no block is left to end them, the kernel does (``leash``).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import resources
from pathlib import Path

from interlock.errors import InterlockError

STOP_S = 15.0
"""How long a program may take to end when it is asked to; on two busy cores."""

READY_S = 60.0
"""How long one may take to be ready."""


class CannotPlay(InterlockError):
    """Something the demo needs is missing, does not start, or has ended."""

    code = "cannot_play"


@asynccontextmanager
async def running(argv: Sequence[str | Path], folder: Path, log: str) -> AsyncIterator[Program]:
    """Run a program while the block runs.

    Args:
        argv: the program and its arguments.
        folder: where it runs; ``sweep`` finds it by that.
        log: name of the file in ``folder`` that gets what it prints.

    Raises:
        CannotPlay: it cannot be started.
    """
    file = folder / log
    with file.open("wb") as output:  # a local file, opened once
        try:
            process = await asyncio.create_subprocess_exec(
                *leashed(argv, os.getpid()),
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends it
            )
        except OSError as error:
            raise CannotPlay(f"cannot start {sys.executable}: {error.strerror}") from error
    try:
        yield Program(Path(argv[0]).name, process, file)
    finally:
        await _end(process)


def leashed(argv: Sequence[str | Path], parent: int = 0) -> list[str]:
    """Return the command of a program that gets SIGTERM when its parent is gone.

    Args:
        argv: the program, by its path, and its arguments.
        parent: process id of who will start it; 0 when that is not known yet.
    """
    script = resources.files("interlock.server.demo") / "leash.py"
    return [sys.executable, "-I", "-S", str(script), str(parent), *map(str, argv)]


class Program:
    """A running program.

    Args:
        name: for people.
        process: the process.
        log: what it prints.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    def check(self) -> None:
        """See that it runs.

        Raises:
            CannotPlay: it has ended; the message has its last words.
        """
        if self._process.returncode is not None:
            raise CannotPlay(f"{self.name} ended at once: {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of what it printed, in one line."""
        return " ".join(self._log.read_text(errors="replace").split())[-500:]


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def sweep(folder: Path) -> None:
    """Kill whatever still runs in a folder: all that is left when the orderly way was cut short."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it has just ended, or is not ours
            if link.readlink().is_relative_to(folder):
                os.kill(int(link.parent.name), signal.SIGKILL)
