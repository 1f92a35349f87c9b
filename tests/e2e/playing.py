"""``interlock demo`` as a process, and what it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.e2e.serving import PROGRAM

DEMO = [*PROGRAM, "demo"]
PLAY_S = 200
"""For three acts on two busy cores."""


class Played(NamedTuple):
    """What a demo came to."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.splitlines()[-1]


def play(*arguments: str, env: Mapping[str, str] | None = None) -> Played:
    """Play a demo to its end."""
    done = subprocess.run(
        [*DEMO, *arguments],
        capture_output=True,
        text=True,
        timeout=PLAY_S,
        check=False,
        env={**os.environ, **(env or {})},
    )
    return Played(done.returncode, done.stdout, done.stderr)


class Running(NamedTuple):
    """A process that cannot be mistaken for a later one of the same number."""

    pid: int
    started: str
    command: str

    def is_alive(self) -> bool:
        return self in _processes().values()

    def outlives(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long; return whether it has not."""
        until = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < until:
            time.sleep(0.05)
        return self.is_alive()


def descendants(pid: int) -> list[Running]:
    """Return everything a process has started, and what that has started."""
    processes, found, todo = _processes(), [], [pid]
    while todo:
        parent = todo.pop()
        children = [each for (mother, _), each in processes.items() if mother == parent]
        found += children
        todo += [child.pid for child in children]
    return found


def interrupted(
    folder: Path, *arguments: str, at: str, by: Sequence[int]
) -> tuple[Played, list[Running]]:
    """Play until a line holds a text, then send signals; return also what ran by then."""
    with subprocess.Popen(
        [*DEMO, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        begun = next(line for line in process.stdout if at in line)
        started = descendants(process.pid)
        for number in by:
            process.send_signal(number)
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()  # or leaving the block would wait for it
            raise
        return Played(process.returncode, begun + out, err), started


def _processes() -> dict[tuple[int, int], Running]:
    """Return every process that is no zombie by its parent and itself."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if stat[0] not in "ZX":
            pid = int(folder.name)
            found[int(stat[1]), pid] = Running(pid, stat[19], command)
    return found


def without(module: str) -> list[str]:
    """Return the program in a Python that lacks a module."""
    program = (
        f"import sys; sys.modules[{module!r}] = None; "
        "from interlock.server.cli.main import main; main()"
    )
    return [sys.executable, "-c", program, "demo"]
