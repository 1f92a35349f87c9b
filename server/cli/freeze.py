"""``interlock freeze``: nothing in a scope acts any more."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Actor, Form, Output, Reason, Server

Scope = Annotated[
    str,
    typer.Argument(
        metavar="SCOPE",
        help="global, or kind:name; kinds: machine, action, executor, target, incident.",
    ),
]


def freeze(
    scope: Scope,
    reason: Reason,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Keep every action in a scope from leaving.

    From now until it is thawed. Signals are still taken and decided, people still notified.

    interlock freeze global --reason "I want to look first"
    interlock freeze target:web-1 --reason "replacing its disk"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(lambda c: c.control.freeze(scope, actor=asker, reason=reason))
    print_order("frozen", scope, position, output)
