"""``interlock verify``: does what an author wrote make sense, whatever comes?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.check import HERE, Env, Executors, Paths
from interlock.server.cli.options import Report, Reported

Write = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Write a scenario there for each finding that one can show; it fails when run.",
    ),
]


def verify(
    paths: Paths = None,
    executors: Executors = None,
    env: Env = None,
    write: Write = None,
    output: Reported = Report.TEXT,
) -> None:
    """Prove an author's files: rules, machines, actions, and the whole.

    Finds, without running anything, what can be used and is not meant: conditions that are
    never true, rules that never act, machines that may turn for ever, changes that nobody can
    take back. What does not pass `interlock check` is not looked at further. The exit code is
    1 when there is an error; warnings alone are none.

    interlock verify rules/ machines/
    interlock verify --write shown/ rules/ || interlock test shown/
    interlock verify -o json rules/ | jq -r '.diagnostics[].code'
    """
    from interlock.server.cli import verifying

    asked = verifying.Asked(executors, env, write)
    raise typer.Exit(verifying.verify(paths or [HERE], asked, output))
