"""What may stand where in a document, from the schema of its kind.

A way through a document (keys and positions) is followed through the schema.  Where a schema
leaves a choice, those alternatives are followed that know every key written so far; when none
does, all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from interlock.language.document import Loc
from interlock.language.json_schema import json_schema
from interlock.language.values import YamlValue
from interlock.server.kinds import known_kinds
from interlock.server.lsp.data import below, parts

Schema: TypeAlias = Mapping[str, Any]

Slot: TypeAlias = tuple[str, str]
"""A key of a model: the names of both, the key as authors write it."""

NOWHERE: Final[Slot] = ("", "")


@dataclass(frozen=True)
class Shape:
    """One thing that may stand somewhere.

    Attributes:
        schema: what it may be, without references and choices.
        model: the name of the model it is read as; empty when it is none.
        slot: the key it is the value of, or is within.
        doc: what it means.
    """

    schema: Schema
    model: str = ""
    slot: Slot = NOWHERE
    doc: str = ""

    @property
    def keys(self) -> Mapping[str, Schema]:
        """The keys of a mapping that are known by name."""
        return self.schema.get("properties", {}) if self.is_mapping else {}

    @property
    def required(self) -> Sequence[str]:
        """Those that must be there."""
        required: Sequence[str] = self.schema.get("required", ())
        return required

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return self.schema.get("type") == "object"

    @property
    def values(self) -> Sequence[Any]:
        """The only values it may have, when they are listed."""
        if "const" in self.schema:
            return [self.schema["const"]]
        if self.schema.get("type") == "boolean":
            return [True, False]
        listed: Sequence[Any] = self.schema.get("enum", ())
        return listed


@dataclass(frozen=True)
class Grammar:
    """The schema of one kind of document.

    Attributes:
        schema: all of it.
        model: the name of the model of a whole document.
    """

    schema: Schema
    model: str

    def at(self, data: YamlValue, loc: Loc) -> list[Shape]:
        """Return what may stand at a place of a document, in order of the schema.

        Args:
            data: the document's content.
            loc: the way to the place; it need not be there.
        """
        shapes = self._chosen([Shape(self.schema, self.model)], data)
        for part in loc:
            data = below(data, part)
            inner = [one for shape in shapes for one in self._inner(shape, part)]
            shapes = self._chosen(inner, data)
        return shapes

    def walk(self, data: YamlValue) -> Iterator[tuple[Loc, YamlValue, list[Shape]]]:
        """Yield every place of a document with what it is read as, outer ones first.

        What is within values that may be anything is left out.
        """
        waiting: list[tuple[Loc, YamlValue, list[Shape]]] = [((), data, self.at(data, ()))]
        while waiting:
            loc, found, shapes = waiting.pop()
            yield loc, found, shapes
            ways: dict[str | int, list[Shape]] = {}
            for part, value in reversed(parts(found)):
                key = 0 if isinstance(part, int) else part  # all items of a list are alike
                if key not in ways:
                    inner = [one for shape in shapes for one in self._inner(shape, part)]
                    ways[key] = [one for one in inner if not _is_free(one)]
                if ways[key]:
                    waiting.append(((*loc, part), value, self._chosen(ways[key], value)))

    def sample(self, shapes: Iterable[Shape]) -> YamlValue:
        """Return something short that is of the right shape; None when nothing comes to mind."""
        for shape in shapes:
            for one in self._expanded(shape):
                if (found := self._sample(one)) is not None:
                    return found
        return None

    def inner(self, shape: Shape, part: str | int) -> list[Shape]:
        """Return what may stand under a key, or at a position, of something."""
        return [one for way in self._inner(shape, part) for one in self._expanded(way)]

    def _chosen(self, shapes: Iterable[Shape], data: YamlValue) -> list[Shape]:
        expanded = [one for shape in shapes for one in self._expanded(shape)]
        fitting = [one for one in expanded if _fits(one, data)]
        if isinstance(data, Mapping):
            whole = [one for one in fitting if not one.keys or data.keys() <= one.keys.keys()]
            return whole or _closest(fitting, data)
        return fitting or expanded

    def _expanded(self, shape: Shape) -> Iterator[Shape]:
        """Yield a shape's alternatives, references followed."""
        schema = shape.schema
        if reference := schema.get("$ref"):
            name = str(reference).rpartition("/")[2]
            meant = self.schema["$defs"][name]
            doc = schema.get("description") or shape.doc or meant.get("description", "")
            yield from self._expanded(Shape(meant, name, shape.slot, doc))
            return
        ways = [one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ())]
        doc = schema.get("description") or shape.doc
        for one in ways:
            yield from self._expanded(Shape(one, shape.model, shape.slot, doc))
        if not ways:
            yield Shape(schema, shape.model, shape.slot, doc)

    def _inner(self, shape: Shape, part: str | int) -> Iterator[Shape]:
        schema = shape.schema
        if isinstance(part, int):
            if isinstance(schema.get("items"), Mapping):
                yield Shape(schema["items"], "", shape.slot)
        elif part in shape.keys:
            yield Shape(shape.keys[part], "", (shape.model, part))
        elif isinstance(schema.get("additionalProperties"), Mapping):
            yield Shape(schema["additionalProperties"], "", shape.slot)

    def _sample(self, shape: Shape) -> YamlValue:
        schema = shape.schema
        if shape.values:
            found: YamlValue = shape.values[0]
            return found
        match schema.get("type"):
            case "object":
                keys = shape.required or ["x"] * schema.get("minProperties", 0)
                return {key: self.sample(self._inner(shape, key)) for key in keys}
            case "array":
                few = range(schema.get("minItems", 0))
                return [self.sample(self._inner(shape, 0)) for _ in few]
            case "string":
                return _text(schema.get("pattern"))
            case "integer" | "number":
                least: YamlValue = schema.get("minimum", 1)
                return least
            case _:
                return "x"


@lru_cache
def grammar_of(kind: str | None) -> Grammar | None:
    """Return the grammar of a kind of document, such as ``rules/v1``; None: there is none."""
    model = known_kinds().get(kind or "")
    return None if model is None else Grammar(json_schema(kind or "", model), model.__name__)


def _is_free(shape: Shape) -> bool:
    """Return whether anything may stand there."""
    return str(shape.schema.get("$ref")).endswith("/YamlValue")


def _fits(shape: Shape, data: YamlValue) -> bool:
    wanted = shape.schema.get("type")
    if isinstance(data, Mapping):
        return wanted == "object"
    if isinstance(data, list | tuple):
        return wanted == "array"
    return data is None or wanted not in {"object", "array"}


def _closest(shapes: list[Shape], data: Mapping[str, YamlValue]) -> list[Shape]:
    """Return those that know most of the keys."""
    known = [sum(key in one.keys for key in data) for one in shapes]
    most = max(known, default=0)
    return [one for one, count in zip(shapes, known, strict=True) if count == most]


def _text(pattern: str | None) -> str:
    return next((one for one in _TEXTS if re.search(pattern or "", one)), "x")


_TEXTS: Final = ("x", "1s", "2027-01-01", "string")
"""Texts of which one matches the pattern of every key that has one."""
