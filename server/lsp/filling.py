"""A document of wrong shape as one of right shape, so that what is right in it can be read.

Whoever writes has not finished: a rule has no ``then`` yet, a branch leads nowhere.  The models
refuse such a document as a whole; here what is missing is made up, what is wrong is replaced or
left out, and everything else stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from interlock.language.document import Document, Loc
from interlock.language.values import YamlValue
from interlock.server.kinds import known_kinds
from interlock.server.lsp.data import at, below, copied, mapping_at
from interlock.server.lsp.shapes import Grammar, grammar_of

_ROUNDS: Final = 12
"""What is made up may be incomplete too; so often it is looked at again."""

_MOST: Final = 200
"""Faults that are seen to in one round, besides keys that are not known."""


def filled(document: Document) -> Document:
    """Return a document that its model takes, as far as that can be; places stay as they are."""
    model, grammar = known_kinds().get(document.kind or ""), grammar_of(document.kind)
    if model is None or grammar is None:
        return document
    data = document.data
    for _ in range(_ROUNDS):
        try:
            model.model_validate(data, by_alias=True, by_name=False)
        except ValidationError as faults:
            data = _mended(copied(data), faults.errors(include_url=False), grammar)
        else:
            break
    return document if data is document.data else replace(document, data=data)


def _mended(data: Any, faults: Sequence[ErrorDetails], grammar: Grammar) -> YamlValue:
    """Return content of which some faults have been mended, in place."""
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            _drop(data, _way(data, fault["loc"]))
    others = [fault for fault in faults if fault["type"] != "extra_forbidden"]
    for fault in _innermost(others[:_MOST]):
        _mend(data, fault, grammar)
    return data  # type: ignore[no-any-return]  # copied from content


def _innermost(faults: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Return faults without those that others within them have caused."""
    around = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
    return [fault for fault in faults if fault["loc"] not in around]


def _mend(data: Any, fault: ErrorDetails, grammar: Grammar) -> None:
    loc = fault["loc"]
    way = _way(data, loc)
    if fault["type"] == "missing":
        _put(data, (*way, str(loc[-1])), grammar)
        return
    held = mapping_at(data, way)
    if held and loc[-1:] != ("[key]",):
        keys = {key for one in grammar.at(data, way) for key in one.keys}
        named = [word for word in re.findall(r"\w+", fault["msg"]) if word in keys - held.keys()]
        if named:  # what it needs
            _put(data, (*way, named[0]), grammar)
            return
    if way and isinstance(way[-1], str):
        _drop(data, way)
    elif way:
        _put(data, way, grammar)


def _drop(data: Any, loc: Loc) -> None:
    if loc:
        at(data, loc[:-1]).pop(loc[-1], None)  # type: ignore[union-attr]  # its parent holds it


def _way(data: YamlValue, loc: Loc) -> Loc:
    """Return the part of a place that is there; tags of unions are no part of it."""
    way: Loc = ()
    for part in loc:
        is_there = part in data if isinstance(data, Mapping) else below(data, part) is not None
        if is_there:
            way, data = (*way, part), below(data, part)
    return way


def _put(data: Any, loc: Loc, grammar: Grammar) -> None:
    """Put something of the right shape at a place."""
    around: Any = at(data, loc[:-1])
    if isinstance(around, dict | list):
        around[loc[-1]] = None  # type: ignore[index]  # a key, or a position
        around[loc[-1]] = grammar.sample(grammar.at(data, loc))  # type: ignore[index]  # likewise
