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
Runbooks = Annotated[
    list[str] | None,
    typer.Option(
        "--runbook",
        metavar="NAME",
        help="A runbook of the starter library to take, instead of the example; may be repeated.",
    ),
]


def init(
    folder: Folder = Path(),
    source: From = None,
    runbook: Runbooks = None,
    output: Output = Form.TEXT,
) -> None:
    """Begin a project that passes check and test at once.

    Signals, a rule, a machine, an action, an inventory and scenarios, with the line by which
    editors find the schema. Nothing is overwritten. With --from, each alert becomes a signal
    and a rule that tells people; what cannot be carried stands in comments and in the summary.
    With --runbook, everything a runbook of the starter library consists of is written, with its
    scenarios, and with executors that fail until you put your programs in.

    interlock init shop && cd shop && interlock test
    interlock init shop --from alerts.yml
    interlock init shop --runbook disk-filling
    """
    from interlock.server.cli import starting

    if source is not None and runbook:
        raise typer.BadParameter("give either --from or --runbook")
    if source is not None:
        starting.carry(source, folder, output)
    elif runbook:
        starting.take(runbook, folder, output)
    else:
        starting.start(folder, output)
