"""A text that a pattern matches: a short one, found without search.

The patterns of fields are RE2: no look-around, no back-references.  What is not understood gives
nothing, and whoever asks holds the text against the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_SIGNS = "a1bAzZ09 -_./:@"
"""What a character is tried as, in this order."""

_DEEPEST = 40
"""Most groups within one another that are looked into."""
_LONGEST = 10_000
"""Most characters of a text."""

_ESCAPES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n"}


def example(pattern: str) -> str | None:
    """Return a short text that a whole pattern matches; None where none was found.

    Whatever the pattern, little is done and little comes of it.
    """
    reader = _Reader(pattern)
    try:
        text = reader.alternatives()
    except (IndexError, ValueError):
        return None
    return text if reader.at == len(pattern) else None


@dataclass
class _Reader:
    """A pattern while it is read."""

    pattern: str
    at: int = 0
    depth: int = 0

    def alternatives(self) -> str:
        """Return what the first of some alternatives matches."""
        first = self._sequence()
        while self._takes("|"):
            self._sequence()
        return first

    def _sequence(self) -> str:
        found = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            one, times = self._one(), self._least()
            if len(found) + len(one) * times > _LONGEST:
                raise ValueError(self.pattern)
            found += one * times
        return found

    def _one(self) -> str:
        sign = self._next()
        match sign:
            case "(":
                return self._group()
            case "[":
                return self._set()
            case "\\":
                return self._escaped()
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case _:
                return sign

    def _group(self) -> str:
        if self._takes("?"):
            while self._next() not in ":>":
                pass
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError(self.pattern)
        inner = self.alternatives()
        if not self._takes(")"):
            raise ValueError(self.pattern)
        self.depth -= 1
        return inner

    def _escaped(self) -> str:
        sign = self._next()
        return _ESCAPES.get(sign, sign)

    def _set(self) -> str:
        negated = self._takes("^")
        signs = set(self._members())
        tried = _SIGNS + "".join(sorted(signs))
        found = next((sign for sign in tried if (sign in signs) != negated), None)
        if found is None:
            raise ValueError(self.pattern)
        return found

    def _members(self) -> Iterator[str]:
        is_first = True
        while is_first or self.pattern[self.at] != "]":
            is_first = False
            low = self._next()
            low = self._escaped() if low == "\\" else low
            if self.pattern[self.at] == "-" and self.pattern[self.at + 1] != "]":
                self.at += 1
                yield from map(chr, range(ord(low), ord(self._next()) + 1))
            else:
                yield low
        self.at += 1

    def _least(self) -> int:
        """Return how often what was read must come at least."""
        least = 1
        if self._takes("*") or self._takes("?"):
            least = 0
        elif self._takes("{"):
            end = self.pattern.index("}", self.at)
            least = int(self.pattern[self.at : end].partition(",")[0])
            self.at = end + 1
        else:
            self._takes("+")
        self._takes("?")  # as few as may be
        return least

    def _takes(self, sign: str) -> bool:
        found = self.pattern.startswith(sign, self.at)
        self.at += found
        return found

    def _next(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]
