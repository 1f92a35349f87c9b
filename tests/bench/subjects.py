"""The processes that are measured, and the client that loads them."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from tests.bench import stopwatch
from tests.bench.load import Job, Report

ROOT = Path(__file__).parents[2]
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Subject(Protocol):
    """Something that takes signals.

    Attributes:
        target: where.
        store: its database, when it decides; else None.
    """

    target: str
    store: str | None

    def cpu(self) -> Cpu:
        """Return the processor time it has had."""
        ...


class Cpu(NamedTuple):
    """Processor seconds of the process, and of its children."""

    own: float
    children: float

    def since(self, before: Cpu) -> Cpu:
        """Return what was used since."""
        return Cpu(self.own - before.own, self.children - before.children)


class Floor:
    """The floor, running."""

    store: str | None = None

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._process = _python("tests.bench.floor", str(folder / "floor.db"))
        assert self._process.stdout is not None
        self.target = f"127.0.0.1:{int(self._process.stdout.readline())}"

    def cpu(self) -> Cpu:
        """Return the processor time it has had."""
        return Cpu(_cpu_of(self._process.pid), 0.0)

    def close(self) -> None:
        """End it."""
        _end(self._process, signal.SIGKILL)


class Service:
    """A real ``interlock serve`` with both engines.

    Attributes:
        target: its gRPC address.
        store: its database.
        stopwatch: the file where its executor notes what was sent.
    """

    target: str

    def __init__(self, folder: Path, bundle: Mapping[str, str]) -> None:
        self.folder = folder
        self.store: str | None = str(folder / "data" / "interlock.db")
        self.stopwatch = folder / "stopwatch"
        (folder / "bundle").mkdir(parents=True)
        for name, text in bundle.items():
            (folder / "bundle" / name).write_text(text)
        (folder / "executors.toml").write_text(f'[stopwatch]\nfile = "{self.stopwatch}"\n')
        self._site = stopwatch.install(folder)
        self.start()

    def start(self) -> float:
        """Start it; return the seconds until it said that it was ready."""
        began = time.monotonic()
        self._process = _python(
            "interlock.server.cli",
            "serve",
            *("--bundle", str(self.folder / "bundle"), "--data-dir", str(self.folder / "data")),
            *("--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"),
            *("--executors", str(self.folder / "executors.toml"), "--engines", "both"),
            path=f"{ROOT}:{ROOT}/src:{self._site}" + os.environ.get("BPATH", ""),
        )
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "service_started":
                self.target = str(event["grpc"])
                return time.monotonic() - began
        raise RuntimeError(f"the service did not start: {said}")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def cpu(self) -> Cpu:
        """Return the processor time it and its second engine have had."""
        return Cpu(_cpu_of(self.pid), sum(map(_cpu_of, _children(self.pid))))

    def memory(self) -> int:
        """Return the bytes of memory it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE

    def kill(self) -> None:
        """End it as a power cut would."""
        _end(self._process, signal.SIGKILL)

    close = kill


class Client:
    """The load client, running."""

    _senders = itertools.count()

    def __init__(self) -> None:
        self._process = _python("tests.bench.load")

    def run(self, job: Mapping[str, object]) -> Report:
        """Let it do a job."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the load client ended at {job}")
        report: Report = json.loads(answer)
        return report

    def load(
        self,
        subject: Subject,
        batch: int,
        seconds: float,
        rate: float | None = None,
        *,
        acting: int = 0,
    ) -> Report:
        """Send the mix as fast as it is taken, or at a rate in signals a second."""
        job: Job = {
            "how": "closed" if rate is None else "open",
            "target": subject.target,
            "batch": batch,
            "seconds": seconds,
            "rate": rate or 0.0,
            "acting": acting,
            "store": subject.store if rate is None else None,
            "sender": f"{next(self._senders):04}",
        }
        return self.run(job)

    def close(self) -> None:
        """End it."""
        _end(self._process, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _python(module: str, *arguments: str, path: str = str(ROOT)) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
    )


def _end(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)
    with process:
        process.wait()


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text().split()]
    return found
