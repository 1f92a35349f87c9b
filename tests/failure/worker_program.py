"""A worker that can be killed at a chosen moment; run as a program.

    python -m tests.failure.worker_program ADDRESS EFFECTS LEDGER MOMENT [SECONDS]

Its one effect is a line in the file EFFECTS.  MOMENT is where it kills itself: ``start``
(before the start is recorded), ``effect`` (before the effect), ``done`` (after it), ``end``
(before the end is recorded), ``report`` (before it is reported), ``reported`` (after) or
``never``.  LEDGER is ``-`` for none.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from interlock.ledger.file import LedgerFile, Line
from interlock.worker import Assignment, Worker
from interlock.worker.errands import Errands


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL did not end this process")


def before(owner: Any, name: str, applies: Callable[[Any], bool]) -> None:
    """Die when a method is about to be called with something that applies."""
    original = getattr(owner, name)

    def dying(self: Any, what: Any) -> Any:
        if applies(what):
            die()
        return original(self, what)

    setattr(owner, name, dying)


def main(address: str, effects: str, ledger: str, moment: str, seconds: str = "0") -> None:
    worker = Worker(
        address, executor="gpu", name="w1", ledger=None if ledger == "-" else Path(ledger)
    )

    @worker.action("drain", inputs={"node": "string"}, outputs={"moved": "int"})
    def drain(work: Assignment) -> dict[str, int]:
        if moment == "effect":
            die()
        time.sleep(float(seconds))
        with Path(effects).open("a") as file:
            file.write(f"{work.idempotency_key} {work.attempt}\n")
        if moment == "done":
            die()
        return {"moved": 1}

    if moment == "start":
        before(LedgerFile, "append", lambda line: isinstance(line, Line) and line.result is None)
    if moment == "end":
        before(
            LedgerFile, "append", lambda line: isinstance(line, Line) and line.result is not None
        )
    if moment == "report":
        before(Errands, "_tell", lambda request: request.HasField("result"))
    if moment == "reported":
        before(Errands, "confirm", lambda receipt: True)
    worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
