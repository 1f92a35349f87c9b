"""``interlock docs``: runbook pages for people, from the author's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.check import HERE, Env, Paths
from interlock.server.cli.options import Form, Output

Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where the pages go; made when missing.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; the exit code is 1 when a page would.")
]


def docs(
    out: Out, paths: Paths = None, check: Check = False, env: Env = None, output: Output = Form.TEXT
) -> None:
    """Write runbook pages from the files.

    What each machine is for, its diagram, what starts it, its steps, risks, limits and way
    back, as Markdown with links between runbooks, rules and actions. The same files give the
    same pages. Only pages it made itself are replaced.

    interlock docs rules/ machines/ --out runbooks/
    interlock docs rules/ machines/ --out runbooks/ --check
    """
    from interlock.server.cli import paging

    raise typer.Exit(paging.write(paths or [HERE], out, env, check=check, form=output))
