"""``interlock init``: begin a project, or carry alert rules over into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.options import Form, Output

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="Where to; made when missing.", show_default=False),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Prometheus alert rules to carry over, instead of the example.",
    ),
]


def init(folder: Folder = Path(), source: From = None, output: Output = Form.TEXT) -> None:
    """Begin a project that passes check and test at once.

    Signals, a rule, a machine, an action, an inventory and scenarios, with the line by which
    editors find the schema. Nothing is overwritten. With --from, each alert becomes a signal
    and a rule that tells people; what cannot be carried stands in comments and in the summary.

    interlock init shop && cd shop && interlock test
    interlock init shop --from alerts.yml
    """
    from interlock.server.cli import starting

    if source is None:
        starting.start(folder, output)
    else:
        starting.carry(source, folder, output)
