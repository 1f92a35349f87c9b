"""``interlock lint``: is what an author wrote as people agreed?"""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.check import HERE, Env, Executors, Paths
from interlock.server.cli.options import Report, Reported

Day = Annotated[
    str,
    typer.Option(
        "--today", metavar="DATE", help="The day on which things end. [default: today, in UTC]"
    ),
]


Against = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="PLACE",
        help="Whose versions must be raised with a change: a folder, git:REVISION[:PATH], a store.",
    ),
]


def lint(
    paths: Paths = None,
    executors: Executors = None,
    env: Env = None,
    today: Day = "",
    against: Against = "",
    output: Reported = Report.TEXT,
) -> None:
    """Find what is right and not as people agreed: owners, reviews, words.

    Warnings of the check count too. A comment switches one off, with a reason and, if need be,
    until a day: # interlock: off RV504 until 2027-01-31 because the page moves this month. The
    exit code is 1 when anything is found.

    interlock lint rules/ machines/
    interlock lint -o github --against git:origin/main:rules rules/
    """
    from interlock.server.cli import linting

    raise typer.Exit(linting.lint_files(paths or [HERE], executors, output, env, today, against))
