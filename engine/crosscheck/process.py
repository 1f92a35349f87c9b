"""One worker process: started, asked, watched, and ended when it stays at one evaluation too long.

Nothing is written down: the worker's error stream is closed, so no fact can leak into a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import orjson

from interlock.errors import InterlockError, InvariantBroken
from interlock.rules.caged.framing import HEADER, IDLE, Progress, checked_length, frame
from interlock.rules.caged.worker import MALLOC_TUNING

COMMAND: Final = (sys.executable, "-P", "-m", "interlock.rules.caged.worker")

_KEPT_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TMPDIR")
_TICKS: Final = 8
"""How often the watch looks within the worker's patience, and the part of it that the worker must
have run to be called busy: an innocent one on a crowded machine, or one stopped, has not."""

_EXIT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker may take.

    Attributes:
        patience_s: seconds it may stay at one evaluation.
        start_s: seconds it may take to be ready.
        memory_bytes: of address space.
        evaluations: how many it answers before it leaves of itself.
        command: what starts it; arguments are added.
    """

    patience_s: float = 1.2
    start_s: float = 30.0
    memory_bytes: int = 1024**3
    evaluations: int = 100_000
    command: Sequence[str] = COMMAND


class How(Enum):
    """How a worker ended; the value is a clause for people."""

    CRASHED = "crashed the second engine"
    HUNG = "kept the second engine busy for too long"
    KILLED = "was being evaluated when the second engine was killed"
    STARVED = "was being evaluated when the second engine got no time to run"


class WorkerEnded(InterlockError):
    """The worker is gone.

    Attributes:
        how: why.
        place: the evaluation of the batch it was at.
    """

    code = "worker_ended"

    def __init__(self, how: How, place: int, detail: str = "") -> None:
        super().__init__(f"{how.value}{detail}")
        self.how = how
        self.place = place


class WorkerUnavailable(InterlockError):
    """A worker could not be started; the message says why."""

    code = "worker_unavailable"


class WorkerProcess:
    """A running worker; one request at a time.

    Attributes:
        plans: digests of the plans it has been given.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, progress: Progress, patience_s: float
    ) -> None:
        self.plans: set[str] = set()
        self._process = process
        self._progress = progress
        self._patience_s = patience_s
        self._verdict: How | None = None

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @classmethod
    async def start(cls, terms: Terms) -> WorkerProcess:
        """Start a worker and wait until it is ready.

        Raises:
            WorkerUnavailable: it did not come up in time, or says why it cannot.
        """
        descriptor = os.memfd_create("interlock-progress")
        try:
            os.ftruncate(descriptor, Progress.SIZE)
            process = await asyncio.create_subprocess_exec(
                *terms.command,
                *(f"--progress={descriptor}", f"--memory={terms.memory_bytes}"),
                *(f"--evaluations={terms.evaluations}", f"--parent={os.getpid()}"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(descriptor,),
                env=_environment(),
                start_new_session=True,
            )
            worker = cls(process, Progress(descriptor), terms.patience_s)
        finally:
            os.close(descriptor)
        try:
            await worker._greet(terms.start_s)
        except BaseException:  # also when cancelled: nobody else knows the process
            await worker.end()
            raise
        return worker

    async def ask(self, request: bytes) -> bytes:
        """Return the worker's answer to a request.

        Raises:
            WorkerEnded: it died, or stayed at one evaluation too long and was killed.
        """
        self._progress.mark(0)
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch())
            answer = await self._exchange(request)
            watch.cancel()
        if answer is None:
            place = self._progress.read()
            await self._exit()
            await self.end()
            raise self._obituary(0 if place == IDLE else place)
        return answer

    async def end(self) -> None:
        """Kill the worker, if it lives, and wait for it.  Idempotent."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()  # reads the pipes to their end, which closes them
        self._progress.close()

    async def _exit(self) -> None:
        """Let a worker that has closed its pipe exit with its own code."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_S):
                await self._process.wait()

    async def _greet(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                greeting = await self._receive()
        except TimeoutError:
            greeting = orjson.dumps({"ready": False, "reason": f"not ready within {seconds} s"})
        said = orjson.loads(greeting) if greeting else {"reason": "it ended at once"}
        if not said.get("ready"):
            raise WorkerUnavailable(said["reason"])

    async def _exchange(self, request: bytes) -> bytes | None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(frame(request))
            await stdin.drain()
        except ConnectionError:
            return None
        return await self._receive()

    async def _receive(self) -> bytes | None:
        """Return the next frame, or None when there will be none."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            (length,) = HEADER.unpack(await stdout.readexactly(HEADER.size))
            return await stdout.readexactly(checked_length(length))
        except (asyncio.IncompleteReadError, ConnectionError, InvariantBroken):
            return None

    async def _watch(self) -> None:
        """Kill the worker when it stays at one evaluation longer than it may."""
        clock = asyncio.get_running_loop().time
        place, since = self._progress.read(), clock()
        used: float | None = None
        while True:
            await asyncio.sleep(self._patience_s / _TICKS)
            if self._progress.read() != place:
                place, since, used = self._progress.read(), clock(), None
            elif used is None:
                used = await self._processor_seconds()
            elif clock() - since >= self._patience_s:
                busy = await self._processor_seconds() - used > self._patience_s / _TICKS
                self._verdict = How.HUNG if busy and place != IDLE else How.STARVED
                self._process.kill()
                return

    async def _processor_seconds(self) -> float:
        """Return the processor time the worker has had."""
        try:
            stat = await asyncio.to_thread(Path(f"/proc/{self.pid}/stat").read_text)
        except OSError:  # it is gone, or this is no Linux
            return 0.0
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _obituary(self, place: int) -> WorkerEnded:
        code = self._process.returncode
        if self._verdict is not None:
            return WorkerEnded(self._verdict, place)
        if code in (-9, -15):
            return WorkerEnded(How.KILLED, place)
        return WorkerEnded(How.CRASHED, place, f" (exit code {code})")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, **MALLOC_TUNING}
