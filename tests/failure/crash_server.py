"""Kills the journal program at its k-th system call of a kind, for every k, under one strace.

Starting Python and importing the store takes a second; so one process imports, and forks a child
for each k.  strace kills each child at call number ``LIMIT``; the child first makes
``LIMIT - k`` calls that do nothing, so that its own k-th call is that one.  Run by ``strace``:
``python -m tests.failure.crash_server SYSCALL LIMIT STEP FOLDER APPENDS MODE [TEMPLATE]``.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.failure.journal_program import run

STORE = "interlock.db"
OUTPUT = "output.txt"


@dataclass(frozen=True)
class Plan:
    """What to kill: the arguments of the command line, in order."""

    syscall: str
    limit: int
    step: int
    folder: Path
    appends: int
    mode: str
    template: str = ""


def main(plan: Plan) -> None:
    """Fork children with k = 1, 1 + step, … until one comes to its end unharmed."""
    for k in range(1, plan.limit, plan.step):
        place = plan.folder / f"{k:04}"
        place.mkdir()
        if plan.template:
            shutil.copyfile(plan.template, place / STORE)
        child = os.fork()
        if child == 0:
            _be_the_child(plan, place, plan.limit - k)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            (place / "ended").write_text(str(os.waitstatus_to_exitcode(status)))
            return


def _be_the_child(plan: Plan, place: Path, idle: int) -> None:
    status = 1
    try:
        call = idle_calls(plan.syscall)
        output = os.open(place / OUTPUT, os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for _ in range(idle):
            call()
        status = run(place / STORE, plan.appends, plan.mode)
    finally:
        os._exit(status)


def idle_calls(syscall: str) -> Callable[[], None]:
    """Return a call of the kind that touches no disk."""
    memory = os.memfd_create("nothing")
    calls: dict[str, Callable[[], None]] = {
        "fdatasync": lambda: os.fdatasync(memory),
        "fsync": lambda: os.fsync(memory),
        "pwrite64": lambda: _ignore(os.pwrite(memory, b"x", 0)),
        "ftruncate": lambda: os.ftruncate(memory, 1),
        "unlink": _unlink_nothing,
    }
    return calls[syscall]


def _unlink_nothing() -> None:
    try:
        os.unlink("/nowhere/nothing")  # noqa: PTH108  # the call itself is wanted
    except FileNotFoundError:
        return


def _ignore(_: int) -> None:
    return


if __name__ == "__main__":
    name, most, every, where, many, *others = sys.argv[1:]
    main(Plan(name, int(most), int(every), Path(where), int(many), *others))
