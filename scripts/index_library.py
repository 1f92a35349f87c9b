"""Write machines/library/README.md: every runbook with links to all that it consists of.

.venv/bin/python scripts/index_library.py [--check]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "machines" / "library"
README = LIBRARY / "README.md"
HEAD = """\
# The starter library

<!-- made by scripts/index_library.py -->

Runbooks to begin with, a folder for each domain; the rules that start them are in
[`rules/library/`](../../rules/library/).
[Take one](../../docs/how-to/take-a-runbook.md) with `interlock init --runbook NAME`.
How good its scenarios are stands in [the reference](../../docs/reference/library.md).
"""
COLUMNS = ("machine", "rules", "actions", "test")


def readme() -> str:
    """Return the page as it should be."""
    lines = [HEAD]
    domain = None
    for machine in sorted(LIBRARY.rglob("*.machine.yaml")):
        if machine.parent.name != domain:
            domain = machine.parent.name
            lines += [
                f"## {domain.capitalize()}\n",
                f"| runbook | is for | {' | '.join(COLUMNS)} |",
            ]
            lines.append("|---" * (2 + len(COLUMNS)) + "|")
        lines.append(row(machine))
        if not next_in(machine):
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def next_in(machine: Path) -> bool:
    """Return whether another machine of the domain follows."""
    return machine != max(machine.parent.glob("*.machine.yaml"))


def row(machine: Path) -> str:
    """Return the row of one runbook."""
    name = machine.name.removesuffix(".machine.yaml")
    page = ROOT / "docs" / "runbooks" / f"machine-{name}.md"
    title = yaml.safe_load(machine.read_text())["title"]
    test = machine.with_name(f"{name}.test.yaml")
    used = [(test.parent / one).resolve() for one in yaml.safe_load(test.read_text())["uses"]]
    cells = [f"[`{name}`]({link(page)})", title]
    for column in COLUMNS:
        paths = [one for one in [*used, test] if one.name.endswith(f".{column}.yaml")]
        cells.append(", ".join(f"[{one.name.split('.')[0]}]({link(one)})" for one in paths))
    return f"| {' | '.join(cells)} |"


def link(path: Path) -> str:
    """Return the way from the page to a file that is there."""
    path.stat()
    return os.path.relpath(path, LIBRARY)


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(f"{README} is out of date" if README.read_text() != readme() else None)
    README.write_text(readme())
