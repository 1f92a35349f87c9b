"""``interlock signal send``: say something as a monitoring system would."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from interlock.server.cli.options import SERVER, Form, Output, Server

Name = Annotated[str, typer.Argument(metavar="NAME", help="What kind of thing is said.")]
Source = Annotated[str, typer.Option(metavar="NAME", help="Who says it.")]
Subject = Annotated[str, typer.Option(metavar="TEXT", help="What it is about.")]
Status = Annotated[Literal["firing", "resolved"], typer.Option(help="Whether the condition holds.")]
Severity = Annotated[
    Literal["info", "warning", "error", "critical"] | None, typer.Option(help="How bad it is.")
]
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="K=V",
        help="Text, read as its field is declared, such as 10m; may be repeated.",
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--value", metavar="K=V", help="Typed by look: true, 12, 0.12 or text; may be repeated."
    ),
]
Id = Annotated[
    str | None,
    typer.Option("--id", metavar="TEXT", help="Names the message: the same id counts once."),
]


def send(  # noqa: PLR0913  # an option each
    name: Name,
    *,
    source: Source = "cli",
    subject: Subject = "",
    status: Status = "firing",
    severity: Severity = None,
    label: Labels = None,
    value: Values = None,
    id: Id = None,  # noqa: A002  # the contract's word
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Send one signal.

    Returns when it is on disk, and prints its place in the journal.

    interlock signal send site.probe --label service=shop --value up=false
    interlock signal send http.error_ratio --subject shop --value ratio=0.12
    """
    from interlock.client import signal
    from interlock.server.cli.online import connected
    from interlock.server.cli.pairs import read_pairs, read_values
    from interlock.server.cli.sending import print_receipt

    said = signal(
        name,
        source=source,
        subject=subject,
        resolved=status == "resolved",
        severity=severity or "",
        labels=read_pairs("--label", label or ()),
        values=read_values("--value", value or ()),
        id=id,
    )
    with connected(server) as client:
        receipt = client.run(lambda c: c.signals.ingest([said]))
    print_receipt(said.id, receipt, output)
