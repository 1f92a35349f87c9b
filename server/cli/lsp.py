"""``interlock lsp``: help an editor while somebody writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.check import Env

Parts = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Files and folders of the bundle, from the folder that the editor opened."
        " [default: all of that folder]",
        show_default=False,
    ),
]
Executors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What probes there are, as for check; from the folder that the editor opened.",
    ),
]


def lsp(paths: Parts = None, executors: Executors = None, env: Env = None) -> None:
    """Help an editor while somebody writes: a language server.

    An editor starts it and speaks to it over standard input and output; nothing listens on a
    network. Faults are marked as they are typed; names, keys, and what an expression may read
    are completed and explained. Needs the extra: pip install interlock[lsp]. The exit code is 1
    when the editor has gone without a word.

    interlock lsp
    interlock lsp policy --executors policy/executors.toml
    """
    from interlock.server.cli import editing

    raise typer.Exit(editing.edit(paths or [], executors, env))
