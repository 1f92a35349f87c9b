"""The declaration of one field as authors write it; signals, facts, contexts, inputs share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final, Self

from pydantic import Field as Key
from pydantic import (
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import override

from interlock.language.diagnostics import nearest
from interlock.language.model import Definition, fault
from interlock.language.regex import compile_whole_pattern
from interlock.language.values import (
    DEFAULT_SCALE,
    MAX_SCALE,
    TYPE_NAMES,
    Field,
    Kind,
    Type,
    Value,
    YamlValue,
    constant_of,
    parse_type,
)

_PLAIN_TYPE: Final = (
    f"(?:{'|'.join(TYPE_NAMES)}|double\\((?:{'|'.join(f'0?{n}' for n in range(MAX_SCALE + 1))})\\))"
)
TYPE_SCHEMA: Final = {"type": "string", "pattern": f"^(?:{_PLAIN_TYPE}|list<{_PLAIN_TYPE}>)$"}
"""What JSON Schema can say of the name of a type."""


class ValueDefinition(Definition):
    """What values of one thing may be, whoever gives them."""

    # The order matters: a validator sees the fields before its own.
    scale: Annotated[int, Key(ge=0, le=MAX_SCALE)] = DEFAULT_SCALE
    """Decimal digits of a ``double``."""
    type: Annotated[str, WithJsonSchema(TYPE_SCHEMA)]
    """string, int, double, bool, timestamp, duration or list<…> of one of these."""
    enum: tuple[YamlValue, ...] = ()
    """The only values there are."""
    min: YamlValue = None
    """The smallest value."""
    max: YamlValue = None
    """The largest value."""
    pattern: str | None = None
    """RE2 pattern the whole text must match."""
    unit: str | None = None
    """What a number counts, in words: ratio, bytes, requests per second."""
    doc: str = ""
    """What it means."""

    @field_validator("type")
    @classmethod
    def _known_type(cls, text: str) -> str:
        try:
            parse_type(text)
        except ValueError as problem:
            raise fault("RV113", str(problem), nearest(text, TYPE_NAMES)) from None
        return text

    @field_validator("enum")
    @classmethod
    def _of_the_type(
        cls, values: tuple[YamlValue, ...], info: ValidationInfo
    ) -> tuple[YamlValue, ...]:
        _admit(values, info)
        return values

    @field_validator("min", "max")
    @classmethod
    def _measured(cls, value: YamlValue, info: ValidationInfo) -> YamlValue:
        units = None if value is None else _admit((value,), info)[0]
        if isinstance(units, str | bool):
            raise fault("RV110", "only numbers, durations and timestamps have a range")
        return value

    @field_validator("pattern")
    @classmethod
    def _safe_pattern(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        type_ = _type(info)
        if pattern is not None and type_ and type_.kind is not Kind.STRING:
            raise fault("RV110", f"a pattern is for strings, not for {type_}")
        try:
            compile_whole_pattern(pattern or "")
        except ValueError as problem:
            raise fault("RE105", str(problem)) from None
        return pattern

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        field = self.field()
        if field.min is not None and field.max is not None and field.min > field.max:
            raise fault("RV110", "min is larger than max")
        return self

    def field(self) -> Field:
        """Return the field declared, with enum, min and max in runtime units."""
        type_ = parse_type(self.type, scale=self.scale)
        of = type_.item or type_
        return Field(
            type_,
            enum=tuple(constant_of(of, value) for value in self.enum),
            min=_bound(of, self.min),
            max=_bound(of, self.max),
            pattern=self.pattern,
            doc=self.doc,
        )


class FieldDefinition(ValueDefinition):
    """``string`` or ``{type: double, min: 0, max: 1, …}``."""

    optional: bool = False
    """Whether it may be absent; expressions must then ask ``has`` first."""
    examples: tuple[YamlValue, ...] = ()
    """Values to show in documentation."""

    @classmethod
    @override
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Return the schema of the long form or of the short one."""
        return {"anyOf": [TYPE_SCHEMA, handler(core_schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: object) -> object:
        return {"type": data} if isinstance(data, str) else data

    @field_validator("examples")
    @classmethod
    def _as_declared(
        cls, values: tuple[YamlValue, ...], info: ValidationInfo
    ) -> tuple[YamlValue, ...]:
        _admit(values, info)
        return values

    @override
    def field(self) -> Field:
        return replace(super().field(), optional=self.optional)


def _type(info: ValidationInfo) -> Type | None:
    """Return the item type of what is being declared, unless that is at fault already."""
    if "type" not in info.data or "scale" not in info.data:
        return None
    type_ = parse_type(info.data["type"], scale=info.data["scale"])
    return type_.item or type_


def _admit(values: Sequence[YamlValue], info: ValidationInfo) -> Sequence[Value | None]:
    """Return the constants as runtime values, None for each while the type is at fault."""
    type_ = _type(info)
    if type_ is None:
        return (None,) * len(values)
    try:
        return [constant_of(type_, value) for value in values]
    except ValueError as problem:
        raise fault("RV110", str(problem)) from None


def _bound(type_: Type, value: YamlValue) -> int | None:
    units = None if value is None else constant_of(type_, value)
    return units if isinstance(units, int) else None
