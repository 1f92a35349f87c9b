"""A program on a terminal of its own, read and typed to as a person does."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

WAIT_S: Final = 40
"""On two busy cores."""

_LEADING: Final = (
    sys.executable,
    "-Sc",
    (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY);"
        " os.execvp(sys.argv[1], sys.argv[1:])"
    ),
)
"""Makes the terminal the program's own in a process of its own.

``pty.fork`` would run Python between fork and exec in a copy of this process, which other tests
have given threads that hold locks.
"""

STYLED: Final = re.compile(r"\x1b\[[0-9;]*m")
CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program between the two ends of a pseudo-terminal; a context manager that ends it.

    Attributes:
        seen: all it has written, control sequences included.
    """

    def __init__(
        self, command: Sequence[str], *, columns: int = 100, env: Mapping[str, str] | None = None
    ) -> None:
        self.seen = ""
        self._read_to = 0
        self._command = command
        self._columns = columns
        self._env = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            if name not in (env or {}):
                self._env.pop(name, None)

    def __enter__(self) -> Self:
        self._end, inner = pty.openpty()
        self.resize(self._columns)
        self._program = subprocess.Popen(
            [*_LEADING, *self._command],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=self._env,
            start_new_session=True,
        )
        os.close(inner)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.kill()
        self._program.wait()
        os.close(self._end)

    def resize(self, columns: int) -> None:
        """Make the terminal so wide; the program is told by SIGWINCH."""
        size = struct.pack("HHHH", 40, columns, 0, 0)
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, size)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._end, text.encode())

    def until(self, text: str) -> str:
        """Read until a text is shown; return what was shown since the last one, it included."""
        begin, deadline = self._read_to, time.monotonic() + WAIT_S
        while (at := self.seen.find(text, begin)) < 0:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} was not shown: {self.seen[begin:]!r}")
        self._read_to = at + len(text)
        return self.seen[begin : self._read_to]

    def ask(self, command: str, prompt: str) -> list[str]:
        """Type a command; return the lines of its answer, up to the next prompt, plain."""
        self.type(command + "\r")
        said = self.until("\n") + self.until(prompt)
        return [CONTROL.sub("", line) for line in said.splitlines()[1:-1]]

    def ends(self) -> int:
        """Read to the end of the program and return its exit code."""
        deadline = time.monotonic() + WAIT_S
        while self._read(deadline):
            pass
        return self._program.wait(WAIT_S)

    def _read(self, deadline: float) -> bool:
        """Take in what is there; return False at the end or at the deadline."""
        ready, _, _ = select.select([self._end], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._end, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)
