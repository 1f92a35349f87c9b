"""Strict checks of the values that go into an action or come out of it.

Nothing is converted: a value has the declared type or is refused.  Text is bounded, free of
control characters and, unless the contract says otherwise, does not begin with ``-``, so
that it cannot be taken for an option where an executor puts it on a command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.errors import NotPermitted
from interlock.language.values import Field, Kind, Type, Value, violation
from interlock.machines.formula import Row

MAX_LENGTH = 1024
"""Characters a text input may have unless the contract says otherwise."""

MAX_SHOWN = 80
"""Characters of a refused value that a message shows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Bounds of a text input beyond its type.

    Attributes:
        max_length: characters, at most.
        multiline: line feeds and tabs are allowed.
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
    shapes: Mapping[str, Shape] | None = None,
) -> dict[str, Value]:
    """Return the values, sorted by name, when each is what its field says.

    Args:
        fields: what is expected; optional fields may be absent.
        values: runtime values.
        owner: whose values they are, for messages.
        shapes: bounds of texts by field, the default shape for a field not named; None
            leaves texts unbounded.

    Raises:
        NotPermitted: details ``field``, ``expected``, ``found``.
    """
    for name in sorted(values.keys() - fields.keys()):
        raise _refused(owner, name, "no field of that name", _shown(values[name]))
    checked: dict[str, Value] = {}
    for name, field in sorted(fields.items()):
        if name in values:
            shape = None if shapes is None else shapes.get(name, Shape())
            demand = _demand(field, values[name], shape)
            if demand is not None:
                raise _refused(owner, name, demand, _shown(values[name]))
            checked[name] = values[name]
        elif not field.optional:
            raise _refused(owner, name, str(field.type), "nothing")
    return checked


def _demand(field: Field, value: Value, shape: Shape | None) -> str | None:
    """Return what the value ought to be and is not, or None."""
    if not _has_type(field.type, value):
        return str(field.type)
    texts = [item for item in _items(value) if isinstance(item, str)]
    for text in texts:
        demand = None if shape is None else _text_demand(text, shape)
        if demand is not None:
            return demand
    return violation(field, value)


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _has_type(wanted: Type, value: Value) -> bool:
    if wanted.kind is not Kind.LIST:
        # type(), not isinstance: True is no int here.
        return type(value) is _PYTHON_TYPE[wanted.kind]
    item = wanted.item
    return isinstance(value, tuple) and all(item is None or _has_type(item, one) for one in value)


_PYTHON_TYPE: Mapping[Kind, type] = {
    Kind.STRING: str,
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.DOUBLE: int,
    Kind.TIMESTAMP: int,
    Kind.DURATION: int,
}


def _text_demand(text: str, shape: Shape) -> str | None:
    if len(text) > shape.max_length:
        return f"at most {shape.max_length} characters"
    if text.startswith("-") and not shape.leading_dash:
        return "text that does not begin with '-'"
    allowed = "\n\t" if shape.multiline else ""
    if any(_is_control(letter) and letter not in allowed for letter in text):
        return "text without control characters"
    return None


def _is_control(letter: str) -> bool:
    # C0, DEL, C1, and the two separators some programs take for line breaks.
    return letter < " " or "\x7f" <= letter <= "\x9f" or letter in "\u2028\u2029"


def _shown(value: Value) -> str:
    return repr(value)[:MAX_SHOWN]


def _refused(owner: str, field: str, expected: str, found: str) -> NotPermitted:
    return NotPermitted(
        f"{owner}: {field}: expected {expected}, found {found}",
        field=field,
        expected=expected,
        found=found,
    )
