"""A checkpoint on its way out of the store, to whoever will hold the history to it."""

from __future__ import annotations

from pathlib import Path

from interlock.engine.journal.export import export_checkpoint
from interlock.errors import NotFound
from interlock.server.cli import offline
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.server.cli.proving import trusted_key
from interlock.server.inputs import InputRejected


def take_checkpoint(url: str, file: Path, key: Path | None, form: Form) -> None:
    """Write the last signed checkpoint of a store into a new file and say what it covers.

    Args:
        url: of the store; it is only read.
        file: where the checkpoint goes.
        key: file of the public key; None: the one beside the store.
        form: how to say it.

    Raises:
        InputRejected: store or key cannot be read, the file exists, or nothing is signed yet.
        JournalCorrupt: the checkpoint is not signed by the key.
        JournalError: the file cannot be written.
    """
    if file.exists():
        raise InputRejected(f"FILE: {file} exists; evidence is never written over, take a new name")
    verifier = trusted_key(offline.existing_store(url), key)
    with offline.opened(url) as reader:
        try:
            taken = export_checkpoint(reader, verifier, file)
        except NotFound as error:
            raise InputRejected(f"--store: {error}") from error
    printer = Printer(form)
    if printer.is_json:
        root = taken.root.hex()
        printer.document(
            {"file": str(file), "origin": taken.origin, "size": taken.size, "root": root}
        )
    else:
        printer.line(f"{file} covers the first {taken.size} entries of {taken.origin}")
