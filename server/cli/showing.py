"""Counter-examples as files: each is played first, and kept only if it fails as it should."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from interlock.engine.verify import Counterexample
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.suites import read_suites
from interlock.testing.scenario import judge, play

_UNMET = "RV410"
"""What ought to have come of it did not; anything else would be a fault of the scenario."""

_MOST_WORDS = 6
"""Words of a finding that name its file."""


def write(
    examples: Iterable[tuple[Counterexample, str]], folder: Path, executors: Path | None
) -> Iterator[tuple[Diagnostic, Path]]:
    """Write the scenarios that fail when they are played; yield what each shows, and its file.

    Args:
        examples: what they show, and their texts; the next is asked for when one is written.
        folder: where they go; made if it is not there.
        executors: where it stands what probes there are, as for ``interlock test``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    for example, text in examples:
        path = folder / _name(example, found)
        path.write_text(text)
        if _fails(path, executors, example.finding.code):
            found.append(path)
            yield example.finding, path
        else:
            path.unlink()


def uses(paths: Sequence[Path], folder: Path) -> list[str]:
    """Return paths as a document in a folder names them."""
    return [os.path.relpath(path, folder) for path in paths]


def _name(example: Counterexample, taken: Sequence[Path]) -> str:
    words = re.findall(r"[a-z0-9]+", example.finding.message.lower())[:_MOST_WORDS]
    stem = "-".join([example.finding.code.lower(), *words])
    used = sum(path.name.startswith(stem) for path in taken)
    return f"{stem}{f'-{used + 1}' if used else ''}.test.yaml"


def _fails(path: Path, executors: Path | None, code: str) -> bool:
    """Whether the scenario of a file is sound, and what it expects does not happen."""
    try:
        suites = read_suites([path], executors)
    except DefinitionError:
        return False
    misses = [
        miss
        for suite in suites.suites
        for scenario in suite.scenarios
        for miss in judge(play(scenario, suite.bundle)).misses
    ]
    return bool(misses) and all(miss.code in {_UNMET, code} for miss in misses)
