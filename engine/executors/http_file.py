"""Reads the operator's file that says which endpoints ``http`` may call.

::

    interlock: http/v1
    egress: ["deploy.internal:8443"]
    operations:
      roll_back:
        method: POST
        url: https://deploy.internal:8443
        path: /services/{service}/rollback
        body: {revision: "{revision}"}
        inputs: {service: string, revision: string}
        outputs: {job: {pointer: /job/id, type: string}}
        success: [202]
    probes:
      get:
        url: "{target.url}"
        path: /healthz
        outputs: {version: {pointer: /version, type: string}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import (
    TIMEOUT_MS,
    BodyTemplate,
    Endpoint,
    Pick,
    parse_path,
)
from interlock.engine.executors.operator_file import fields_of, read_operator_file
from interlock.engine.executors.placeholders import Placeholder, parse_template
from interlock.engine.executors.pointer import parse_pointer
from interlock.language.fields import FieldDefinition
from interlock.language.model import Definition, Duration, FieldName, Identifier
from interlock.language.values import Field, YamlValue

_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_OURS = ("idempotency-key", "host", "content-length", "content-type", "transfer-encoding")

Status = Annotated[int, Key(ge=100, le=599)]


class PickDefinition(Definition):
    """A value of the answer."""

    pointer: str
    """JSON pointer to it (RFC 6901)."""
    type: FieldDefinition
    """What it must be: a type's name or a whole field declaration."""


class EndpointDefinition(Definition):
    """One endpoint."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """HTTP method."""
    url: str
    """Scheme, host and port, or ``{target.<attribute>}`` of the inventory that holds them."""
    path: str = "/"
    """Path; ``{input}`` and ``{target.id}`` are whole segments, quoted."""
    query: dict[str, str] = Key(default_factory=dict)
    """Query; a value is literal or one whole placeholder."""
    body: dict[str, YamlValue] | None = None
    """JSON body; a text in it that is one whole placeholder becomes the typed value."""
    headers: dict[str, str] = Key(default_factory=dict)
    """Fixed headers; ``file:/path`` as the value reads it from a file at start."""
    inputs: dict[FieldName, FieldDefinition] = Key(default_factory=dict)
    """Inputs by name."""
    outputs: dict[FieldName, PickDefinition] = Key(default_factory=dict)
    """What is taken from a JSON answer."""
    success: tuple[Status, ...] = tuple(range(200, 300))
    """Statuses that mean done."""
    timeout: Duration = TIMEOUT_MS
    """The most it may take."""
    doc: str = ""
    """One sentence for authors."""

    @model_validator(mode="after")
    def _is_callable(self) -> Self:
        self.endpoint(frozenset())
        return self

    def endpoint(self, egress: frozenset[str]) -> Endpoint:
        """Return the endpoint.

        Raises:
            ValueError: it could not be called.
        """
        inputs = fields_of(self.inputs)
        picks = {
            name: Pick(parse_pointer(one.pointer), one.type.field())
            for name, one in self.outputs.items()
        }
        return Endpoint(
            method=self.method,
            origin=_origin(self.url, inputs),
            path=tuple(parse_template(segment, inputs) for segment in parse_path(self.path)),
            query={name: parse_template(text, inputs) for name, text in self.query.items()},
            body=_body(self.body, inputs),
            headers={name: _header(name, text) for name, text in self.headers.items()},
            egress=egress,
            success=frozenset(self.success),
            inputs=inputs,
            picks=picks,
            timeout_ms=self.timeout,
            doc=self.doc,
        )


class HttpFile(Definition):
    """The whole file."""

    interlock: Literal["http/v1"]
    """Kind of the document."""
    egress: tuple[str, ...]
    """Exactly which ``host:port`` may be spoken to."""
    operations: dict[Identifier, EndpointDefinition] = Key(default_factory=dict)
    """What actions may call."""
    probes: dict[Identifier, EndpointDefinition] = Key(default_factory=dict)
    """What probes may call; GET or HEAD."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for name, definition in (*self.operations.items(), *self.probes.items()):
            origin = definition.endpoint(frozenset()).origin
            if isinstance(origin, Origin) and origin.authority not in self.egress:
                raise ValueError(f"{name}: {origin.authority} is not under `egress`")
        for name, definition in self.probes.items():
            if definition.method not in ("GET", "HEAD"):
                raise ValueError(f"probe {name}: {definition.method} could change something")
        return self

    def endpoints(self) -> tuple[dict[str, Endpoint], dict[str, Endpoint]]:
        """Return the operations and the probes."""
        egress = frozenset(self.egress)
        return (
            {name: one.endpoint(egress) for name, one in self.operations.items()},
            {name: one.endpoint(egress) for name, one in self.probes.items()},
        )


def read_endpoints(path: Path) -> tuple[dict[str, Endpoint], dict[str, Endpoint]]:
    """Return the operations and the probes of a file.

    Raises:
        DefinitionError: it cannot be read or is wrong; carries every diagnostic.
    """
    return read_operator_file(path, "http/v1", HttpFile).endpoints()


def _origin(url: str, inputs: dict[str, Field]) -> Origin | Placeholder:
    template = parse_template(url, inputs)
    if not isinstance(template, Placeholder):
        return Origin.parse(template.text)
    if template.field is not None:
        raise ValueError(f"url {url!r}: a host is the operator's choice, never an input")
    return template


def _body(value: YamlValue, inputs: dict[str, Field]) -> BodyTemplate:
    match value:
        case str():
            return _body_text(value, inputs)
        case Mapping():
            return {name: _body(item, inputs) for name, item in value.items()}
        case Sequence():
            return [_body(item, inputs) for item in value]
        case bool() | int() | None:
            return value
        case _:
            raise ValueError(f"body: {value!r} is not exact; write it as a text or an input")


def _body_text(text: str, inputs: dict[str, Field]) -> BodyTemplate:
    """Return a text's template; in JSON even a list may take a placeholder's place."""
    whole = text[1:-1]
    if text == f"{{{whole}}}" and whole in inputs:
        return Placeholder(whole, inputs[whole])
    return parse_template(text, inputs)


def _header(name: str, text: str) -> str:
    if _HEADER.fullmatch(name) is None or name.lower() in _OURS:
        raise ValueError(f"header {name!r} cannot be set here")
    if text.startswith("file:"):
        try:
            text = Path(text.removeprefix("file:")).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"header {name!r}: its file cannot be read: {error}") from error
    if not text.isascii() or not text.isprintable():
        raise ValueError(f"header {name!r}: the value holds characters that headers cannot")
    return text
