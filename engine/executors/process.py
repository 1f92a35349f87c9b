"""Runs one program to its end, whatever it does; knows nothing of actions.

Guarantees, each with a test in ``tests/failure``:

* it returns by ``timeout + grace + 1 s``: at the timeout the whole process group gets
  SIGTERM, after the grace SIGKILL, which also ends what is stopped or ignores SIGTERM;
* memory stays flat: the last ``keep_bytes`` of each stream are kept, the rest is read and
  dropped, so the program never blocks on a full pipe either;
* a grandchild that left the group and holds the pipe is not waited for;
* nothing of Interlock's environment, files or terminal reaches the program.

``run`` blocks, and is called in a thread that outlives the program, because the kernel ties
"die with the parent" to the thread that forked.  Linux 5.3 or later (pidfd).
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from interlock.engine.clock import Clock, SystemClock

KEEP_BYTES: Final = 64 * 1024
"""How much of each output stream is kept."""

_LAUNCH: Final = str(Path(__file__).with_name("launch.py"))
_DRAIN_S: Final = 0.5  # after the program ended, how long its last output may take
_REAP_S: Final = 1.0  # after SIGKILL, how long the kernel may take
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run and within which limits.

    Attributes:
        argv: absolute program path and its arguments.
        env: the whole environment.
        cwd: working directory.
        timeout_s: seconds until SIGTERM.
        grace_s: seconds from SIGTERM to SIGKILL.
        keep_bytes: bytes kept of each output stream, counted from its end.
        memory_bytes: address space limit.
        file_bytes: size limit of any file it writes.
        setuid: whether it may gain privileges, as ``sudo`` does.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str = "/"
    timeout_s: float
    grace_s: float = 1.0
    keep_bytes: int = KEEP_BYTES
    memory_bytes: int = 4 << 30
    file_bytes: int = 1 << 30
    setuid: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended.

    Attributes:
        status: exit code, or minus the signal that ended it; None when it was not started,
            or when even SIGKILL did not end it (it hangs inside the kernel).
        timed_out: whether it was ended because its time was over.
        stopped: whether it was ended because the caller asked.
        stdout: the end of what it wrote, at most ``keep_bytes``.
        stderr: likewise.
        dropped_bytes: how much of both was not kept.
    """

    status: int | None
    timed_out: bool
    stopped: bool
    stdout: bytes
    stderr: bytes
    dropped_bytes: int


