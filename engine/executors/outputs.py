"""Makes typed values of the JSON a program or server wrote; what does not fit is refused.

JSON text is read without floats: a number with a point is an exact decimal.  A field that is
not a string may also be written as a string in the strict form of its type, e.g. a duration
as ``"1m30s"``; what is not declared is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Never, TypeAlias

from interlock.errors import ExecutionError, SignalRejected
from interlock.language.values import Field, JsonValue, Kind, Value, admit, decimal_parts

Json: TypeAlias = "str | int | bool | Decimal | Sequence[Json] | Mapping[str, Json] | None"
"""What ``parse_json`` gives."""


def parse_json(text: str | bytes) -> Json:
    """Return the value of JSON text, numbers exact.

    Raises:
        ValueError: it is not JSON, holds NaN or an infinity, or is nested too deep.
    """
    try:
        value: Json = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def typed_outputs(fields: Mapping[str, Field], found: Mapping[str, Json]) -> dict[str, Value]:
    """Return the declared fields of what was found.

    Args:
        fields: what is declared.
        found: by name; None counts as absent.

    Raises:
        ExecutionError: a field is missing or does not fit; reason ``bad_output``.
    """
    values: dict[str, JsonValue] = {}
    texts: dict[str, str] = {}
    try:
        for name, field in fields.items():
            value = found.get(name)
            if isinstance(value, str) and field.type.kind is not Kind.STRING:
                texts[name] = value
            elif value is not None:
                values[name] = _exact(value)
        return admit(fields, values, texts)
    except (SignalRejected, ValueError) as error:
        raise ExecutionError(
            f"what came back does not fit: {error}", reason="bad_output"
        ) from error


def _exact(value: Json) -> JsonValue:
    match value:
        case Decimal():
            return decimal_parts(value)
        case str() | None:
            return value
        case Mapping():
            return {name: _exact(item) for name, item in value.items()}
        case Sequence():
            return [_exact(item) for item in value]
        case _:
            return value


def _refuse_constant(word: str) -> Never:
    raise ValueError(f"{word} is not JSON")
