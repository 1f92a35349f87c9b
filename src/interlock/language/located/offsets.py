"""Where each character of a scalar's value stands in the file.

The parser gives a value after unquoting, unescaping, folding and dedenting; this undoes it.  It
reads the raw text by the same rules and compares with the parser's value, so a style it does not
follow gives no answer, never a wrong one.

Source: https://yaml.org/spec/1.2.2/ chapters 7.3 and 8.1, and libyaml's scanner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from interlock.language.located.lines import BREAK

Letters: TypeAlias = Iterator[tuple[str, int]]
"""Characters of a value, each with its offset in the raw text."""


@lru_cache(maxsize=2)  # the faults of one text come one after the other
def offsets_in(raw: str, style: str, value: str) -> list[int] | None:
    """Return the offset in ``raw`` of each character of ``value``, and of its end.

    Args:
        raw: the scalar as written, quotes and block header included.
        style: ``'``, ``"``, ``|``, ``>`` or empty for plain.
        value: what the parser made of it.
    """
    if style in {"|", ">"}:
        return _block(raw, value, folded=style == ">")
    letters = list(_flow(raw, style))
    if "".join(letter for letter, _ in letters) != value:
        return None
    end = len(raw) - 1 if style else len(raw)
    return [*(offset for _, offset in letters), end]


_FOLD = re.compile(r"[ \t]*(?:(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*)+")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_JOINED_LINE = re.compile(r"\\(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*")
_SIMPLE: Final = dict(
    zip('0abt\tnvfre "/\\N_LP', '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True)
)


def _flow(raw: str, style: str) -> Letters:
    """Yield the characters of a plain or quoted scalar."""
    at, end = (1, len(raw) - 1) if style else (0, len(raw))
    while at < end:
        found = _FOLD.match(raw, at, end)
        if found:
            breaks = [(_normal(one), at) for one in BREAK.findall(found[0])]
            yield from _folded(breaks)
        elif style == '"' and raw[at] == "\\":
            found = _JOINED_LINE.match(raw, at, end) or _ESCAPE.match(raw, at, end)
            if found is None:
                return
            if found.re is _ESCAPE:
                yield _unescaped(found), at
        else:
            yield raw[at], at
        doubled = style == "'" and raw.startswith("''", at)
        at = found.end() if found else at + 1 + doubled


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(min(int(code, 16), 0x10FFFF)) if code else _SIMPLE.get(found[4], "")


def _normal(line_break: str) -> str:
    """Return a line break as it stands in a value: only the Unicode separators are kept."""
    return line_break if line_break in "\u2028\u2029" else "\n"


def _folded(breaks: list[tuple[str, int]]) -> Letters:
    """Yield what is left of line breaks between two lines that are folded together."""
    (first, at), *more = breaks
    if first != "\n":
        yield first, at
    elif not more:
        yield " ", at
    yield from more


def _block(raw: str, value: str, *, folded: bool) -> list[int] | None:
    """Return the offsets of a block scalar, whose indentation its first line of text tells."""
    header = BREAK.search(raw)
    if header is None:
        return None
    lines = list(_lines(raw, header.end()))
    first = next((raw[line.start : line.end] for line in lines if line.is_text(raw)), "")
    indent = len(first) - len(first.lstrip(" "))
    # A header such as `|2` may put the text further right than it is indented.
    for width in range(indent, -1, -1):
        letters = list(_dedented(raw, lines, width, folded=folded))
        text = "".join(letter for letter, _ in letters)
        if text.startswith(value) and not text[len(value) :].strip("\n\u2028\u2029"):
            return [*(offset for _, offset in letters[: len(value)]), _end(letters, len(value))]
    return None


def _end(letters: list[tuple[str, int]], length: int) -> int:
    if length < len(letters):
        return letters[length][1]
    return letters[-1][1] + 1 if letters else 0


class _Line(NamedTuple):
    start: int
    end: int
    line_break: str
    """What ends it, as it stands in a value."""

    def is_text(self, raw: str) -> bool:
        return bool(raw[self.start : self.end].strip(" "))


def _lines(raw: str, at: int) -> Iterator[_Line]:
    for found in BREAK.finditer(raw, at):
        yield _Line(at, found.start(), _normal(found[0]))
        at = found.end()
    yield _Line(at, len(raw), "\n")


def _dedented(raw: str, lines: list[_Line], indent: int, *, folded: bool) -> Letters:
    """Yield the characters of a block scalar of known indentation, all breaks at its end kept."""
    breaks: list[tuple[str, int]] = []
    was_blank = True
    for line in lines:
        at = min(line.start + indent, line.end)
        if raw[line.start : at].strip(" ") or at == line.end:
            breaks.append((line.line_break, line.end))
            continue
        is_blank = raw[at] in " \t"
        yield from _folded(breaks) if folded and not was_blank and not is_blank else breaks
        yield from zip(raw[at : line.end], range(at, line.end), strict=True)
        breaks, was_blank = [(line.line_break, line.end)], is_blank
    yield from breaks
