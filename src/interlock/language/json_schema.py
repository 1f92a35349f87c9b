"""JSON Schemas of documents, derived from their models, for editors and other programs.

Guarantees: what a model accepts its schema accepts.  What a schema accepts a model may still
refuse: references, types and what depends on two values are beyond a schema.

Source: https://json-schema.org/draft/2020-12; the reading of YAML by yaml-language-server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from interlock.language.attribute_docs import attribute_docs
from interlock.language.model import Definition
from interlock.language.values import format_duration

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
EXTENSIONS: Final[JsonSchemaValue] = {"^x-": {}}
"""Keys of the author's own, which every mapping may hold."""


def json_schema(kind: str, model: type[Definition]) -> JsonSchemaValue:
    """Return the schema of one kind of document."""
    derived = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DIALECT, "title": f"Interlock {kind}", **_tidied(derived)}


def any_json_schema(kinds: Mapping[str, type[Definition]]) -> JsonSchemaValue:
    """Return one schema for documents of all kinds; the key ``interlock`` tells which holds."""
    definitions: JsonSchemaValue = {}
    chosen = []
    for kind, model in kinds.items():
        name = kind.replace("/", ".")
        whole = model.model_json_schema(
            by_alias=True,
            schema_generator=_Generator,
            ref_template=f"#/$defs/{name}/$defs/{{model}}",
        )
        definitions[name] = _tidied(whole)
        is_kind = {"properties": {"interlock": {"const": kind}}, "required": ["interlock"]}
        chosen.append({"if": is_kind, "then": {"$ref": f"#/$defs/{name}"}})
    return {
        "$schema": DIALECT,
        "title": "Interlock",
        "type": "object",
        "properties": {"interlock": {"enum": [*kinds], "description": "Kind of the document."}},
        "required": ["interlock"],
        "allOf": chosen,
        "$defs": definitions,
    }


class _Generator(GenerateJsonSchema):
    """Says of mappings what pydantic leaves out."""

    @override
    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return a mapping whose keys must all be such as they are declared."""
        found = super().dict_schema(schema)
        if "keys_schema" in schema:
            found.pop("patternProperties", None)
            found["propertyNames"] = self.generate_inner(schema["keys_schema"])
            found["additionalProperties"] = self.generate_inner(schema["values_schema"])
        return found

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return a mapping that may hold extensions, with what its fields mean."""
        found = super().model_schema(schema)
        docs = attribute_docs(schema["cls"])
        for name, field in schema["cls"].model_fields.items():
            if name in docs:
                found["properties"][field.alias or name].setdefault("description", docs[name])
        if found.get("additionalProperties") is False:
            found["patternProperties"] = EXTENSIONS
        return found


_IS_DATA: Final = frozenset({"enum", "const", "examples"})


def _tidied(part: Any) -> Any:
    """Return a schema without generated titles and without defaults that are no news."""
    if isinstance(part, list):
        return [_tidied(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key not in {"title", "default"}}
    if part.get("default") not in (None, "", [], {}):
        kept["default"] = _as_written(part)
    return {
        key: value if key in _IS_DATA else _tidied_below(key, value) for key, value in kept.items()
    }


def _as_written(part: Mapping[str, Any]) -> Any:
    """Return a default as an author would write it; models hold milliseconds."""
    default = part["default"]
    is_length = part.get("type") == "string" and type(default) is int
    return format_duration(default) if is_length else default


def _tidied_below(key: str, value: Any) -> Any:
    """Return what stands under a key; names of properties are no keywords."""
    if key in {"properties", "$defs", "patternProperties"}:
        return {name: _tidied(one) for name, one in value.items()}
    return _tidied(value)
