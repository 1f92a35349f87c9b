"""``interlock check``: is what an author wrote right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.options import NO_CACHE, Report, Reported

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Files, and folders with all below them. [default: this folder]",
        show_default=False,
    ),
]
HERE = Path()
"""What is meant when no path is given."""
Executors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What probes there are: the service's TOML, or an executors.json."
        " [default: each executors.json in a folder given, below it or beside a file; else an"
        " executors.toml there or in the folder around; without one an unknown probe is only a"
        " warning]",
    ),
]


Env = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Environment whose parameters count. [default: none, the defaults]"
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache",
        envvar=NO_CACHE,
        help="Neither believe what was found in the same files before, nor keep it.",
    ),
]


def check(
    paths: Paths = None,
    executors: Executors = None,
    env: Env = None,
    output: Reported = Report.TEXT,
    no_cache: NoCache = False,
) -> None:
    """Check an author's files and name every fault.

    Compiles rules, machines, actions and inventory as the service would, everything given as
    one bundle, offline. The exit code is 1 when there is an error; warnings alone are none.

    interlock check rules/ machines/
    interlock check -o json rules/ | jq -r '.diagnostics[].code'
    interlock check -o sarif rules/ > interlock.sarif
    """
    from interlock.server.cli import rechecking

    cached = not no_cache
    raise typer.Exit(rechecking.check(paths or [HERE], executors, output, env, cached=cached))
