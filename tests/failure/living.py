"""A real ``interlock serve`` that tests kill, stop, freeze and starve, with effects they can count.

Every wanted item becomes an incident whose action leaves a mark under its idempotency key: one
action leaves one, however often it is tried.  ``effects`` lists the marks, ``starts`` every time
one was left.  While the file ``slow`` is there the program takes as long as it says, in seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from interlock.client import Client
from interlock.client import signal as make_signal
from interlock.engine.history import History, IncidentQuery
from interlock.engine.journal.connections import reading_engine
from interlock.v1.signal_pb2 import Signal

START_S = 60
WAIT_S = 60
"""On two busy cores."""

_WRITE = """\
[ -e slow ] && sleep "$(cat slow)"
echo "$1" >> starts
touch "effects/$1.$INTERLOCK_IDEMPOTENCY_KEY"
"""
_SEEN = 'for found in effects/"$1".*; do [ -e "$found" ]; exit; done'

OPERATIONS = """\
interlock: command/v1
operations:
  write:
    argv: [/bin/sh, {folder}/write.sh, "{{item}}"]
    cwd: {folder}
    inputs: {{item: {{type: string, pattern: "[a-z0-9-]+"}}}}
probes:
  written:
    argv: [/bin/sh, {folder}/seen.sh, "{{item}}"]
    cwd: {folder}
    inputs: {{item: {{type: string, pattern: "[a-z0-9-]+"}}}}
    outputs: {{exit: int}}
    success: [0, 1]
"""

BUNDLE = """\
interlock: signals/v1
package: ledger
owner: team-test
signals:
  work.wanted: {keep: latest, key: [item], ttl: 1h, fields: {item: string}}
---
interlock: rules/v1
package: ledger
owner: team-test
rules:
  - id: do-it
    title: Work is wanted
    severity: high
    when: [{signal: work.wanted, as: wanted}]
    then: [{start: write-once, incident: "${wanted.item}", with: {item: "${wanted.item}"}}]
    why: ${wanted.item} is wanted
---
interlock: actions/v1
package: ledger
owner: team-test
executor: command
actions:
  ledger.write:
    version: 1
    title: Write a line into the ledger, once
    inputs: {item: string}
    target: none
    risk: low
    reversible: false
    irreversible_because: it is a ledger
    idempotency_key: ${item}
    timeout: 20s
    verify:
      probe: command.written
      with: {item: "${item}"}
      expect: probe.exit == 0
      every: 20ms
      within: 3s
      consecutive: 2
---
interlock: machine/v1
id: write-once
package: ledger
version: 1
title: Write a line and see it written
owner: team-test
doc: One effect outside of the process, so that a test can count it.
context: {item: string}
outcomes: [resolved, handed_over]
initial: writing
states:
  writing:
    run: ledger.write
    with: {item: "${item}"}
    retry: {attempts: 5, backoff: 50ms, on: [timed_out]}
    on: {done: resolved, failed: handed_over, timed_out: handed_over, refused: handed_over,
         unverified: handed_over}
  resolved: {final: resolved}
  handed_over: {final: handed_over}
