"""Offsets of a text, as we count, and positions of the protocol, as an editor counts.

The protocol breaks lines at CR and LF only and counts what the editor asked for, by default
UTF-16 code units; YAML breaks lines elsewhere too, and we count characters.

Source: Language Server Protocol 3.17, "Text Documents" and "Position Encoding".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Final

from lsprotocol.types import Position, PositionEncodingKind, Range

from interlock.language.diagnostics import Span
from interlock.language.located import Lines

_BREAK: Final = re.compile("\r\n|[\r\n]")
_MARK: Final = "\ufeff"
"""May begin a file; the loader does not count it."""

_SIZES: Final[Mapping[str, Callable[[str], int]]] = {
    PositionEncodingKind.Utf8.value: lambda text: len(text.encode(errors="surrogatepass")),
    PositionEncodingKind.Utf16.value: lambda text: len(text) + sum(c > "\uffff" for c in text),
    PositionEncodingKind.Utf32.value: len,
}
"""How long a text is, by encoding."""


class Positions:
    """The places of one text."""

    def __init__(self, text: str, encoding: str = PositionEncodingKind.Utf16.value) -> None:
        """Count the lines of a text.

        Args:
            text: as the editor has it.
            encoding: how the editor counts: ``utf-8``, ``utf-16`` or ``utf-32``.
        """
        self._text = text
        self._shift = len(text) - len(text.removeprefix(_MARK))
        self._size = _SIZES[encoding]
        ends = [found.end() for found in _BREAK.finditer(text)]
        self._starts = [0, *ends]
        self._lines = Lines(text[self._shift :])

    def offset(self, position: Position) -> int:
        """Return the offset of a position; one beyond a line or the text is that of its end."""
        if position.line >= len(self._starts):
            return len(self._text) - self._shift
        start = self._starts[position.line]
        whole = self._line(position.line)
        low, high = 0, len(whole)
        while low < high:  # the most characters that are no longer than asked for
            middle = (low + high + 1) // 2
            fits = self._size(whole[:middle]) <= position.character
            low, high = (middle, high) if fits else (low, middle - 1)
        return max(start + low - self._shift, 0)

    def position(self, offset: int) -> Position:
        """Return the position of an offset."""
        at = min(offset + self._shift, len(self._text))
        line = bisect_right(self._starts, at) - 1
        start = self._starts[line]
        within = self._line(line)[: at - start]
        return Position(line, self._size(within))

    def range(self, start: int, end: int) -> Range:
        """Return the range of the characters from ``start`` to before ``end``."""
        return Range(self.position(start), self.position(max(start, end)))

    def of(self, span: Span) -> Range:
        """Return the range of a stretch of the file."""
        start = self._lines.offset(span.line, span.col)
        return self.range(start, self._lines.offset(span.end_line, span.end_col))

    def _line(self, number: int) -> str:
        """Return a line, from 0, without its end."""
        last = number + 1 == len(self._starts)
        end = len(self._text) if last else self._starts[number + 1]
        return self._text[self._starts[number] : end].rstrip("\r\n")