class Stop:
    """Asks from another thread for the end of a program; a context that closes itself."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._closed = False

    def set(self) -> None:
        """Ask; does nothing when the program has ended."""
        with self._lock:
            if not self._closed:
                os.eventfd_write(self.fd, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            os.close(self.fd)


def run(program: Program, stop: Stop, clock: Clock | None = None) -> Ended:
    """Run a program and wait for its end.  Blocking.

    Args:
        program: what to run.
        stop: once set, the program is ended as by its timeout; set before, it never starts.
        clock: where seconds are read; the machine's by default.

    Raises:
        OSError: no process could be made.
    """
    if select.select([stop.fd], [], [], 0)[0]:
        return Ended(None, timed_out=False, stopped=True, stdout=b"", stderr=b"", dropped_bytes=0)
    child = subprocess.Popen(  # noqa: S603  # argv only; the program is the operator's
        _launched(program),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(program.env),
        cwd=program.cwd,
        start_new_session=True,
    )
    return _Watch(child, program, clock or SystemClock()).until_ended(stop)


def _launched(program: Program) -> list[str]:
    numbers = (
        os.getpid(),
        int("LC_CTYPE" in program.env),
        int(program.setuid),
        program.memory_bytes,
        program.file_bytes,
    )
    return [sys.executable, "-I", "-S", _LAUNCH, *map(str, numbers), *program.argv]


@dataclass(slots=True)
class _Tail:
    """The last bytes of a stream."""

    keep: int
    kept: bytearray = field(default_factory=bytearray)
    seen: int = 0

    def add(self, chunk: bytes) -> None:
        self.seen += len(chunk)
        self.kept += chunk
        if len(self.kept) > 2 * self.keep:
            del self.kept[: -self.keep]

    def end(self) -> bytes:
        return bytes(self.kept[-self.keep :])


class _Watch:
    """One running program: its pipes, its deadline, its end."""

    def __init__(self, child: subprocess.Popen[bytes], program: Program, clock: Clock) -> None:
        self._child = child
        self._program = program
        self._clock = clock
        self._tails = (_Tail(program.keep_bytes), _Tail(program.keep_bytes))
        self._open = 2
        self._running = True
        self._signals = [(signal.SIGTERM, program.grace_s), (signal.SIGKILL, _REAP_S)]
        self._due = clock.monotonic() + program.timeout_s
        self._timed_out = self._stopped = False

    def until_ended(self, stop: Stop) -> Ended:
        """Watch until the program and its output have ended, or nothing more can be done."""
        pidfd = os.pidfd_open(self._child.pid)
        try:
            with selectors.DefaultSelector() as selector:
                for pipe, tail in zip(self._pipes(), self._tails, strict=True):
                    os.set_blocking(pipe.fileno(), False)
                    selector.register(pipe, selectors.EVENT_READ, tail)
                selector.register(pidfd, selectors.EVENT_READ, "ended")
                selector.register(stop.fd, selectors.EVENT_READ, "stop")
                while self._running or self._open:
                    if not self._step(selector):
                        break
            return self._ended()
        finally:
            self._release(pidfd)

    def _step(self, selector: selectors.BaseSelector) -> bool:
        """Handle what happened; False when waiting longer is pointless."""
        ready = selector.select(max(0.0, self._due - self._clock.monotonic()))
        for key, _ in ready:
            if isinstance(key.data, _Tail):
                self._read(selector, key.fd, key.data)
            elif key.data == "stop":
                selector.unregister(key.fd)
                self._stopped = self._running
                self._due = self._clock.monotonic() if self._running else self._due
            else:
                selector.unregister(key.fd)
                self._on_end()
        return self._clock.monotonic() < self._due or self._on_due()

    def _read(self, selector: selectors.BaseSelector, pipe: int, tail: _Tail) -> None:
        with contextlib.suppress(BlockingIOError):
            chunk = os.read(pipe, _CHUNK)
            tail.add(chunk)
            if not chunk:
                selector.unregister(pipe)
                self._open -= 1

    def _on_end(self) -> None:
        """The program ended; so does whatever it left in its group, and soon the reading.

        It is not reaped yet, so its process group id cannot belong to anyone else.
        """
        self._running = False
        self._signal(signal.SIGKILL)
        self._due = self._clock.monotonic() + _DRAIN_S

    def _on_due(self) -> bool:
        if not self._running or not self._signals:
            return False
        number, wait_s = self._signals.pop(0)
        self._timed_out = self._timed_out or not self._stopped
        self._signal(number)
        self._due = self._clock.monotonic() + wait_s
        return True

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)

    def _ended(self) -> Ended:
        out, err = self._tails
        stdout, stderr = out.end(), err.end()
        return Ended(
            status=None if self._running else self._child.wait(),
            timed_out=self._timed_out,
            stopped=self._stopped,
            stdout=stdout,
            stderr=stderr,
            dropped_bytes=out.seen + err.seen - len(stdout) - len(stderr),
        )

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        out, err = self._child.stdout, self._child.stderr
        assert out is not None and err is not None  # noqa: PT018  # both were asked for
        return out, err

    def _release(self, pidfd: int) -> None:
        if self._child.returncode is None:  # a fault of ours, or SIGKILL did not help
            self._signal(signal.SIGKILL)
        os.close(pidfd)
        for pipe in self._pipes():
            pipe.close()
