"""``interlock verify``: does what an author wrote make sense, whatever comes?"""

from __future__ import annotations

import typer

from interlock.server.cli.check import Env, Executors, Paths
from interlock.server.cli.options import Report, Reported


def verify(
    paths: Paths,
    executors: Executors = None,
    env: Env = None,
    output: Reported = Report.TEXT,
) -> None:
    """Prove an author's files: rules, machines, actions, and the whole.

    Finds, without running anything, what can be used and is not meant: conditions that are
    never true, rules that never act, machines that may turn for ever, changes that nobody can
    take back. What does not pass `interlock check` is not looked at further. The exit code is
    1 when there is an error; warnings alone are none.

    interlock verify rules/ machines/
    interlock verify -o json rules/ | jq -r '.diagnostics[].code'
    """
    from interlock.server.cli import verifying

    raise typer.Exit(verifying.verify(paths, executors, output, env))
