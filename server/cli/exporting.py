"""The history on standard output: entries as JSON Lines, transitions as CSV."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from typing import Literal

from interlock.engine.history import History, Row, TransitionQuery
from interlock.server.cli import offline, records
from interlock.server.cli.harmless import harmless

_CHUNK = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute instead of show."""

COLUMNS = (
    "at",
    "seq",
    "incident",
    "n",
    "machine",
    "source",
    "trigger",
    "dest",
    "actor",
    "why",
)
"""Of the CSV."""


def export(url: str, form: Literal["jsonl", "csv"], first: int) -> None:
    """Print the history of a store.

    Args:
        url: of the store.
        form: which of the two.
        first: position of the first entry to print.

    Raises:
        InputRejected, JournalError: there is no store, or it cannot be read.
    """
    with offline.opened(url) as reader:
        history = History(reader.engine)
        if form == "jsonl":
            _print_entries(history, first)
        else:
            _print_transitions(history, first)


def formula_safe(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not compute: a quote goes before it.

    Source: OWASP, CSV injection.
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _print_entries(history: History, first: int) -> None:
    while entries := history.entries(first, _CHUNK):
        for seq, body in entries:
            _write(b'{"seq":%d,"entry":%b}\n' % (seq, body))
        first = entries[-1][0] + 1


def _print_transitions(history: History, first: int) -> None:
    _write(_csv(COLUMNS))
    for row in _transitions(history):
        if row["seq"] >= first:
            values = {**row, "at": records.moment(row["at"])}
            _write(_csv([formula_safe(str(values[name])) for name in COLUMNS]))


def _csv(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def _write(line: bytes) -> None:
    """Write a line as it is; to a terminal, which it could drive, with escapes."""
    if sys.stdout.isatty():
        print(harmless(line.decode().removesuffix("\n")))
    else:
        sys.stdout.buffer.write(line)


def _transitions(history: History) -> Iterator[Row]:
    after: tuple[int, str, int] | None = None
    while rows := history.transitions(TransitionQuery(after=after), _CHUNK):
        yield from rows
        after = (rows[-1]["seq"], rows[-1]["incident"], rows[-1]["n"])
