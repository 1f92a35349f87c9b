"""Located YAML documents: plain data plus the place of everything in it.

Guarantees: no text, however broken or hostile, raises; its faults are diagnostics.  YAML 1.2 core
scalars; no tags, no merge keys, no duplicate keys; at most 1 MiB, 40 levels and 100,000 nodes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import yaml

from interlock.language.diagnostics import Diagnostic, Severity, Span
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.lexer import MAX_LENGTH
from interlock.language.expression.scope import Scope
from interlock.language.foreign import look_of
from interlock.language.located import Lines, Place, Tree, offsets_in, read_trees
from interlock.language.values import Field, YamlValue

_NAMED: Final[Mapping[str, str]] = {
    "rules": "rule",
    "signals": "signal",
    "facts": "fact",
    "states": "state",
    "actions": "action",
    "params": "parameter",
    "targets": "target",
}
"""What the things under a first key are called."""

Loc: TypeAlias = tuple[str | int, ...]
"""A way from the root of a document: mapping keys and list positions."""

Reader: TypeAlias = Callable[[str | bytes, str], list["Document"]]
"""What gives the documents of a file of a name, as `load_documents` does."""

MAX_BYTES: Final = 1 << 20
"""Most bytes a file may have."""


class Reading(NamedTuple):
    """What a text of an author was read as, whether or not it has a fault."""

    scope: Scope
    """The names it may use."""
    is_template: bool = False
    """Whether its expressions stand in ``${…}``; otherwise it is one."""
    target: Field | None = None
    """What its value is for, where that is declared."""


@dataclass
class Document:
    """One document of a file."""

    path: str
    kind: str | None
    """The value of the first key ``interlock``, or None when it has none (reported RV101)."""
    data: YamlValue
    """The content; None when the YAML itself is broken."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """Every fault found so far; loaders append theirs."""
    _root: Place | None = field(default=None, repr=False)
    _text: str = field(default="", repr=False)
    _lines: Lines | None = field(default=None, repr=False)
    readings: dict[Loc, Reading] = field(default_factory=dict, repr=False)
    """What loaders read each expression and template as, for who helps to write them."""

    @property
    def root(self) -> Place | None:
        """The content with the place of everything in it; None when the YAML is broken."""
        return self._root

    @property
    def text(self) -> str:
        """The file it stands in."""
        return self._text

    def read_as(
        self, loc: Loc, scope: Scope, *, is_template: bool = False, target: Field | None = None
    ) -> None:
        """Note what the text at ``loc`` is read as; loaders do so before they look at it."""
        self.readings[loc] = Reading(scope, is_template, target)

    def at(self, loc: Loc) -> YamlValue:
        """Return the value at ``loc``, or the nearest one around it."""
        place, _ = self._find(loc)
        return place.data if place else None

    def span(self, loc: Loc, *, key: bool = False) -> Span:
        """Return the place of the value at ``loc``, or of its key.

        Parts that are not there (a missing key) and union tags (``~…``) are skipped: the place
        is then that of the nearest thing around it.
        """
        place, own_key = self._find(loc)
        shown = own_key if key and own_key else place
        if shown is None or self._lines is None:
            return Span(1, 1, 1, 1)
        return self._lines.span(shown.start, shown.end)

    def expression_span(self, loc: Loc, start: int, end: int) -> Span:
        """Return the place of characters ``start`` to ``end`` of the text at ``loc``.

        Follows quotes, escapes, folding and block indentation back to the file; a text longer
        than any expression may be is marked as a whole.
        """
        place, _ = self._find(loc)
        if place is None or place.text is None or self._lines is None:
            return self.span(loc)
        if len(place.text) > MAX_LENGTH:
            return self.span(loc)
        raw = self._text[place.start : place.end]
        offsets = offsets_in(raw, place.style, place.text)
        if not offsets:
            return self.span(loc)
        last, base = len(offsets) - 1, place.start
        first = base + offsets[min(start, last)]
        if start >= last or end <= start:
            # Something is missing at the end; the place where it should be is one column wide.
            at = self._lines.span(first, first)
            return Span(at.line, at.col, at.line, at.col + 1)
        return self._lines.span(first, base + offsets[min(end, last) - 1] + 1)

    def report(
        self,
        loc: Loc,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
        warning: bool = False,
    ) -> None:
        """Append a diagnostic at the value (or key) at ``loc``."""
        severity: Severity = "warning" if warning else "error"
        span, about = self.span(loc, key=key), self.about(loc)
        self.diagnostics.append(Diagnostic(self.path, span, severity, code, message, hint, about))

    def report_expression(self, loc: Loc, fault: ExpressionError) -> None:
        """Append a diagnostic for a fault inside the expression or template at ``loc``."""
        span = self.expression_span((*loc, *fault.within), fault.start, fault.end)
        about = self.about(loc)
        self.diagnostics.append(
            Diagnostic(self.path, span, "error", fault.code, fault.message, fault.hint, about)
        )

    def about(self, loc: Loc) -> str:
        """Return which rule, signal, state … a way leads into."""
        match loc:
            case (str() as part, str() as name, *_) if part in _NAMED:
                return f"{_NAMED[part]} {name}"
            case (str() as part, int(), *_) if part in _NAMED:
                held = self.at(loc[:2])
                named = held.get("id") if isinstance(held, Mapping) else None
                return f"{_NAMED[part]} {named}" if isinstance(named, str) else ""
            case _:
                return ""

    def _find(self, loc: Loc) -> tuple[Place | None, Place | None]:
        """Return the nearest place on the way to ``loc``, and its key in a mapping."""
        place, key = self._root, None
        for part in loc:
            if place is not None and part in place.children:
                place, key = place.children[part], place.keys.get(part)
        return place, key


def load_documents(text: str | bytes, path: str) -> list[Document]:
    """Return the documents of a YAML file, in order; never raises on any input.

    Args:
        text: the file's content, at most 1 MiB.
        path: how diagnostics name the file.

    Returns:
        One ``Document`` each; broken YAML gives one with ``data`` None and the fault in its
        ``diagnostics``.  Empty documents are left out.
    """
    try:
        content = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        length = len(content.encode())
    except UnicodeError as fault:
        return [_undecodable(path, text, fault)]
    if length > MAX_BYTES:
        message = f"file is {length:,} bytes large, more than {MAX_BYTES:,}"
        return [_broken(path, Diagnostic(path, Span(1, 1, 1, 1), "error", "RV004", message))]
    return list(_Reader(path, content.removeprefix("\ufeff")).documents())


class _Reader:
    """One file being read."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._lines = Lines(text)

    def documents(self) -> Iterator[Document]:
        """Yield what can be read, and last what cannot."""
        trees = read_trees(self._text, self._lines)
        while True:
            try:
                tree = next(trees, None)
            except yaml.YAMLError as fault:
                yield _broken(self._path, self._unreadable(fault))
                return
            if tree is None:
                return
            if tree.faults or (tree.root and tree.root.data is not None):
                yield self._document(tree)

    def _document(self, tree: Tree) -> Document:
        root = tree.root
        document = Document(
            self._path,
            _kind(root),
            root.data if root else None,
            [self._diagnostic(*fault) for fault in tree.faults],
            root,
            self._text,
            self._lines,
        )
        if root and (document.kind is None or next(iter(root.keys)) != "interlock"):
            tool, advice = look_of(document.data)
            looks = f"; it looks like {tool}" if tool else ""
            document.report((), "RV101", f"document does not begin with its kind{looks}", advice)
        return document

    def _diagnostic(
        self, code: str, message: str, start: int, end: int, hint: str | None
    ) -> Diagnostic:
        return Diagnostic(
            self._path, self._lines.span(start, max(end, start + 1)), "error", code, message, hint
        )

    def _unreadable(self, fault: yaml.YAMLError) -> Diagnostic:
        """Return what the parser stumbled over, with the hint most people need."""
        if isinstance(fault, yaml.reader.ReaderError):
            message = f"character that YAML does not allow: {fault.reason}"
            before = self._text.encode()[: fault.position].decode(errors="ignore")
            return self._diagnostic("RV007", message, len(before), len(before), None)
        problem = str(getattr(fault, "problem", None) or fault)
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        at = min(mark.index, len(self._text)) if mark else 0
        if self._text.startswith("\t", at) or "tab character" in problem:
            message, hint = "a tab cannot indent or begin a value", "indent with spaces"
            return self._diagnostic("RV006", message, at, at, hint)
        return self._diagnostic("RV001", f"YAML: {problem}", at, at, self._hint(problem, at))

    def _hint(self, problem: str, at: int) -> str | None:
        line = self._text[self._text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0]
        if "mapping values are not allowed" in problem:
            return "text that holds ': ' needs quotes: '…'"
        if "cannot start any token" in problem:
            return "a value that begins with this character needs quotes: '…'"
        if re.search(r"""[:-]\s+(["']).*?\1\s*[^\s#,\]}]""", line):
            return "an expression that begins with a quote needs '…' around all of it"
        if "block end" in problem or "'-' indicator" in problem:
            return "keys of one mapping, and items of one list, begin in one column"
        return None


def _kind(root: Place | None) -> str | None:
    header = root.children.get("interlock") if root else None
    return header.data if header and isinstance(header.data, str) else None


def _broken(path: str, fault: Diagnostic) -> Document:
    return Document(path, None, None, [fault])


def _undecodable(path: str, text: str | bytes, fault: UnicodeError) -> Document:
    """Return the document of a file that is not UTF-8, with the place of the first bad byte."""
    at = fault.start if isinstance(fault, UnicodeDecodeError | UnicodeEncodeError) else 0
    before = text[:at].decode(errors="replace") if isinstance(text, bytes) else text[:at]
    span = Lines(before).span(len(before), len(before))
    message = "file is not UTF-8"
    if isinstance(text, bytes):
        message += _other_encoding(text, at)
    return _broken(path, Diagnostic(path, span, "error", "RV007", message, "save it as UTF-8"))


def _other_encoding(content: bytes, at: int) -> str:
    """Return what encoding it looks like: most often an editor of Windows chose it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ": it looks like UTF-16"
    meant = content[at : at + 1].decode("cp1252", errors="ignore")
    seen = f", {meant!r} in Windows-1252" if meant.isprintable() and meant else ""
    return f": found byte 0x{content[at]:02x}{seen}"
