"""Located faults in authors' files: where, which, why, and what to write instead.

A diagnostic prints as ``file:line:col: severity [CODE] message (hint)``; lines and columns count
from 1, columns count characters.  Codes: RV0xx YAML, RE1xx expression, RV1xx shape, RV2xx types
and names, RV3xx rule logic, RV6xx machine, RV7xx action.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from typing_extensions import override

from interlock.errors import DefinitionError

Severity: TypeAlias = Literal["error", "warning"]
"""An error keeps a file from being used; a warning does not."""


MOST_CHARACTERS: Final = 1_000
"""Longest message and hint; the name an author gave may be a megabyte."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file, 1-based; ``end_col`` is the column after the last character."""

    line: int
    col: int
    end_line: int
    end_col: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault at one place."""

    path: str
    span: Span
    severity: Severity
    code: str
    """Stable code such as ``RV201``."""
    message: str
    """What is wrong; expected and found, no trailing period."""
    hint: str | None = None
    """What to write instead."""
    about: str = ""
    """The rule, signal, state … it is found in, such as ``rule suspect-release``."""

    def __post_init__(self) -> None:
        """Cut what is too long to read."""
        object.__setattr__(self, "message", _cut(self.message))
        if self.hint is not None:
            object.__setattr__(self, "hint", _cut(self.hint))
        object.__setattr__(self, "about", _cut(self.about))

    @override
    def __str__(self) -> str:
        """Return ``file:line:col: severity [CODE] message (hint)``."""
        place = f"{self.path}:{self.span.line}:{self.span.col}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity} [{self.code}] {self.message}{hint}"

    def __lt__(self, other: Diagnostic) -> bool:
        """Order by place, then code."""
        return _place(self) < _place(other)

    def to_json(self) -> dict[str, str | int | None]:
        """Return the diagnostic as a flat JSON object."""
        span = self.span
        return {
            "path": self.path,
            "line": span.line,
            "col": span.col,
            "end_line": span.end_line,
            "end_col": span.end_col,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "about": self.about,
        }


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics by path, line, column and code, each once."""
    return sorted(set(diagnostics))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _place(one: Diagnostic) -> tuple[str, int, int, str, str]:
    return (one.path, one.span.line, one.span.col, one.code, one.message)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the hint ``did you mean …?`` for the closest candidate, or None.

    Of many candidates only those that begin or end most alike are compared, so that thousands
    of unknown names among thousands of known ones do not take minutes.
    """
    if len(word) > _LONGEST_NAME:
        return None
    known, backwards = _alphabets(frozenset(candidates))
    if len(known) > _MOST_COMPARED:
        ends = (one[::-1] for one in _around(word[::-1], backwards))
        known = tuple(sorted({*_around(word, known), *ends}))
    close = difflib.get_close_matches(word, known, 1)
    return f"did you mean {close[0]!r}?" if close else None


_LONGEST_NAME: Final = 200
_MOST_COMPARED: Final = 60


@lru_cache(maxsize=4)  # one fault of a kind is seldom alone
def _alphabets(names: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names in order, and read backwards in order."""
    return tuple(sorted(names)), tuple(sorted(name[::-1] for name in names))


def _around(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names beside a word in an alphabet."""
    at = bisect_left(known, word)
    return known[max(0, at - _MOST_COMPARED // 4) : at + _MOST_COMPARED // 4]


def refuse_errors(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise when at least one diagnostic is an error; warnings alone pass.

    Raises:
        DefinitionError: carries all diagnostics, warnings too, sorted by place.
    """
    found = ordered(diagnostics)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise DefinitionError(f"{errors[0]}{more}", found)
