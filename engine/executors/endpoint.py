"""One call the operator allows, and how typed inputs become its URL and body.

Inputs become whole path segments and query values, both quoted, or values of the JSON body
in their own type.  Scheme and host are the operator's: fixed, or an attribute of the
inventory's entry, and in both cases on the egress list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

import orjson

from interlock.engine.executors.base import Manifest
from interlock.engine.executors.egress import Origin, check_egress
from interlock.engine.executors.placeholders import Literal, Placeholder, Template
from interlock.errors import ExecutionRefused
from interlock.language.values import Field, Kind, Type, Value, format_decimal

TIMEOUT_MS: Final = 10_000

_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+", re.ASCII)

BodyTemplate: TypeAlias = (
    "Template | int | bool | list[BodyTemplate] | dict[str, BodyTemplate] | None"
)
"""JSON whose texts are templates."""

Inputs = Mapping[str, Value]
Target = Mapping[str, Value] | None


@dataclass(frozen=True, slots=True)
class Pick:
    """A value taken from the answer: where it is, and what it must be."""

    steps: tuple[str, ...]
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method, where to, with what, and which answers are good.

    Attributes:
        method: HTTP method.
        origin: fixed, or the attribute of the target that holds it.
        path: segments; each literal or one whole placeholder.
        query: by name; a value whose optional input is absent is left out.
        body: JSON with templates; None sends no body.
        headers: fixed headers.
        egress: the ``host:port`` that may be spoken to.
        success: statuses that mean done.
        inputs: fields of the inputs.
        picks: what is taken from the answer, by output.
        timeout_ms: the most it may take, whatever an attempt allows.
        doc: one sentence for authors.
    """

    method: str
    origin: Origin | Placeholder
    path: tuple[Template, ...] = ()
    query: Mapping[str, Template] = field(default_factory=dict)
    body: BodyTemplate = None
    headers: Mapping[str, str] = field(default_factory=dict)
    egress: frozenset[str]
    success: frozenset[int] = frozenset(range(200, 300))
    inputs: Mapping[str, Field] = field(default_factory=dict)
    picks: Mapping[str, Pick] = field(default_factory=dict)
    timeout_ms: int = TIMEOUT_MS
    doc: str = ""

    def manifest(self, outputs: Mapping[str, Field]) -> Manifest:
        """Return what it takes and gives."""
        return Manifest(self.inputs, outputs, self.doc)

    def url(self, inputs: Inputs, target: Target) -> str:
        """Return the URL for checked inputs.

        Raises:
            ExecutionRefused: the origin is not on the egress list, or a value may not be a
                path segment.
        """
        origin = self._origin(inputs, target)
        check_egress(origin, self.egress)
        path = "".join("/" + _segment(one, inputs, target) for one in self.path) or "/"
        query = _query(self.query, inputs, target)
        return f"{origin}{path}?{query}" if query else f"{origin}{path}"

    def content(self, inputs: Inputs, target: Target) -> bytes | None:
        """Return the JSON body for checked inputs; None when there is none."""
        if self.body is None:
            return None
        return orjson.dumps(_filled(self.body, inputs, target))

    def _origin(self, inputs: Inputs, target: Target) -> Origin:
        if isinstance(self.origin, Origin):
            return self.origin
        try:
            return Origin.parse(str(self.origin.value(inputs, target)))
        except ValueError as error:
            raise ExecutionRefused(f"nothing was sent: {error}", reason="bad_target") from error


def parse_path(path: str) -> list[str]:
    """Return the segments of a path template, still as text.

    Raises:
        ValueError: it does not begin with ``/``, or a segment is empty, ``.`` or ``..``.
    """
    if not path.startswith("/"):
        raise ValueError(f"path {path!r} does not begin with /")
    segments = path[1:].split("/") if path != "/" else []
    for segment in segments:
        if segment in ("", ".", "..") or not (
            segment.startswith("{") or _SEGMENT.fullmatch(segment)
        ):
            raise ValueError(f"path {path!r}: {segment!r} is not a segment")
    return segments


def _segment(template: Template, inputs: Inputs, target: Target) -> str:
    if isinstance(template, Literal):
        return template.text
    value = template.value(inputs, target)
    text = "" if value is None else template.text(value)
    if text in ("", ".", ".."):
        raise ExecutionRefused(
            f"nothing was sent: {template.name!r} is {text!r}, which is no path segment",
            reason="bad_input",
        )
    return quote(text, safe="")


def _query(templates: Mapping[str, Template], inputs: Inputs, target: Target) -> str:
    pairs = []
    for name, template in templates.items():
        if isinstance(template, Literal):
            pairs.append((name, template.text))
            continue
        value = template.value(inputs, target)
        if value is not None:
            pairs.append((name, template.text(value)))
    return urlencode(pairs, quote_via=quote)


def _filled(template: BodyTemplate, inputs: Inputs, target: Target) -> object:
    match template:
        case Literal():
            return template.text
        case Placeholder():
            value = template.value(inputs, target)
            return None if value is None else _json(template.field, value)
        case list():
            return [_filled(item, inputs, target) for item in template]
        case dict():
            return {name: _filled(item, inputs, target) for name, item in template.items()}
        case _:
            return template


def _json(field_: Field | None, value: Value) -> object:
    """Return a value in its own JSON type; a double as an exact number."""
    if field_ is None:
        return value
    return _typed(field_.type, value)


def _typed(type_: Type, value: Value) -> object:
    match type_.kind, value:
        case Kind.DOUBLE, int():
            return orjson.Fragment(format_decimal(value, type_.scale))
        case Kind.LIST, tuple() if type_.item is not None:
            return [_typed(type_.item, item) for item in value]
        case _:
            return value
