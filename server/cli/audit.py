"""``interlock audit verify``: prove or refute a history, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.options import Form, Output, StoreUrl

Key = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Public key to trust; keep it elsewhere. [default: interlock.pub beside the store]",
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Signed checkpoint kept elsewhere, which the history must extend."
        " [default: checkpoint.txt beside the store, if there]",
    ),
]


def verify(
    store: StoreUrl, key: Key = None, checkpoint: Checkpoint = None, output: Output = Form.TEXT
) -> None:
    """Prove or refute a history: every entry, signature, decision and derived row.

    Folds the journal again and compares every byte. The exit code is 1 when anything differs.
    What a checkpoint you kept elsewhere covers, nobody can have changed unseen.

    interlock audit verify --store sqlite:///kept/interlock.db
    """
    from interlock.server.cli import proving

    report = proving.verify(store, key, checkpoint)
    raise typer.Exit(proving.print_report(report, output))
