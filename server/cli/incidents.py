"""``interlock incidents``: what is going on, and what is to happen."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Actor, Form, Incident, Output, Reason, Server

State = Annotated[str, typer.Option(metavar="NAME", help="Only in this state.")]
Machine = Annotated[str, typer.Option(metavar="ID", help="Only of this machine.")]
Severity = Annotated[str, typer.Option(metavar="WORD", help="Only of this severity.")]
Parent = Annotated[str, typer.Option(metavar="ID", help="Only branches of this incident.")]
Phase = Annotated[
    bool | None, typer.Option("--open/--closed", help="Only open or only closed ones.")
]
Since = Annotated[
    str, typer.Option(metavar="TIME", help="Only changed since, e.g. 2026-03-02T09:00:00Z.")
]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="Most incidents to print.")]
Only = Annotated[
    str,
    typer.Argument(
        metavar="INCIDENT", help="Only this one and its branches; ends when it is closed."
    ),
]
Remark = Annotated[str, typer.Option("--text", metavar="TEXT", help="A remark.")]
Choice = Annotated[
    str, typer.Argument(metavar="CHOICE", help="One of the question's choices.", show_default=False)
]
Roles = Annotated[
    list[str], typer.Option("--as", metavar="ROLE", help="What you answer as; may be repeated.")
]
Question = Annotated[
    str, typer.Option(metavar="ID", help="The question you have read; refused if it is another.")
]
Note = Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")]


def list_incidents(  # noqa: PLR0913  # an option each
    *,
    state: State = "",
    machine: Machine = "",
    severity: Severity = "",
    parent: Parent = "",
    phase: Phase = None,
    since: Since = "",
    limit: Limit = 100,
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Print incidents, newest first.

    interlock incidents list --open
    interlock incidents list --machine restart-service -o json
    """
    from itertools import islice

    from interlock.server.cli import looking
    from interlock.server.cli.online import connected

    begin = looking.read_time(since) if since else None
    with connected(server) as client:
        listed = client.each(
            lambda c: c.incidents.list(
                state=state,
                machine=machine,
                severity=severity,
                parent_id=parent,
                open=phase,
                since=begin,
            )
        )
        found = list(islice(listed, limit))
    looking.print_list(found, output)


def show(incident: Incident, server: Server = SERVER, output: Output = Form.TEXT) -> None:
    """Print one incident, every move its machine made, and its branches."""
    from interlock.server.cli import looking
    from interlock.server.cli.online import connected

    with connected(server) as client:
        found = client.run(lambda c: c.incidents.get(incident))
        moves = list(client.each(lambda c: c.audit.transitions(incident_id=incident)))
        branches = list(client.each(lambda c: c.incidents.list(parent_id=incident)))
    looking.print_incident(found, moves, output, branches[::-1])


def watch(
    incident: Only = "",
    machine: Machine = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Print every change as it happens.

    Until Ctrl-C, or until the one incident asked for is closed. JSON is one line a change.
    """
    from interlock.server.cli import looking
    from interlock.server.cli.online import connected

    with connected(server) as client:
        looking.follow(client, incident, machine, output)


def abort(
    incident: Incident,
    reason: Reason,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Stop an incident: its machine gets the event operator.abort.

    interlock incidents abort INCIDENT --reason "a known fault of the probe"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(lambda c: c.incidents.abort(incident, actor=asker, reason=reason))
    print_order("aborted", incident, position, output)


def acknowledge(
    incident: Incident,
    text: Remark = "",
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Record that you have taken notice of an incident."""
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(lambda c: c.incidents.acknowledge(incident, actor=asker, text=text))
    print_order("acknowledged", incident, position, output)


def annotate(
    incident: Incident,
    text: Note,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Add a remark to the history of an incident, open or closed.

    interlock incidents annotate INCIDENT "the disk was full; see ticket 4711"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(lambda c: c.incidents.annotate(incident, actor=asker, text=text))
    print_order("annotated", incident, position, output)


def answer(  # noqa: PLR0913  # an option each
    *,
    incident: Incident,
    choice: Choice,
    roles: Roles,
    reason: Reason,
    question: Question = "",
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Answer what an incident asks.

    You and the roles you name are taken at their word until there are identities.

    interlock incidents answer INCIDENT approve --as web-on-call --reason "seen it"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(
            lambda c: c.incidents.answer(
                incident, choice, actor=asker, roles=roles, reason=reason, question_id=question
            )
        )
    print_order(f"answered {choice!r}", incident, position, output)
