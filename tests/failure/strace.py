"""Runs Python programs of the tests under strace."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed (apt-get install strace)"
)


def run_traced(
    options: list[str], module: str, *arguments: object, timeout_s: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run a module under ``strace -f -qq`` with more options; return its end and output."""
    return subprocess.run(
        [
            "strace", "-f", "-qq", *options,
            sys.executable, "-m", module, *[str(argument) for argument in arguments],
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )  # fmt: skip
