"""Strict checks of the values that go into an action or come out of it.

Nothing is converted: a value has the declared type or is refused.  Text is bounded, free of
control characters and, unless the contract says otherwise, does not begin with ``-``, so
that it cannot be taken for an option where an executor puts it on a command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import re2

from interlock.errors import NotPermitted
from interlock.language.values import Field, Kind, Type, Value
from interlock.machines.definition import Row

MAX_LENGTH = 1024
"""Characters a text input may have unless the contract says otherwise."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Bounds of a text input beyond its type.

    Attributes:
        max_length: characters, at most.
        multiline: line breaks and tabs are allowed.
        leading_dash: it may begin with ``-``.
    """

    max_length: int = MAX_LENGTH
    multiline: bool = False
    leading_dash: bool = False


def check_values(
    fields: Mapping[str, Field],
    values: Row,
    *,
    owner: str,
    shapes: Mapping[str, Shape] | None,
) -> dict[str, Value]:
    """Return the values, sorted by name, when each is what its field says.

    Args:
        fields: what is expected; optional fields may be absent.
        values: runtime values.
        owner: whose values they are, for messages.
        shapes: bounds of texts by field; None switches them off, a field not named has the
            default shape.

    Raises:
        NotPermitted: details ``field``, ``expected``, ``found``.
    """
    for name in sorted(values.keys() - fields.keys()):
        raise _refusal(owner, name, "no such field", repr(values[name]))
    checked: dict[str, Value] = {}
    for name, field in sorted(fields.items()):
        if name in values:
            shape = None if shapes is None else shapes.get(name, Shape())
            _check(_Place(owner, name), field, values[name], shape)
            checked[name] = values[name]
        elif not field.optional:
            raise _refusal(owner, name, f"a {field.type}", "nothing")
    return checked


@dataclass(frozen=True, slots=True)
class _Place:
    owner: str
    field: str


def _check(place: _Place, field: Field, value: Value, shape: Shape | None) -> None:
    _check_type(place, field.type, value)
    items = value if isinstance(value, tuple) else (value,)
    for item in items:
        if isinstance(item, str) and shape is not None:
            _check_text(place, item, shape)
        _check_bounds(place, field, item)


def _check_type(place: _Place, wanted: Type, value: Value) -> None:
    if wanted.kind is Kind.LIST:
        if not isinstance(value, tuple):
            raise _refusal(place.owner, place.field, str(wanted), repr(value))
        for item in value:
            if wanted.item is not None:
                _check_type(place, wanted.item, item)
    elif type(value) is not _PYTHON_TYPE[wanted.kind]:
        raise _refusal(place.owner, place.field, str(wanted), repr(value))


_PYTHON_TYPE: Mapping[Kind, type] = {
    Kind.STRING: str,
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.DOUBLE: int,
    Kind.TIMESTAMP: int,
    Kind.DURATION: int,
}


def _check_text(place: _Place, text: str, shape: Shape) -> None:
    if len(text) > shape.max_length:
        limit = f"at most {shape.max_length} characters"
        raise _refusal(place.owner, place.field, limit, f"{len(text)} characters")
    if text.startswith("-") and not shape.leading_dash:
        raise _refusal(place.owner, place.field, "text that does not begin with '-'", repr(text))
    allowed = "\n\t" if shape.multiline else ""
    if any(_is_control(letter) and letter not in allowed for letter in text):
        raise _refusal(place.owner, place.field, "text without control characters", repr(text))


def _is_control(letter: str) -> bool:
    # C0, DEL and C1; and the two Unicode separators some programs take for line breaks.
    return letter < " " or "\x7f" <= letter <= "\x9f" or letter in "\u2028\u2029"


def _check_bounds(place: _Place, field: Field, value: Value) -> None:
    if field.enum and value not in field.enum:
        raise _refusal(place.owner, place.field, f"one of {', '.join(map(repr, field.enum))}", repr(value))
    if field.pattern is not None and isinstance(value, str) and re2.fullmatch(field.pattern, value) is None:
        raise _refusal(place.owner, place.field, f"text like {field.pattern}", repr(value))
    measured = len(value) if isinstance(value, str) else value
    if isinstance(measured, int) and field.min is not None and measured < field.min:
        raise _refusal(place.owner, place.field, f"at least {field.min}", repr(value))
    if isinstance(measured, int) and field.max is not None and measured > field.max:
        raise _refusal(place.owner, place.field, f"at most {field.max}", repr(value))


def _refusal(owner: str, field: str, expected: str, found: str) -> NotPermitted:
    return NotPermitted(
        f"{owner}: {field}: expected {expected}, found {found}",
        field=field,
        expected=expected,
        found=found,
    )
