"""``interlock audit``: prove or refute a history, take away what proves it; offline."""

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

NewFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Where it goes; must not exist yet.", show_default=False),
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


def checkpoint(store: StoreUrl, file: NewFile, key: Key = None, output: Output = Form.TEXT) -> None:
    """Take the last signed checkpoint out of a store, into a file of your own.

    Reads only, beside a running service or long after it. Keep the file where whoever
    administers the store cannot change it: the history can then no longer be changed
    unseen up to there. A file that exists is never written over.

    interlock audit checkpoint --store sqlite:///kept/interlock.db kept-today.txt
    """
    from interlock.server.cli import witnessing

    witnessing.take_checkpoint(store, file, key, output)
