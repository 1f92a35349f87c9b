"""The base of all document models and the text types they share.

A model says what shape a document has; names, types and logic are the loaders' business.  Numbers
and truth values are taken as written: ``"5"`` is no int, ``1`` is no bool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from typing_extensions import override

from interlock.language.document import Document
from interlock.language.expression.parser import RESERVED_WORDS
from interlock.language.located.tree import MAX_FAULTS
from interlock.language.shape import Shapes, report_shape
from interlock.language.values import UNIT_MS, parse_duration

MAX_IDENTIFIER: Final = 100
"""Most characters of an id."""

MAX_FIELD_NAME: Final = 64
"""Most characters of a field name or alias."""


def fault(code: str, message: str, hint: str | None = None) -> ValueError:
    """Return the error a pydantic validator raises to choose its diagnostic's code and hint."""
    # Braces would be read as a format string.
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def _take_as_written(part: Any, seen: set[int]) -> None:
    """Make every int and bool of a schema strict; pydantic would read ``"yes"`` as True.

    A field named ``type`` puts a dict where a schema has its own type, hence the comparisons.
    """
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, dict):
        if part.get("type") == "int" or part.get("type") == "bool":
            part["strict"] = True
        for key, below in part.items():
            if key not in {"default", "metadata", "serialization"}:
                _take_as_written(below, seen)
    elif isinstance(part, list | tuple):
        for below in part:
            _take_as_written(below, seen)


class Definition(BaseModel):
    """Base of every part of a document: frozen, unknown keys refused, ``x-…`` keys ignored.

    Most commands read some kinds of documents only, so a validator is built when it is first used,
    and what stands below fields is read when a schema shows it (``attribute_docs``).
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_extensions(cls, data: object, info: ValidationInfo) -> object:
        if not isinstance(data, Mapping):
            return data
        if isinstance(info.context, Shapes):
            info.context.note(data, cls)
        return {key: value for key, value in data.items() if not str(key).startswith("x-")}

    @classmethod
    @override
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        schema = handler(source)
        _take_as_written(schema, set())
        return schema


def by_key(what: str, *keys: str) -> Discriminator:
    """Return a discriminator of models that are told apart by the one key each must have.

    Args:
        what: the thing in words, for the message ``<what> needs one of: …``.
        keys: one for each member of the union, which is tagged ``~key``; the first that a
            mapping holds decides.

    Example:
        ``Annotated[Annotated[A, Tag("~a")] | Annotated[B, Tag("~b")], by_key("a step", "a", "b")]``
    """

    def tag(value: object) -> str | None:
        held = value if isinstance(value, Mapping) else ()
        return next((f"~{key}" for key in keys if key in held), None)

    return Discriminator(
        tag,
        custom_error_type="RV110",
        custom_error_message=f"{what} needs one of: {', '.join(keys)}",
    )


def _duration(value: object) -> int:
    if not isinstance(value, str):
        hint = f"write {value}s" if type(value) is int else None
        raise fault("RV120", "expected a duration such as 5m", hint)
    try:
        return parse_duration(value)
    except ValueError as problem:
        raise fault("RV120", str(problem)) from None


_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
_SIGNAL_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._:-][A-Za-z0-9]+)*")
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _identifier(text: str) -> str:
    if len(text) > MAX_IDENTIFIER:
        raise fault("RV121", f"an id has at most {MAX_IDENTIFIER} characters, found {len(text)}")
    if _IDENTIFIER.fullmatch(text) is None:
        raise fault("RV121", f"{text!r} is not an id", "lower-case words joined by . - or _")
    return text


def _signal_name(text: str) -> str:
    if len(text) > MAX_IDENTIFIER:
        raise fault("RV121", f"a name has at most {MAX_IDENTIFIER} characters, found {len(text)}")
    if _SIGNAL_NAME.fullmatch(text) is None:
        message = f"{text!r} is not the name of a signal"
        raise fault("RV121", message, "letters and digits, joined by . - _ or :")
    return text


def _field_name(text: str) -> str:
    if text in RESERVED_WORDS:
        raise fault("RV121", f"{text!r} is a word of the expression language", "name it otherwise")
    if len(text) > MAX_FIELD_NAME:
        raise fault("RV121", f"a name has at most {MAX_FIELD_NAME} characters, found {len(text)}")
    if _FIELD_NAME.fullmatch(text) is None:
        message = f"{text!r} is not a name that expressions can read"
        raise fault("RV121", message, "letters, digits and _, no digit first")
    return text


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _named(name: re.Pattern[str], longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "pattern": f"^{name.pattern}$"}


_UNITS: Final = "".join(f"(?:[0-9]{{1,16}}{unit})?" for unit in UNIT_MS)

DURATION_SCHEMA: Final = {"type": "string", "minLength": 2, "pattern": f"^{_UNITS}$"}
"""What JSON Schema can say of a length of time."""

DurationText: TypeAlias = Annotated[str, WithJsonSchema(DURATION_SCHEMA)]
"""A length of time as it is written."""

Duration: TypeAlias = Annotated[
    int, BeforeValidator(_duration, json_schema_input_type=DurationText)
]
"""A length of time, written ``90s`` or ``1h30m``; the model holds int milliseconds."""

Identifier: TypeAlias = Annotated[
    str, AfterValidator(_identifier), WithJsonSchema(_named(_IDENTIFIER, MAX_IDENTIFIER))
]
"""A stable id: lower-case words joined by ``.``, ``-`` or ``_``, e.g. ``http.error_ratio``."""

SignalName: TypeAlias = Annotated[
    str, AfterValidator(_signal_name), WithJsonSchema(_named(_SIGNAL_NAME, MAX_IDENTIFIER))
]
"""What a sender calls a signal, e.g. ``site.probe`` or an alert's ``KubePodCrashLooping``."""

