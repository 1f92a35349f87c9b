"""``interlock why``: the reasons behind an incident or an action, down to the signals."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Form, MaybeStore, Output, Server

Subject = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="Id of an incident or of an action.")
]


def why(
    subject: Subject, store: MaybeStore = "", server: Server = SERVER, output: Output = Form.TEXT
) -> None:
    """Print the reasons behind an incident or an action.

    A tree down to the signals; every line ends with the journal entry it comes from.

    interlock incidents list
    interlock why INCIDENT
    """
    from interlock.server.cli import reasons
    from interlock.server.cli.printer import Printer

    root = reasons.from_store(store, subject) if store else reasons.from_service(server, subject)
    printer = Printer(output)
    if printer.is_json:
        printer.document(root)
    else:
        printer.tree(reasons.tree(root))
