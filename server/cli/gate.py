"""``interlock gate``: what may act now, and what stands in the way."""

from __future__ import annotations

from interlock.server.cli.options import SERVER, Form, Output, Server


def gate(server: Server = SERVER, output: Output = Form.TEXT) -> None:
    """Print what may act now and what stands in the way.

    Whether the engines agree, how many actions wait or run, and which scopes are frozen.
    """
    from interlock.server.cli import records
    from interlock.server.cli.online import connected
    from interlock.server.cli.printer import Printer, counted

    with connected(server) as client:
        status = client.run(lambda c: c.control.gate_status())
    printer = Printer(output)
    record = records.gate(status)
    if printer.is_json:
        printer.document(record)
        return
    printer.fields(
        {
            "engines": str(record["agreement"]),
            "waiting": counted(status.waiting_actions, "action"),
            "running": counted(status.running_actions, "action"),
            "frozen": "" if status.freezes else "nothing",
        }
    )
    if status.freezes:
        printer.table(
            ("FROZEN", "SINCE", "BY", "REASON"),
            [
                (f.scope, records.moment(f.at.ToMilliseconds()), f.actor, f.reason)
                for f in status.freezes
            ],
        )
