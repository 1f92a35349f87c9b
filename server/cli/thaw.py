"""``interlock thaw``: lift a freeze."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import SERVER, Actor, Form, Output, Reason, Server

Scope = Annotated[
    str, typer.Argument(metavar="SCOPE", help="Exactly as it was frozen; see interlock gate.")
]


def thaw(
    scope: Scope,
    reason: Reason,
    actor: Actor = "",
    server: Server = SERVER,
    output: Output = Form.TEXT,
) -> None:
    """Lift the freeze of exactly one scope.

    What waits there is judged again.

    interlock thaw global --reason "the cause is known"
    """
    from interlock.server.cli.online import connected, who
    from interlock.server.cli.ordering import print_order

    asker = who(actor)
    with connected(server) as client:
        position = client.run(lambda c: c.control.thaw(scope, actor=asker, reason=reason))
    print_order("thawed", scope, position, output)
