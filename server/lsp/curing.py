"""What mends a finding by itself: the word that was meant, in place of the one that was written."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MEANT: Final = re.compile(r"\(did you mean (?P<quote>['\"])(?P<word>.+)(?P=quote)\?\)$")
_QUOTED: Final = re.compile(r"'([^']+)'|\"([^\"]+)\"")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][\w./:-]*")
"""A word that needs no quotes wherever it stands."""


class Cure(NamedTuple):
    """A word in place of another.

    Attributes:
        start, end: the characters that are replaced, from the start of what is marked.
        word: what is meant.
    """

    start: int
    end: int
    word: str


def cure(message: str, marked: str) -> Cure | None:
    """Return what mends a finding; None: it takes a person.

    It is offered only where the word that the message complains of stands in what is marked, once
    and whole, so that nothing else is touched.

    Args:
        message: the finding's, with its hint.
        marked: the text it marks.
    """
    meant = _MEANT.search(message)
    if meant is None or _PLAIN.fullmatch(meant["word"]) is None:
        return None
    wrong = [one or other for one, other in _QUOTED.findall(message[: meant.start()])]
    for word in reversed(wrong):
        places = [*re.finditer(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", marked)]
        if len(places) == 1:
            return Cure(*places[0].span(), meant["word"])
    return None