"""


class Living:
    """A service in a folder, through all its lives.

    Attributes:
        folder: where everything of it is.
        data: its data folder.
        grpc, http: its addresses in this life.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bundle: Mapping[str, str] | None = None,
        engines: str = "both",
        data: Path | None = None,
    ) -> None:
        self.folder = folder
        self.data = data or folder / "data"
        self.grpc = self.http = ""
        self._lives = 0
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("effects", "bundle"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "write.sh").write_text(_WRITE)
        (folder / "seen.sh").write_text(_SEEN)
        (folder / "operations.yaml").write_text(OPERATIONS.format(folder=folder))
        settings = f'[command]\noperations = "{folder}/operations.yaml"\n[dry_run]\n'
        (folder / "executors.toml").write_text(settings)
        self.bundle(bundle or {"all.yaml": BUNDLE})
        self._arguments = [
            *(sys.executable, "-m", "interlock.server.cli", "serve"),
            *("--bundle", str(folder / "bundle"), "--data-dir", str(self.data)),
            *("--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"),
            *("--executors", str(folder / "executors.toml"), "--engines", engines),
        ]

    # --- life and death ---------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Process id of this life."""
        assert self._process is not None
        return self._process.pid

    @property
    def store(self) -> Path:
        """The database file."""
        return self.data / "interlock.db"

    def bundle(self, files: Mapping[str, str]) -> None:
        """Put files in place of what is in the bundle's folder."""
        for old in (self.folder / "bundle").iterdir():
            old.unlink()
        for name, text in files.items():
            (self.folder / "bundle" / name).write_text(text)

    def start(self) -> None:
        """Begin a life and wait until it says that it serves."""
        self._lives += 1
        log = self.folder / f"log-{self._lives}"
        with log.open("wb") as out:
            self._process = subprocess.Popen(self._arguments, stdout=out, stderr=out)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            for event in self.log():
                if event["event"] == "service_started":
                    self.grpc, self.http = event["grpc"], event["http"]
                    return
            time.sleep(0.02)
        raise AssertionError(f"it did not start: {log.read_text()[-3_000:]}")

    def start_in_vain(self) -> tuple[int, str]:
        """Begin a life that is expected to end at once; return its exit code and its words."""
        done = subprocess.run(
            self._arguments, capture_output=True, text=True, timeout=START_S, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def end(self, number: int = signal.SIGKILL) -> int:
        """Send a signal and return the exit code."""
        os.kill(self.pid, number)
        return self.wait()

    def terminate(self) -> None:
        """Ask it to end, and do not wait for it."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it has ended; return its exit code."""
        assert self._process is not None
        return self._process.wait(30)

    def log(self) -> list[dict[str, Any]]:
        """Return what this life has logged so far."""
        lines = (self.folder / f"log-{self._lives}").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def engine_pids(self) -> list[int]:
        """Return the process ids of the second engine."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"caged" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def close(self) -> None:
        """End what is left of it."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self.pid, signal.SIGCONT)
            self.end()

    # --- what it did ------------------------------------------------------------------------

    def effects(self) -> list[str]:
        """Return the items that have a mark, one for each mark."""
        return [mark.name.partition(".")[0] for mark in (self.folder / "effects").iterdir()]

    def starts(self) -> list[str]:
        """Return the items a mark was left for, one for each time."""
        path = self.folder / "starts"
        return path.read_text().split() if path.exists() else []

    def slow(self, seconds: float | None) -> None:
        """Let the program take so long from now on; None: no longer than it must."""
        if seconds is None:
            (self.folder / "slow").unlink(missing_ok=True)
        else:
            (self.folder / "slow").write_text(str(seconds))

    def incidents(self) -> dict[str, str | None]:
        """Return the outcome of every incident by what it is about, read from the store."""
        history = History(reading_engine(self.store))
        try:
            return {r["key"]: r["outcome"] for r in history.incidents(IncidentQuery(), 10_000)}
        finally:
            history.close()


@contextmanager
def living(folder: Path, **more: Any) -> Iterator[Living]:
    """Give a service that serves; whatever is left of it in the end is killed."""
    service = Living(folder, **more)
    try:
        service.start()
        yield service
    finally:
        service.close()


@asynccontextmanager
async def talking(service: Living) -> AsyncIterator[Client]:
    """Give a client of this life."""
    async with Client(service.grpc) as client:
        yield client


def wanted(item: str) -> Signal:
    """Return the signal that wants an item; the same one however often it is made."""
    return make_signal("work.wanted", source="test", id=item, values={"item": item})


def noise(number: int) -> Signal:
    """Return a signal nobody asks for."""
    return make_signal("nobody.asks", source="test", id=f"noise-{number}")


def eventually(holds: Callable[[], bool], what: str, seconds: float = WAIT_S) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it did not within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def talk(service: Living, about: Callable[[Client], Awaitable[Any]]) -> Any:
    """Talk to a service once, from plain code."""

    async def once() -> Any:
        async with talking(service) as client:
            return await about(client)

    return asyncio.run(once())
