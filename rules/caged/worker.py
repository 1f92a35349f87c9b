"""The worker process: reads batches of evaluations, answers them with the caged engine.

Run as ``python -m interlock.rules.caged.worker`` with a progress file open at the descriptor that
``--progress`` names.  It owns nothing and remembers nothing between evaluations, so it may be
killed at any moment and its work asked again of another.  It dies with the process that started
it, may use no more memory than it is told, leaves no core file (facts would be in it), never
writes a fact anywhere but into its answers, and leaves of itself after a number of evaluations so
that no leak in C code grows for ever.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Final, TypeAlias

import orjson

from interlock.rules.caged.cage import Cage, CageBroken, Compiled
from interlock.rules.caged.framing import IDLE, Progress, frame, read_frame
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.plan import NumberedMatch, Plan

MALLOC_TUNING: Final = {
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "67108864",
}
"""Environment that keeps glibc from mapping and unmapping memory in every evaluation (5 times)."""

MakeCage: TypeAlias = Callable[[Plan, Compiled], Cage]
Answer: TypeAlias = "list[NumberedMatch] | str"

_PR_SET_PDEATHSIG: Final = 1


class Worker:
    """The cages of one process and the count of what they answered."""

    def __init__(self, *, evaluations: int, progress: Progress, make_cage: MakeCage) -> None:
        """Load the engine; ``evaluations`` is how many are answered before the worker leaves."""
        self._left = evaluations
        self._progress = progress
        self._make_cage = make_cage
        self._compiled = Compiled()
        self._cages: dict[str, Cage] = {}
        self._leaving: str | None = None

    def serve(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Answer requests until the source ends or the worker leaves.  Blocking."""
        _send(sink, {"ready": True})
        while self._leaving is None and (body := read_frame(source)) is not None:
            _send(sink, self._answer(orjson.loads(body)))

    def _answer(self, request: dict[str, Any]) -> dict[str, object]:
        for name, plan in request["plans"].items():
            self._cages[name] = self._make_cage(Plan.from_json(plan), self._compiled)
        answers: list[Answer] = []
        for place, (name, focus, rows) in enumerate(request["evaluations"]):
            self._progress.mark(place)
            answers.append(self._evaluate(self._cages[name], rows, focus))
            if self._leaving is not None:
                break
        self._progress.mark(IDLE)
        return {"answers": answers, "leaving": self._leaving}

    def _evaluate(self, cage: Cage, rows: list[Any], focus: int) -> Answer:
        self._left -= 1
        if self._left <= 0:
            self._leaving = "recycled"
        try:
            return cage.evaluate(rows, focus)
        except Uncageable as refusal:
            return str(refusal)
        except CageBroken as fault:
            self._leaving = "engine fault"
            return str(fault)


def confine(*, memory: int, parent: int) -> None:
    """Bound what this process may take, and let it die with its parent.

    Args:
        memory: bytes of address space; 0 leaves it unbounded.
        parent: process id of who started it; 0 when it does not matter.

    Raises:
        SystemExit: the parent has died already.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            raise SystemExit(1)


def main(arguments: Sequence[str] | None = None, make_cage: MakeCage = Cage) -> None:
    """Run the worker until its input ends."""
    options = _parse(arguments)
    confine(memory=options.memory, parent=options.parent)
    # What C code might print must not get between the frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        worker = Worker(
            evaluations=options.evaluations,
            progress=Progress(options.progress),
            make_cage=make_cage,
        )
    except ImportError as error:
        _send(sink, {"ready": False, "reason": f"durable-rules cannot be imported: {error}"})
        return
    worker.serve(sys.stdin.buffer, sink)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="second rule engine, for the server to watch")
    parser.add_argument("--progress", type=int, required=True, help="descriptor of progress file")
    parser.add_argument("--evaluations", type=int, default=100_000, help="leave after so many")
    parser.add_argument("--memory", type=int, default=0, help="bytes of address space; 0: any")
    parser.add_argument("--parent", type=int, default=0, help="process to die with; 0: none")
    return parser.parse_args(arguments)


def _send(sink: BinaryIO, message: dict[str, object]) -> None:
    sink.write(frame(orjson.dumps(message)))
    sink.flush()


if __name__ == "__main__":
    main()
