"""``interlock history export``: take the history away, for other tools."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from interlock.server.cli.options import StoreUrl

ExportForm = Annotated[
    Literal["jsonl", "csv"],
    typer.Option("--output", "-o", help="The journal as JSON Lines, or the transitions as CSV."),
]
First = Annotated[int, typer.Option("--from", metavar="SEQ", min=0, help="First entry.")]


def export(store: StoreUrl, output: ExportForm = "jsonl", first: First = 0) -> None:
    """Print the history of a store, oldest first.

    JSON Lines: every entry of the journal, decisions among them, as the bytes that are hashed.
    CSV: every move of every machine; no cell can be taken for a formula.

    interlock history export --store sqlite:///kept/interlock.db > history.jsonl
    """
    from interlock.server.cli import exporting

    exporting.export(store, output, first)