_FIELD_NAME_SCHEMA: Final = {
    **_named(_FIELD_NAME, MAX_FIELD_NAME),
    "not": {"enum": sorted(RESERVED_WORDS)},
}

FieldName: TypeAlias = Annotated[
    str, AfterValidator(_field_name), WithJsonSchema(_FIELD_NAME_SCHEMA)
]
"""A name expressions can read: letters, digits and ``_``; no word of the expression language."""


def _date(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise fault("RV110", f"{text[:40]!r} is not a date", "such as 2027-03-31")


_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

DateText: TypeAlias = Annotated[
    str,
    AfterValidator(_date),
    WithJsonSchema({"type": "string", "pattern": f"^{_DATE.pattern}$"}),
]
"""A day, written ``2027-03-31``."""

ExpressionText: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
"""An expression; parse it in the loader and report with ``Document.report_expression``."""

ExpressionList: TypeAlias = Annotated[
    tuple[ExpressionText, ...],
    BeforeValidator(_listed, json_schema_input_type=ExpressionText | tuple[ExpressionText, ...]),
]
"""One expression, or a list of them that must all hold; the model holds a tuple."""

TemplateText: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
"""Text in which ``${…}`` holds an expression."""

M = TypeVar("M", bound=Definition)


def conditions_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the keys of a model under which conditions stand that must all hold."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if name == "where" and any(getattr(one, "func", 0) is _listed for one in field.metadata)
    )


def shapes_of(model: type[Definition], document: Document) -> Shapes:
    """Return which model each mapping of a document is read as, faulty ones included."""
    shapes = Shapes()
    with suppress(ValidationError):
        model.model_validate(document.data, context=shapes, by_alias=True, by_name=False)
    return shapes


def validate(model: type[M], document: Document) -> M | None:
    """Return the document as a model, or None after appending every fault to its diagnostics.

    Codes: RV110 wrong value, RV111 missing key, RV112 unknown key, RV113 not one of, RV120
    duration, RV121 id style.  A validator may choose its code: ``raise fault("RV211", "…")``.
    """
    if document.data is None and document.diagnostics:
        return None
    shapes = Shapes()
    try:
        return model.model_validate(document.data, context=shapes, by_alias=True, by_name=False)
    except ValidationError as problem:
        for error in problem.errors(include_url=False)[:MAX_FAULTS]:
            report_shape(document, error, shapes)
        return None
