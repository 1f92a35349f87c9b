"""A real ``interlock serve`` in a folder of its own, with programs that really run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUNDLE = Path(__file__).parent / "bundle"
PROGRAM = [sys.executable, "-m", "interlock.server.cli"]
START_S = 40
"""On two busy cores."""

_OPERATIONS = """\
interlock: command/v1
operations:
  restart:
    argv: [/usr/bin/touch, "{{name}}"]
    cwd: {marks}
    inputs: {{name: {{type: string, pattern: "[a-z]+"}}}}
probes:
  restarted:
    argv: [/usr/bin/test, -e, "{{name}}"]
    cwd: {marks}
    inputs: {{name: {{type: string, pattern: "[a-z]+"}}}}
    outputs: {{exit: int}}
    success: [0, 1]
"""


class Served:
    """One process of the service.

    Attributes:
        folder: where its data, its programs' marks and its settings are.
        grpc: its gRPC address.
        http: its HTTP address.
    """

    def __init__(self, folder: Path, *, bundle: Path = BUNDLE) -> None:
        self.folder = folder
        self.store = f"sqlite:///{folder}/data/interlock.db"
        self.grpc = self.http = ""
        self.log: list[dict[str, object]] = []
        self._arguments = [
            *PROGRAM,
            "serve",
            *("--bundle", str(bundle)),
            *("--data-dir", str(folder / "data")),
            *("--grpc-address", "127.0.0.1:0"),
            *("--http-address", "127.0.0.1:0"),
            *("--executors", str(_settings(folder))),
        ]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it has."""
        self._process = subprocess.Popen(
            self._arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for event in self._events():
            if event["event"] == "service_started":
                self.grpc, self.http = str(event["grpc"]), str(event["http"])
                return
        raise AssertionError(f"it did not start: {self.log}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        with self._process:
            list(self._events())
            return self._process.wait(15)

    def _events(self) -> Iterator[dict[str, object]]:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line) if line.startswith("{") else {"event": line.strip()}
            self.log.append(event)
            yield event


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Give a running service."""
    service = Served(folder)
    service.start()
    try:
        yield service
    finally:
        code = service.stop()
    assert code == 0, service.log


def serve_once(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run ``serve`` that is expected not to start; return its code and standard error."""
    done = subprocess.run(
        [
            *PROGRAM,
            "serve",
            *("--bundle", str(BUNDLE), "--data-dir", str(folder / "data")),
            *("--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"),
            *("--executors", str(_settings(folder))),
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    return done.returncode, done.stderr


def _settings(folder: Path) -> Path:
    """Write what an operator writes and return the executors' file."""
    marks = folder / "marks"
    marks.mkdir(parents=True, exist_ok=True)
    operations = folder / "operations.yaml"
    operations.write_text(_OPERATIONS.format(marks=marks))
    settings = folder / "executors.toml"
    settings.write_text(f'[dry_run]\n[command]\noperations = "{operations}"\n')
    return settings
