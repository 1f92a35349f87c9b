"""Where each character of a scalar's value stands in the file.

The parser gives a value after unquoting, unescaping, folding and dedenting; this undoes it.  It
reads the raw text by the same rules and compares with the parser's value, so a style it does not
follow gives no answer, never a wrong one.

Source: https://yaml.org/spec/1.2.2/ chapters 7.3 and 8.1, and libyaml's scanner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from interlock.language.located.lines import BREAK

Letters: TypeAlias = Iterator[tuple[str, int]]
"""Characters of a value, each with its offset in the raw text."""


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
            breaks = len(BREAK.findall(found[0]))
            yield from ((letter, at) for letter in ("\n" * (breaks - 1) or " "))
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


def _block(raw: str, value: str, *, folded: bool) -> list[int] | None:
    """Return the offsets of a block scalar, whose indentation its first line of text tells."""
    header = BREAK.search(raw)
    if header is None:
        return None
    lines = list(_lines(raw, header.end()))
    first = next((raw[at:end] for at, end in lines if raw[at:end].strip(" ")), "")
    indent = len(first) - len(first.lstrip(" "))
    # A header such as `|2` may put the text further right than it is indented.
    for width in range(indent, -1, -1):
        letters = list(_dedented(raw, lines, width, folded=folded))
        text = "".join(letter for letter, _ in letters)
        if text.startswith(value) and not text[len(value) :].strip("\n"):
            return [*(offset for _, offset in letters[: len(value)]), _end(letters, len(value))]
    return None


def _end(letters: list[tuple[str, int]], length: int) -> int:
    if length < len(letters):
        return letters[length][1]
    return letters[-1][1] + 1 if letters else 0


def _lines(raw: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each line, its break left out."""
    for found in BREAK.finditer(raw, at):
        yield at, found.start()
        at = found.end()
    yield at, len(raw)


def _dedented(raw: str, lines: list[tuple[int, int]], indent: int, *, folded: bool) -> Letters:
    """Yield the characters of a block scalar of known indentation, all breaks at its end kept."""
    breaks: list[int] = []
    was_blank = True
    begun = False
    for start, end in lines:
        at = min(start + indent, end)
        if raw[start:at].strip(" ") or at == end:
            breaks.append(end)
            continue
        is_blank = raw[at] in " \t"
        if begun and folded and not was_blank and not is_blank:
            yield from _folded(breaks)
        else:
            yield from (("\n", offset) for offset in breaks)
        yield from zip(raw[at:end], range(at, end), strict=True)
        breaks, was_blank, begun = [end], is_blank, True
    yield from (("\n", offset) for offset in breaks)


def _folded(breaks: list[int]) -> Letters:
    if len(breaks) == 1:
        yield " ", breaks[0]
    else:
        yield from (("\n", offset) for offset in breaks[1:])
