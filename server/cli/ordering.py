"""What a person ordered, once it is in the journal."""

from __future__ import annotations

from interlock.server.cli import records
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.v1.position_pb2 import Position


def print_order(word: str, subject: str, position: Position, form: Form) -> None:
    """Print an order and its entry.

    Args:
        word: what was done, e.g. ``frozen``.
        subject: to what.
        position: the entry of the order.
        form: how to print it.
    """
    printer = Printer(form)
    if printer.is_json:
        printer.document({"order": word, "subject": subject, "position": records.place(position)})
    else:
        printer.line(subject, " ", (word, "bold"), f" at {position.partition}/{position.seq}")
