"""Results on standard output: text for people, JSON for programs.

Text of strangers goes through ``harmless`` here and nowhere else; colour only where a person
looks (a terminal, no ``NO_COLOR``).  Away from a terminal nothing is cut or wrapped, so that
``grep`` finds it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from interlock.server.cli.harmless import harmless, harmless_json
from interlock.server.cli.options import Form

if TYPE_CHECKING:  # a line away from a terminal needs none of it
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree

Record = Mapping[str, object]


class Printer:
    """Prints what a verb found in the form asked for."""

    def __init__(self, form: Form) -> None:
        self.is_json = form is Form.JSON
        self.is_terminal = sys.stdout.isatty()
        forced = any(os.environ.get(name) for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))
        self._is_plain = not self.is_terminal and not forced

    @cached_property
    def _console(self) -> Console:
        from interlock.server.cli.console import console

        return console(is_terminal=self.is_terminal)

    @property
    def width(self) -> int:
        """Columns there are."""
        return self._console.width

    def document(self, value: object) -> None:
        """Print one JSON document."""
        self._write(harmless_json(value, indent=2))

    def json_line(self, value: object) -> None:
        """Print one JSON document on a line and let whoever reads have it now."""
        self._write(harmless_json(value))
        sys.stdout.flush()

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print one line of parts; a part may have a style, e.g. ``("done", "green")``."""
        if self._is_plain:
            self._write("".join(harmless(_said(part)) for part in parts))
            return
        self._console.print(styled(*parts), no_wrap=True, overflow="ignore", crop=False)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: str = ""
    ) -> None:
        """Print a table; cells are cut only where a terminal is too narrow for them.

        Args:
            columns: their headings.
            rows: a cell for each column.
            whole: the column that is never cut, because one has to copy it.
        """
        from rich.table import Table
        from rich.text import Text

        rows = list(rows)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for place, column in enumerate(columns):
            least = max((len(row[place]) for row in rows), default=0) if column == whole else None
            table.add_column(column, no_wrap=True, overflow="ellipsis", min_width=least)
        for row in rows:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        self._print_lines(table)

    def fields(self, fields: Mapping[str, str]) -> None:
        """Print names and values under each other; empty values are left out."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        for name, value in fields.items():
            if value:
                table.add_row(Text(name, "dim"), Text(harmless(value)))
        self._print_lines(table)

    def tree(self, tree: Tree) -> None:
        """Print a tree of ``styled`` labels."""
        self._print_lines(tree)

    def _write(self, text: str) -> None:
        """In one piece, so that a reader who leaves after it leaves nothing unread."""
        sys.stdout.write(f"{text}\n")

    def _print_lines(self, shown: Table | Tree) -> None:
        """Print without the blanks that fill a line up."""
        with self._console.capture() as capture:
            self._console.print(shown)
        for line in capture.get().splitlines():
            print(line.rstrip())


def counted(count: int, noun: str) -> str:
    """Return a number of things, e.g. ``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def styled(*parts: str | tuple[str, str]) -> Text:
    """Return a line of parts that is harmless to show."""
    from rich.text import Text

    text = Text()
    for part in parts:
        style = None if isinstance(part, str) else part[1] or None
        text.append(harmless(_said(part)), style)
    return text


def _said(part: str | tuple[str, str]) -> str:
    return part if isinstance(part, str) else part[0]
