"""A half-written file, made readable: a word is put where somebody writes.

The word makes a key, a value or a name of what would be a hole, and tells where in the document
the hole is.  What is not YAML yet is tried with quotes and brackets closed, and at last without
all that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from interlock.language.document import Document, Loc, Reader
from interlock.language.located import spot_at
from interlock.language.values import YamlValue
from interlock.server.lsp.shapes import grammar_of

WORD: Final = "interlockcursor"
"""Stands where somebody writes; no key, name or text of an author is that."""

_BEGINS: Final = re.compile(r"\s*(?:-\s+)*(?P<word>[\w.-]*)$")
"""A line so far that may become a key."""
_BREAKS: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True)
class Draft:
    """A file that is being written.

    Attributes:
        documents: what it holds, the word among it.
        number: which of them is being written.
        loc: the way to what is being written.
        is_key: whether that is a key.
        text: the text being written, as YAML has it, with the word; empty for a key.
    """

    documents: Sequence[Document]
    number: int
    loc: Loc
    is_key: bool
    text: str

    @property
    def document(self) -> Document:
        """The document that is being written."""
        return self.documents[self.number]

    @property
    def before(self) -> str:
        """The text up to where it is being written."""
        return self.text.partition(WORD)[0]

    @property
    def data(self) -> YamlValue:
        """The content of that document."""
        return self.document.data


def draft_at(text: str, offset: int, name: str, reader: Reader) -> Draft | None:
    """Return a file as it is being written at an offset; None: it cannot be read there."""
    for written, at in _readable(text, offset):
        documents = reader(written, name)
        for number, one in enumerate(documents):
            if one.root is None or not one.root.start <= at <= one.root.end:
                continue
            spot = spot_at(one.root, at)
            if WORD in (spot.place.text or ""):
                shown = "" if spot.is_key else spot.place.text or ""
                draft = Draft(documents, number, spot.loc, spot.is_key, shown)
                if not spot.is_key or _may_be_key(draft):
                    return draft
    return None


def _may_be_key(draft: Draft) -> bool:
    """Return whether there can be a key where the draft has one."""
    grammar = grammar_of(draft.document.kind)
    around = [] if grammar is None else grammar.at(draft.data, draft.loc[:-1])
    return grammar is None or any(shape.is_mapping for shape in around)


def _readable(text: str, offset: int) -> Iterator[tuple[str, int]]:
    """Yield what a text may be meant as, likely first, and where the word stands in it."""
    text = text.removeprefix("\ufeff")
    start = max((found.end() for found in _BREAKS.finditer(text, 0, offset)), default=0)
    found = _BREAKS.search(text, offset)
    end = len(text) if found is None else found.start()
    before, line, rest, after = text[:start], text[start:offset], text[offset:end], text[end:]
    may_be_key = _BEGINS.match(line) is not None and not rest.lstrip().startswith(":")
    words = [f"{WORD}: ", WORD] if may_be_key and not rest.strip() else [WORD]
    closed = [f"{line}{word}{_closing(line)}" for word in words]
    open_ = [f"{line}{word}{rest}" for word in words]
    for one in dict.fromkeys([*open_, *closed]):
        yield f"{before}{one}{after}", offset
    for one in closed:  # what follows may be what is wrong
        yield f"{before}{one}\n", offset


def _closing(line: str) -> str:
    """Return the quotes and brackets that a line leaves open, the innermost first."""
    waiting: list[str] = []
    for letter in line:
        if waiting and waiting[-1] in "'\"":
            if letter == waiting[-1]:
                waiting.pop()
        elif letter in "'\"" and (not line.strip() or _opens(line, letter)):
            waiting.append(letter)
        elif letter in "[{":
            waiting.append("]" if letter == "[" else "}")
        elif waiting and letter == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))


def _opens(line: str, quote: str) -> bool:
    """Return whether a quote begins a value of YAML, and is not within a plain one."""
    return re.search(rf"(?:^|[\s\[{{,:-]){quote}", line) is not None
