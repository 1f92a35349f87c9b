"""What something in a document is: a key, a name, a name in an expression, a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.language.document import Document, Reading
from interlock.language.expression.functions import FUNCTIONS
from interlock.language.expression.parameters import PARAMS
from interlock.language.located import Spot
from interlock.server.code_pages import code_pages
from interlock.server.lsp import wording
from interlock.server.lsp.describing import described
from interlock.server.lsp.finding import Found
from interlock.server.lsp.looking import View
from interlock.server.lsp.mentions import Mention
from interlock.server.lsp.names import Names
from interlock.server.lsp.shapes import grammar_of

_CODE: Final = re.compile(r"\bR[VE]\d{3}\b")
_CODE_LENGTH: Final = 5
_MOST: Final = 60
"""Lines of an explanation, at most."""


@dataclass(frozen=True)
class Explanation:
    """What something is.

    Attributes:
        text: Markdown.
        start, end: the characters of the file it is about.
    """

    text: str
    start: int
    end: int


def explain_code(text: str, offset: int) -> Explanation | None:
    """Return the page of the code that stands at an offset of a file."""
    line = text.rfind("\n", 0, offset) + 1
    for found in _CODE.finditer(text, line, offset + _CODE_LENGTH):
        page = code_pages().get(found[0])
        if page and found.start() <= offset <= found.end():
            return Explanation(f"**{page.code}** {page.markdown}", *found.span())
    return None


def explain(found: Found, view: View, names: Names) -> Explanation | None:
    """Return what was found at a place."""
    paragraphs = [one for one in _said(found, view, names) if one]
    if not paragraphs:
        return None
    lines = "\n\n".join(paragraphs).split("\n")
    return Explanation("\n".join(lines[:_MOST]), found.start, found.end)


def _said(found: Found, view: View, names: Names) -> Iterator[str]:
    for name in found.meant:
        card = described(name)
        yield f"**{name.kind} {names.full(name)}** {card.detail}".rstrip()
        if card.doc:
            yield card.doc
        if name.kind == "probe":
            yield from _seen(name.text, view)
    if found.mention is not None and found.reading is not None:
        yield from _mentioned(found.mention, found.reading, is_declared=bool(found.meant))
    elif not found.meant:
        yield from _seen(found.spot.place.text or "", view)
        yield from _shaped(found.document, found.spot)


def _seen(probe: str, view: View) -> Iterator[str]:
    """Yield what a probe sees."""
    fields = view.probes.get(probe, {})
    if fields:
        yield "\n".join(f"- `probe.{name}`: {wording.told(one)}" for name, one in fields.items())


def _mentioned(mention: Mention, reading: Reading, *, is_declared: bool) -> Iterator[str]:
    scope, name = reading.scope, mention.name
    if mention.is_call:
        yield _function(name)
        return
    if mention.owner == PARAMS and PARAMS not in scope.bindings:
        value = wording.parameter_told(scope.parameters, name)
        if value:
            yield f"`params.{name}` is `{value}` here"
        return
    field = wording.field_named(scope, mention.owner, name)
    if field is not None and not is_declared:
        path = ".".join(filter(None, [mention.owner, name]))
        yield f"`{path}`: {wording.told(field)}"


def _function(name: str) -> str:
    function = FUNCTIONS.get(name)
    if function is not None:
        return f"`{wording.signature(function)}`"
    known = {
        "has": "`has(field) → bool`: whether an optional field is there",
        "exists": "`list.exists(item, test) → bool`: whether the test holds of an item",
        "all": "`list.all(item, test) → bool`: whether the test holds of every item",
    }
    return known.get(name, "")


def _shaped(document: Document, spot: Spot) -> Iterator[str]:
    """Yield what a key or value means by the model it is of."""
    grammar = grammar_of(document.kind)
    if grammar is None:
        return
    shapes = grammar.at(document.data, spot.loc)
    doc = next((one.doc for one in shapes if one.doc), "")
    values = dict.fromkeys(_shown(one) for shape in shapes for one in shape.values)
    name = next((part for part in reversed(spot.loc) if isinstance(part, str)), "")
    known = f"one of {', '.join(values)}" if values else ""
    if name and (doc or known):
        yield f"**{name}** {doc or known}"
        if doc and known:
            yield known


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
