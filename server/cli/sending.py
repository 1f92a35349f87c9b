"""What became of a signal sent by hand."""

from __future__ import annotations

from interlock.errors import SignalRejected
from interlock.server.cli import records
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.v1.signal_service_pb2 import BatchReceipt, SignalCode


def print_receipt(id: str, receipt: BatchReceipt, form: Form) -> None:  # noqa: A002
    """Print what became of the one signal of a batch.

    Raises:
        SignalRejected: it was refused; nothing is in the journal but the refusal.
    """
    result = receipt.results[0] if receipt.results else None
    if result is not None and result.code != SignalCode.SIGNAL_CODE_DUPLICATE:
        field = f"{result.field}: " if result.field and result.field not in result.reason else ""
        raise SignalRejected(f"{field}{result.reason}", field=result.field)
    word = "accepted" if result is None else "duplicate"
    position = receipt.position if result is None else result.position
    printer = Printer(form)
    if printer.is_json:
        printer.document({"id": id, "receipt": word, "position": records.place(position)})
    else:
        known = "" if result is None else ", as before"
        printer.line((word, "green"), f" at {position.partition}/{position.seq}{known}")
