"""``interlock facts``: what people say is the case, and what rules conclude."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Actor, Form, Output, Reason, Server

Name = Annotated[str, typer.Argument(metavar="FACT", help="As the rules declare it.")]
Some = Annotated[str, typer.Argument(metavar="FACT", help="Only facts of this name.")]
Fields = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE", help="Each in the text form of its type."),
]


def set_fact(  # an option each
    fact: Name,
    fields: Fields,
    reason: Reason,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Say what is the case, until it is taken back or its ttl ends.

    It stands before whatever rules conclude for the same key.

    interlock facts set host.in_maintenance host=db-1 --reason "new disk"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order
    from interlock.server.cli.pairs import read_pairs

    asker, said = who(actor), read_pairs("FIELD=VALUE", fields)
    with connected(server) as client:
        position = client.run(lambda c: c.control.set_fact(fact, said, actor=asker, reason=reason))
    print_order("set", fact, position, output)


def retract(  # an option each
    fact: Name,
    key: Fields,
    reason: Reason,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Take back what a person said; give the fields of its key.

    A fact that a rule concludes, too, goes on standing.

    interlock facts retract host.in_maintenance host=db-1 --reason "it is back"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order
    from interlock.server.cli.pairs import read_pairs

    asker, said = who(actor), read_pairs("FIELD=VALUE", key)
    with connected(server) as client:
        position = client.run(
            lambda c: c.control.retract_fact(fact, said, actor=asker, reason=reason)
        )
    print_order("retracted", fact, position, output)


def list_facts(fact: Some = "", server: Server = SERVER, output: Output = Form.TEXT) -> None:
    """List the facts that stand, whoever says so."""
    from interlock.server.cli import records
    from interlock.server.cli.online import connected
    from interlock.server.cli.printer import Printer

    with connected(server) as client:
        found = client.run(lambda c: c.control.facts(fact))
    printer = Printer(output)
    if printer.is_json:
        listed = [records.fact(one) for one in found.facts]
        printer.document({"facts": listed, "more": found.more})
        return
    printer.table(
        ("FACT", "FIELDS", "SAID", "SINCE"),
        [
            (
                one.fact,
                " ".join(f"{name}={text}" for name, text in sorted(one.fields.items())),
                "by a person" if one.said else "by rules",
                f"{one.position.partition}/{one.position.seq}",
            )
            for one in found.facts
        ],
    )
