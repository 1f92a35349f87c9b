"""An executor that does nothing but note when it was asked: the other end of send→dispatch.

The service finds it as it finds any plugin, by an entry point; ``install`` makes a folder that
offers it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from typing_extensions import override

from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.executors.plugin import Plugin
from interlock.language.values import STRING, Field, Value

_ENTRY_POINTS = "[interlock.executors]\nstopwatch = tests.bench.stopwatch:create\n"
_METADATA = "Metadata-Version: 2.1\nName: interlock-stopwatch\nVersion: 0\n"


class Stopwatch(Plugin):
    """Writes the input ``signal`` and the monotonic time in ns to a file.

    Args:
        path: the file; one line an attempt.
    """

    def __init__(self, path: str) -> None:
        note = Manifest(inputs={"signal": Field(STRING)})
        super().__init__("stopwatch", actions={"note": note}, probes={})
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        os.write(self._file, f"{attempt.inputs['signal']} {time.monotonic_ns()}\n".encode())
        return AttemptResult("ok", "noted", "", {})

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        raise NotImplementedError


def create(settings: Mapping[str, str]) -> Stopwatch:
    """Make the executor; ``file`` says where it writes."""
    return Stopwatch(settings["file"])


def install(folder: Path) -> Path:
    """Return a folder that, on Python's path, offers the executor."""
    about = folder / "site" / "interlock_stopwatch-0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(_METADATA)
    (about / "entry_points.txt").write_text(_ENTRY_POINTS)
    return about.parent


def noted(path: Path) -> dict[str, int]:
    """Return when each signal's action was sent, ns."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: int(at) for name, at in (line.split() for line in lines)}
