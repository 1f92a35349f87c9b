"""Measure what the scenarios of each runbook of the starter library are worth.

    .venv/bin/python scripts/score_library.py [NAME …]

Prints a row of docs/reference/library.md for each runbook: scenarios, coverage, mutants noticed,
and writes the survivors to standard error.  A runbook takes a few seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LIBRARY = Path(__file__).parents[1] / "machines" / "library"


def score(path: Path) -> str:
    """Return the row of the runbook that a test document is about."""
    command = ["interlock", "test", str(path), "--coverage", "--mutate", "-o", "json"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    told = json.loads(run.stdout)
    mutants, name = told["mutants"], path.name.removesuffix(".test.yaml")
    for one in mutants["survivors"]:
        place = f"{Path(one['path']).name}:{one['line']}"
        print(f"{name}: {place}: {one['change']}", file=sys.stderr)
    cells = (
        f"[`{name}`](../runbooks/machine-{name}.md)",
        path.parent.name,
        str(told["passed"]),
        f"{told['coverage']['percent']} %",
        f"{mutants['killed']} of {mutants['count']}, {mutants['percent']} %",
    )
    return f"| {' | '.join(cells)} |"


def main(names: list[str]) -> None:
    """Print the rows of the runbooks named, or of all, by domain and name."""
    for machine in sorted(LIBRARY.rglob("*.machine.yaml")):
        path = machine.with_name(machine.name.replace(".machine.", ".test."))
        if not names or path.name.removesuffix(".test.yaml") in names:
            print(score(path), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
