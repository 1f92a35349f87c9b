"""Pydantic's complaints about a document's shape, as located diagnostics in our own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from interlock.language.diagnostics import nearest
from interlock.language.document import Document
from interlock.language.meant import SEVERITIES, key_meant, keys_expected, keys_of

if TYPE_CHECKING:  # a type that only pydantic_core's stubs have
    from pydantic_core import ErrorDetails


class Shapes:
    """Which model each mapping of a document was read as, to know the keys it may have."""

    def __init__(self) -> None:
        self._models: dict[int, type[BaseModel]] = {}

    def note(self, data: Mapping[object, object], model: type[BaseModel]) -> None:
        """Note that a mapping is read as a model."""
        self._models[id(data)] = model

    def model(self, data: object) -> type[BaseModel] | None:
        """Return the model a mapping was read as, or None."""
        return self._models.get(id(data))

    def keys(self, data: object) -> list[str]:
        """Return the keys a mapping may have."""
        model = self.model(data)
        return keys_of(model) if model else []


def report_shape(document: Document, error: ErrorDetails, shapes: Shapes) -> None:
    """Append the diagnostic of one complaint to the document."""
    loc, kind = error["loc"], error["type"]
    at_key = bool(loc) and loc[-1] == "[key]"
    if at_key:
        loc = loc[:-1]
    if kind == "missing":
        document.report(loc[:-1], "RV111", f"missing key {loc[-1]!r}")
    elif kind == "extra_forbidden":
        hint = key_meant(document, loc, shapes)
        document.report(loc, "RV112", f"unknown key {loc[-1]!r}", hint, key=True)
    else:
        code, message, hint = _complaint(error)
        if kind in _MODELS and hint is None:
            hint = keys_expected(loc, document, shapes)
        document.report(loc, code, message, hint, key=at_key)


def _complaint(error: ErrorDetails) -> tuple[str, str, str | None]:
    """Return code, message and hint of a wrong value."""
    kind, context = error["type"], error.get("ctx", {})
    if re.fullmatch(r"R[VE]\d{3}", kind):
        return kind, error["msg"], context.get("hint")
    if kind in {"literal_error", "enum"}:
        return _not_one_of(str(context.get("expected")), error["input"])
    if kind == "value_error":
        return "RV110", error["msg"].removeprefix("Value error, "), None
    if kind == "union_tag_not_found":
        return "RV110", f"cannot tell what this is, {_described(error['input'])}", None
    if kind in _EXPECTED:
        found = error["input"]
        hint = f'quote it: "{found}"' if kind == "string_type" and _is_number(found) else None
        return "RV110", f"expected {_EXPECTED[kind]}, found {_described(found)}", hint
    if kind == "too_short":
        least, found = context["min_length"], context["actual_length"]
        inside = f" in {error['loc'][-1]!r}" if error["loc"] else ""
        return "RV110", f"expected {least} or more{inside}, found {found}", None
    message = error["msg"].replace("Input should", "value should")
    return "RV110", message[:1].lower() + message[1:], None


_MODELS: Final = frozenset({"model_type", "model_attributes_type"})

_EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "decimal_type": "a number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _not_one_of(expected: str, found: object) -> tuple[str, str, str | None]:
    options = re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or [expected]
    choice = f"one of {', '.join(options)}" if len(options) > 1 else options[0]
    message = f"expected {choice}, found {_described(found)}"
    ours = SEVERITIES.get(str(found))
    hint = f"did you mean {ours!r}?" if ours in options else nearest(str(found), options)
    return "RV113", message, hint


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | Decimal)


def _described(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
        case str():
            return repr(value[:80])
        case Mapping():
            return f"a mapping of {', '.join(map(str, value)) or 'nothing'}"[:100]
        case _:
            return "a list"
