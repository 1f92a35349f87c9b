"""A name that stands in an expression, and where what it means is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interlock.language.document import Document, Loc, Reading
from interlock.language.expression.parameters import PARAMS
from interlock.language.values import YamlValue
from interlock.server.lsp.data import at, mapping_at
from interlock.server.lsp.names import Name, Names
from interlock.server.lsp.wording import written_so_far

_TEXTS: Final = re.compile(
    r"[rR]?\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
    r"|(?P<path>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)(?P<call>\s*\()?",
    re.ASCII,
)


@dataclass(frozen=True)
class Mention:
    """A name in an expression.

    Attributes:
        owner: whose field it is; empty for a bare name.
        name: the name.
        start, end: which characters of the text it is.
        is_call: whether it is called.
        loc: the text it stands in.
    """

    owner: str
    name: str
    start: int
    end: int
    is_call: bool
    loc: Loc


def mention_at(reading: Reading, text: str, index: int, loc: Loc) -> Mention | None:
    """Return the name at a character of a text; None: there is none."""
    begun = written_so_far(reading, text[: index + 1])
    if begun is None:
        return None
    start = index + 1 - len(begun)
    for found in _TEXTS.finditer(text, start):
        if found["path"] is None or not found.start("path") <= index <= found.end("path"):
            continue
        words = list(re.finditer(r"\w+", found["path"]))
        for number, word in enumerate(words):
            at_, end = (found.start("path") + edge for edge in word.span())
            if at_ <= index <= end:
                owner = words[number - 1][0] if number else ""
                is_call = found["call"] is not None and number == len(words) - 1
                return Mention(owner, word[0], at_, end, is_call, loc)
    return None


def declaration(mention: Mention, document: Document, names: Names) -> Name | None:
    """Return where what a name means is declared; None: in no document."""
    owner, name, loc = mention.owner, mention.name, mention.loc
    if mention.is_call:
        return None
    if owner == PARAMS:
        return _called(names.declared("parameter"), name)
    if not owner:
        alias = _called(names.declared("alias", document, loc), name)
        return alias or _own_field(name, document, loc, names)
    if owner == "ctx":
        return _field(document, ("context",), name)
    if owner == "outputs":
        return _output(name, document, loc, names)
    if owner == "event":
        return _of_event(name, document, loc)
    bound = _called(names.declared("alias", document, loc), owner)
    return None if bound is None else _element_field(name, document, bound.loc[:-1], names)


def _called(known: list[Name], name: str) -> Name | None:
    return next((one for one in known if one.text == name), None)


def _own_field(name: str, document: Document, loc: Loc, names: Names) -> Name | None:
    """Return the field that a bare name means: of the element, the context, or the inputs."""
    if "where" in loc:
        around = loc[: len(loc) - loc[::-1].index("where") - 1]
        excepted = mapping_at(document.data, around).get("on")
        if isinstance(excepted, str) and document.kind == "rules/v1":
            bound = _called(names.declared("alias", document, loc), excepted)
            around = around if bound is None else bound.loc[:-1]
        return _element_field(name, document, around, names)
    if document.kind == "actions/v1":
        return _field(document, (*loc[:2], "inputs"), name)
    return _field(document, ("context",), name)


def _element_field(name: str, document: Document, around: Loc, names: Names) -> Name | None:
    """Return the field of what a condition is about."""
    condition = mapping_at(document.data, around)
    inner = condition.get("count") or condition.get("absent")
    said = inner if isinstance(inner, Mapping) else condition
    for kind in ("signal", "fact"):
        meant = _called(names.declared(kind), str(said.get(kind, "")))
        if meant is not None:
            loc, _ = meant.fields
            return _field(meant.document, loc, name)
    return None


def _output(name: str, document: Document, loc: Loc, names: Names) -> Name | None:
    if document.kind == "actions/v1":
        return _field(document, (*loc[:2], "outputs"), name)
    for end in range(len(loc), 0, -1):
        run = mapping_at(document.data, loc[:end]).get("run")
        if isinstance(run, str):
            action = _called(names.declared("action"), run)
            return action and _field(action.document, (*action.loc, "outputs"), name)
    return None


def _of_event(name: str, document: Document, loc: Loc) -> Name | None:
    if "on" not in loc:
        return None
    event = loc[loc.index("on") + 1]
    return _field(document, ("events", event), name)


def _field(document: Document, around: Loc, name: str) -> Name | None:
    found: YamlValue = at(document.data, (*around, name))
    if found is None:
        return None
    return Name("field", name, document, (*around, name), is_key=True, declares=True)
