"""A verification with its progress, and what it found."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from interlock.engine import replay
from interlock.engine.journal.export import CHECKPOINT_FILE, KEY_FILE, read_text
from interlock.engine.journal.keys import Verifier
from interlock.engine.journal.report import Fault, Report
from interlock.errors import JournalCorrupt, JournalError, NotFound
from interlock.server.cli import offline
from interlock.server.cli.exits import Exit
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer, counted
from interlock.server.inputs import InputRejected

SHOWN = 10
"""Most faults that are shown to people: one change can make every later decision differ."""


def verify(url: str, key: Path | None, checkpoint: Path | None) -> Report:
    """Verify a store, with progress on standard error when that is a terminal.

    Args:
        url: of the store.
        key: file of the public key; None: the one beside the store.
        checkpoint: file of a checkpoint; None: the one beside the store, if there is one.

    Raises:
        InputRejected: the store, the key or the checkpoint cannot be read.
        JournalError: the store cannot be opened.
    """
    path = offline.existing_store(url)
    verifier = trusted_key(path, key)
    beside = path.with_name(CHECKPOINT_FILE)
    if checkpoint is None and beside.is_file():
        checkpoint = beside
    note = None if checkpoint is None else _read(checkpoint)
    try:
        return _with_progress(path, verifier.text, note)
    except NotFound as error:
        raise InputRejected(str(error)) from error
    except JournalCorrupt as error:  # too damaged to be opened is a finding, too
        return _unreadable(error)


def trusted_key(store: Path, key: Path | None) -> Verifier:
    """Return the public key to trust.

    Args:
        store: file of the store.
        key: file of the key; None: the one beside the store.

    Raises:
        InputRejected: it cannot be read or holds no key.
    """
    text = _read(key or store.with_name(KEY_FILE)).strip()
    try:
        return Verifier.parse(text)
    except JournalCorrupt as error:
        raise InputRejected(f"--key: {error}") from error


def print_report(report: Report, form: Form) -> Exit:
    """Print what was found and return the exit code that says it."""
    printer = Printer(form)
    if printer.is_json:
        printer.document(_record(report))
    else:
        for fault in report.faults[:SHOWN]:
            printer.line((fault.line(), "red"))
        if report.fault_count > SHOWN:
            left = report.fault_count - SHOWN
            printer.line(
                f"… and {left} more, which may follow from these; -o json names a thousand"
            )
        printer.line(*_verdict(report))
    return Exit.OK if report.is_sound else Exit.FOUND


def _with_progress(path: Path, public_key: str, note: str | None) -> Report:
    console = Console(stderr=True)
    columns = (TextColumn("folding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as shown:
        with offline.opened(str(path)) as reader:
            task = shown.add_task("", total=reader.cursor().size)
        return replay.verify(
            path,
            public_key=public_key,
            checkpoint=note,
            progress=lambda done: shown.update(task, completed=done),
        )


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except JournalError as error:
        raise InputRejected(str(error)) from error


def _unreadable(error: JournalCorrupt) -> Report:
    fault = Fault("file", None, "a journal that can be opened", str(error))
    return Report(
        entries=0,
        root=b"",
        sealed=0,
        witnessed=0,
        signatures_checked=False,
        dedup_checked=False,
        faults=(fault,),
        fault_count=1,
    )


def _verdict(report: Report) -> tuple[str | tuple[str, str], ...]:
    witnessed = f", {report.witnessed} by the checkpoint file" if report.witnessed else ""
    covered = f"{report.sealed} covered by signed checkpoints{witnessed}"
    if report.is_sound:
        return (("history verified", "bold green"), f" ({report.entries} entries; {covered})")
    return (
        ("history refuted", "bold red"),
        f" ({counted(report.fault_count, 'fault')} in {report.entries} entries; {covered})",
    )


def _record(report: Report) -> dict[str, object]:
    return {
        "sound": report.is_sound,
        "entries": report.entries,
        "root": report.root.hex(),
        "sealed": report.sealed,
        "witnessed": report.witnessed,
        "fault_count": report.fault_count,
        "faults": [
            {"where": f.where, "seq": f.seq, "expected": f.expected, "found": f.found}
            for f in report.faults
        ],
    }
