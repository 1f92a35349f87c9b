"""Comments that switch a warning off: ``# interlock: off RV504 until 2027-01-01 because …``.

Behind something on its line a comment counts for that line; on a line of its own for all that
begins below it; above a document's first key for the whole document.  An error is never off.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from interlock.language.diagnostics import Diagnostic
from interlock.language.document import Document
from interlock.language.located import Lines, Place
from interlock.language.located.comments import Comment, find_comments

_OURS = re.compile(r"#\s*interlock:")
_OFF = re.compile(
    r"#\s*interlock:\s*off\s+(?P<codes>R[VE]\d{3}(?:[\s,]+R[VE]\d{3})*)"
    r"(?:\s+until\s+(?P<until>\S+))?(?:\s+because\s+(?P<because>\S.*))?"
)


@dataclass
class Suppression:
    """A comment that switches codes off.

    Attributes:
        at: the comment, as RV506 whether it is one or not.
        codes: which it switches off.
        first: first line it counts for.
        last: last line it counts for.
        until: last day it counts; None: for good.
        problem: why it does not count; empty: it does.
        used: codes it has switched off.
    """

    at: Diagnostic
    codes: Sequence[str]
    first: int
    last: int
    until: date | None = None
    problem: str = ""
    used: set[str] = field(default_factory=set)

    def covers(self, one: Diagnostic, today: date) -> bool:
        """Return whether it switches a finding off today."""
        return (
            not self.problem
            and one.severity == "warning"
            and one.code in self.codes
            and one.path == self.at.path
            and self.first <= one.span.line <= self.last
            and (self.until is None or today <= self.until)
        )


def find_suppressions(texts: Mapping[str, str], documents: Iterable[Document]) -> list[Suppression]:
    """Return the suppressions of some files, faulty ones too.

    Args:
        texts: the files, by name.
        documents: what they hold.
    """
    roots: dict[str, list[Document]] = {}
    for document in documents:
        roots.setdefault(document.path, []).append(document)
    return [
        one
        for path, held in sorted(roots.items())
        if path in texts
        for one in _of_file(path, texts[path].removeprefix("\ufeff"), held)
    ]


def quieted(
    found: Iterable[Diagnostic], suppressions: Iterable[Suppression], today: date
) -> list[Diagnostic]:
    """Return the findings that no suppression switches off; note which did."""
    given = list(suppressions)
    left = []
    for one in found:
        covering = [each for each in given if each.covers(one, today)]
        for each in covering:
            each.used.add(one.code)
        if not covering:
            left.append(one)
    return left


def _of_file(path: str, text: str, documents: Sequence[Document]) -> Iterator[Suppression]:
    lines = Lines(text)
    roots = [document.root for document in documents if document.root is not None]
    for comment in find_comments(text, roots):
        if _OURS.match(comment.text) is None:
            continue
        span = lines.span(comment.start, comment.start + len(comment.text))
        at = Diagnostic(path, span, "warning", "RV506", "", None)
        first, last = _scope(text, comment, span.line, lines, roots)
        yield _read(comment.text, at, first, last)


def _read(text: str, at: Diagnostic, first: int, last: int) -> Suppression:
    found = _OFF.fullmatch(text)
    if found is None:
        return Suppression(at, (), first, last, problem="cannot be read")
    codes = re.findall(r"R[VE]\d{3}", found["codes"])
    try:
        until = _last_day(found["until"]) if found["until"] else None
    except ValueError:
        return Suppression(at, codes, first, last, problem=f"{found['until']!r} is not a day")
    problem = "" if found["because"] else "does not say why"
    return Suppression(at, codes, first, last, until, problem)


def _last_day(text: str) -> date:
    """Return a day, or the last one of a month."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        year, month = map(int, text.split("-"))
        return date(year, month, calendar.monthrange(year, max(1, min(month, 12)))[1])
    return date.fromisoformat(text)


def _scope(
    text: str, comment: Comment, line: int, lines: Lines, roots: Sequence[Place]
) -> tuple[int, int]:
    """Return the first and last line a comment counts for."""
    begin = text.rfind("\n", 0, comment.start) + 1
    before = text[begin : comment.start].rstrip()
    root = next((one for one in reversed(roots) if one.start < comment.start), None)
    entries = list(_entries(root)) if root else []
    if before:
        # A key whose value begins on the next line: the comment is about all of it.
        here = [one for one in entries if before.endswith(":") and begin <= one[0] < comment.start]
        return _lines_of(text, max(here, default=(comment.start, comment.start)), line, lines)
    following = next((one for one in roots if one.start > comment.start), None)
    if following and not _said(text[comment.start : following.start]):
        return _lines_of(text, (following.start, following.end), line, lines)
    below = [one for one in entries if one[0] > comment.start]
    nearest = min(below, key=lambda one: (one[0], -one[1]), default=(comment.start, comment.start))
    return _lines_of(text, nearest, line, lines)


def _lines_of(text: str, place: tuple[int, int], first: int, lines: Lines) -> tuple[int, int]:
    """Return the lines from a comment to the end of what it is about."""
    start, end = place
    return first, lines.span(start, start + len(text[start:end].rstrip())).end_line


def _entries(place: Place) -> Iterator[tuple[int, int]]:
    """Yield where keys with their values, and items, begin and end."""
    for name, value in place.children.items():
        key = place.keys.get(name)
        if value.start >= (key or place).start:  # else an alias, which stands elsewhere
            yield (key or value).start, value.end
            yield from _entries(value)


def _said(text: str) -> str:
    """Return what is neither comment nor blank nor the marker of a document."""
    return re.sub(r"#.*|^---|\s", "", text, flags=re.MULTILINE)
