"""The source line of a finding, with carets under exactly what it is about.

Guarantees: what is shown is harmless and at most as wide as the room, however long the line and
whatever stands in it; carets stand under what the reader sees, also after wide characters, tabs
and escapes.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from interlock.language.diagnostics import Span
from interlock.server.cli.harmless import harmless

_TAB = "    "
_CUT = "…"
_LEAST = 40
"""Columns that are used however narrow the terminal is."""


def excerpt(span: Span, line: str, width: int) -> tuple[str, str]:
    """Return the line of a finding and the line of carets below it.

    Args:
        span: its place; of several lines only the first is shown.
        line: the line it begins on, without its end.
        width: columns there are.
    """
    gutter = f"{span.line:>5} | "
    room = max(width - len(gutter) - 2 * len(_CUT), _LEAST)
    start = min(span.col - 1, len(line))
    end = min(span.end_col - 1, len(line)) if span.end_line == span.line else len(line)
    is_whole = len(_fitting(map(_shown, line), room)) == len(line)
    context = room if is_whole else room // 3
    before = _fitting((_shown(line[at]) for at in range(start - 1, -1, -1)), context)[::-1]
    marked = _fitting((_shown(line[at]) for at in range(start, end)), room - _width(before))
    rest = room - _width(before) - _width(marked)
    after = _fitting((_shown(line[at]) for at in range(start + len(marked), len(line))), rest)
    left = _CUT if len(before) < start else ""
    right = _CUT if start + len(marked) + len(after) < len(line) else ""
    indent = " " * _width([left, *before])
    shown = "".join([left, *before, *marked, *after, right])
    carets = "^" * max(1, _width(marked))
    return f"{gutter}{shown}", f"{' ' * (len(gutter) - 2)}| {indent}{carets}"


def _shown(char: str) -> str:
    return _TAB if char == "\t" else harmless(char)


def _width(parts: Iterable[str]) -> int:
    return sum(map(cell_len, parts))


def _fitting(parts: Iterable[str], room: int) -> list[str]:
    """Return the first parts that fit into some columns."""
    fitting: list[str] = []
    for part in parts:
        room -= cell_len(part)
        if room < 0:
            break
        fitting.append(part)
    return fitting
