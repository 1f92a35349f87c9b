"""``interlock fmt``: one way to write what means the same."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.check import HERE, Paths
from interlock.server.cli.options import Form, Output

Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; the exit code is 1 when something would.")
]


def fmt(paths: Paths = None, check: Check = False, output: Output = Form.TEXT) -> None:
    """Lay files out canonically, in place.

    Keys in the order of the reference, conditions one a line, double quotes, two blanks a
    level, at most one blank line; comments stay with what they are about. What a file says is
    compared before it is written. A file with a fault of YAML is left as it is, and so is one
    with anchors.

    interlock fmt
    interlock fmt --check rules/ machines/
    """
    from interlock.server.cli import formatting

    raise typer.Exit(formatting.lay_out(paths or [HERE], check, output))
