"""Offsets of a text as lines and columns, both from 1, breaking lines where YAML does."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from interlock.language.diagnostics import Span

BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""A line break of YAML 1.1 and 1.2, as the parser counts them."""


class Lines:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in BREAK.finditer(text))]

    def span(self, start: int, end: int) -> Span:
        """Return the place of the characters from ``start`` to before ``end``."""
        return Span(*self._place(start), *self._place(max(start, end)))

    def offset(self, line: int, col: int) -> int:
        """Return the offset of a line and column, that of the line's start for no such line."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1] + col - 1

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
