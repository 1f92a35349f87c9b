"""``interlock test``: does a bundle do what its scenarios expect?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.options import Report, Reported

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Test documents, and folders with all below them. [default: this folder]",
        show_default=False,
    ),
]
Executors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What probes there are: the service's TOML, or an executors.json."
        " [default: executors.json beside the bundle, or what the fakes show]",
    ),
]
Named = Annotated[
    str, typer.Option("-k", metavar="NAME", help="Only scenarios with this in their name.")
]


def run(
    paths: Paths = None,
    executors: Executors = None,
    named: Named = "",
    output: Reported = Report.TEXT,
) -> None:
    """Play the scenarios of a bundle in simulated time.

    What nobody expected fails a scenario too: an action, a message, a machine that starts. The
    exit code is 1 when a scenario fails, 2 when a document or its bundle has faults.

    interlock test
    interlock test -k "nobody answers" rules/tests/
    interlock test -o junit > junit.xml
    """
    from interlock.server.cli import testing

    raise typer.Exit(testing.report_on(paths or [Path()], executors, named, output))
