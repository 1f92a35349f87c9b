"""Runs laws in processes of their own and reads what came of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fuzz import seeds

LAWS = ("documents", "expressions", "templates", "bundles", "scenarios", "alerts", "wire")

SECONDS = 600
"""Most time of one input by the clock, which runs on while a process waits or is stopped: only what
hangs takes so long.  A worker counts the processor's time."""
MEGABYTES = 1_024
"""Most memory of a process."""
LONGEST = {"expressions": 500, "templates": 500, "wire": 2_000, "planted": 20}
"""Most bytes of an input, by law; 4,000 for files."""

_DONE = re.compile(r"^Done (\d+) in (\d+) second", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+) ft: ")


@dataclass(frozen=True)
class Outcome:
    """What came of one law.

    Attributes:
        law: which.
        inputs: how many were tried.
        covered: edges of our modules that were reached.
        spent: processor seconds.
        broken: the input that broke it, or None.
        how: ``crash``, ``oom`` or ``timeout``, which a process that was stopped comes to, too.
        said: the end of what was printed.
    """

    law: str
    inputs: int
    covered: int
    spent: float
    broken: bytes | None
    how: str
    said: str

    def __str__(self) -> str:
        """Return one line about it."""
        rate = self.inputs / self.spent if self.spent else 0
        verdict = (
            "holds" if self.broken is None else f"BROKEN ({self.how}) by {self.broken[:200]!r}"
        )
        return (
            f"{self.law}: {self.inputs:,} inputs, {self.covered:,} edges,"
            f" {self.spent:.0f} s of processor time ({rate:,.0f} a second): {verdict}"
        )


def run(
    law: str, inputs: int, seed: int, *, corpus: Path | None = None, processes: int = 1
) -> Outcome:
    """Try so many inputs against a law, mutated from its seeds.

    Args:
        law: one of ``LAWS``, or ``planted``.
        inputs: how many; the seeds count, too.
        seed: of the mutations; the same seed tries the same inputs.
        corpus: a folder that keeps what reaches new code; None: nothing is kept.
        processes: among how many the inputs are dealt, each with a seed of its own.
    """
    share = -(-inputs // processes)
    with ThreadPoolExecutor(processes) as threads:
        parts = [
            threads.submit(_run, law, share, seed + number, corpus) for number in range(processes)
        ]
        outcomes = [part.result() for part in parts]
    worst = next((one for one in outcomes if one.broken is not None), outcomes[0])
    return replace(
        worst,
        inputs=sum(one.inputs for one in outcomes),
        covered=max(one.covered for one in outcomes),
        spent=sum(one.spent for one in outcomes),
    )


def _run(law: str, inputs: int, seed: int, corpus: Path | None) -> Outcome:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        seeds.write(law, folder / "seeds")
        seeds.write_dictionary(folder / "words")
        kept = corpus or folder / "corpus"
        kept.mkdir(parents=True, exist_ok=True)
        flags = [
            f"-atheris_runs={inputs}",
            f"-seed={seed}",
            f"-max_len={LONGEST.get(law, 4_000)}",
            f"-timeout={SECONDS}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-dict={folder / 'words'}",
            f"-artifact_prefix={folder / 'broken-'}",
        ]
        command = [sys.executable, "-m", "tests.fuzz.worker", law, *flags, kept, folder / "seeds"]
        with (folder / "said").open("w+", errors="replace") as said:
            worker = subprocess.Popen(
                command,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=seeds.HOME,
                env={**os.environ, "PYTHONHASHSEED": "0"},
            )
            _, status, used = os.wait4(worker.pid, 0)
            worker.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            told = said.read()
        how, broken = left_behind(folder)
        if worker.returncode and broken is None:
            raise RuntimeError(f"{law} did not run ({worker.returncode}): {told[-2_000:]}")
        counted, reached = _DONE.search(told), _COVERED.findall(told)
        return Outcome(
            law=law,
            inputs=int(counted[1]) if counted else 0,
            covered=int(reached[-1]) if reached else 0,
            spent=used.ru_utime + used.ru_stime,
            broken=broken,
            how=how,
            said=told[-4_000:],
        )


def left_behind(folder: Path) -> tuple[str, bytes | None]:
    """Return how a law was broken, and by what; an input that was only slow has broken none."""
    for one in sorted(folder.glob("broken-*")):
        how = one.name.removeprefix("broken-").rpartition("-")[0]
        if how != "slow-unit":
            return how, one.read_bytes()
    return "", None
