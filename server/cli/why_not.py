"""``interlock why-not``: why a rule did not fire, or an incident did not run an action."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Form, MaybeStore, Output, Server

Rule = Annotated[
    str, typer.Argument(metavar="RULE", help="Id of a rule; with --incident, name of an action.")
]
At = Annotated[
    str,
    typer.Option(
        metavar="TIME",
        help="The moment asked about, e.g. 2026-03-02T09:04:00Z. [default: the end]",
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD=VALUE",
        help="Only elements whose field reads so, e.g. service=shop; may be repeated.",
    ),
]
Incident = Annotated[
    str, typer.Option("--incident", metavar="ID", help="Why did this incident not run the action?")
]


def why_not(  # noqa: PLR0913, PLR0917  # the options of a verb
    rule: Rule,
    store: MaybeStore = "",
    server: Server = SERVER,
    at: At = "",
    where: Where = None,
    incident: Incident = "",
    output: Output = Form.TEXT,
) -> None:
    """Print why a rule did not fire: the nearest it came, test by test.

    Folds the journal up to the moment and shows what each test saw; every element is followed
    by the journal entry it came with. A fact that is missing leads to the rules that assert it.

    interlock why-not shop/roll-back --where service=shop
    interlock why-not web.restart --incident INCIDENT --store sqlite:///kept/interlock.db
    """
    from interlock.server.cli import silences
    from interlock.server.cli.printer import Printer
    from interlock.server.inputs import InputRejected

    if incident and (at or where):
        raise InputRejected("--incident: an action is asked about without --at and --where")
    printer = Printer(output)
    if incident:
        silences.show_action(printer, rule, incident, store=store, server=server)
    else:
        silences.show_rule(printer, rule, at=at, where=where or (), store=store, server=server)
