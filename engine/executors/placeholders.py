"""Puts typed values into the operator's templates, always as a whole, never by pasting.

``{name}`` stands for the input ``name`` and ``{target.id}`` for an attribute of the target.
A template either is one placeholder or is taken literally; a placeholder inside longer text
is refused when the configuration is read, because what the text then means could depend on
the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from interlock.errors import ExecutionRefused
from interlock.language.values import Field, Kind, Value, format_decimal

_WHOLE = re.compile(r"\{(target\.)?([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of the operator's, taken as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Stands for an input (``field`` given) or an attribute of the target (None)."""

    name: str
    field: Field | None

    def value(
        self, inputs: Mapping[str, Value], target: Mapping[str, Value] | None
    ) -> Value | None:
        """Return the value it stands for; None when an optional input is absent.

        Raises:
            ExecutionRefused: the target has no such attribute.
        """
        if self.field is not None:
            return inputs.get(self.name)
        if target is None or self.name not in target:
            raise ExecutionRefused(
                f"nothing was done: the target has no attribute {self.name!r}", reason="bad_target"
            )
        return target[self.name]

    def text(self, value: Value) -> str:
        """Return the value as one piece of text.

        Numbers in decimal, truth values as ``true`` or ``false``, timestamps and durations
        in milliseconds.

        Raises:
            ExecutionRefused: it is a list.
        """
        match value:
            case bool():
                return "true" if value else "false"
            case int() if self.field is not None and self.field.type.kind is Kind.DOUBLE:
                return format_decimal(value, self.field.type.scale)
            case int() | str():
                return str(value)
            case _:
                raise ExecutionRefused(
                    f"nothing was done: {self.name!r} is a list", reason="bad_input"
                )


Template = Literal | Placeholder


def parse_template(text: str, fields: Mapping[str, Field]) -> Template:
    """Return what a template says.

    Args:
        text: a placeholder or literal text.
        fields: the declared inputs.

    Raises:
        ValueError: it mixes both, names no declared input, or names one that is a list.
    """
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        if _WHOLE.search(text):
            raise ValueError(f"{text!r}: a placeholder must be the whole text, not part of it")
        return Literal(text)
    of_target, name = whole.groups()
    if of_target:
        return Placeholder(name, None)
    if name not in fields:
        known = ", ".join(sorted(fields)) or "none"
        raise ValueError(f"{text!r}: there is no input {name!r}; declared are: {known}")
    if fields[name].type.kind in (Kind.LIST, Kind.ANY):
        raise ValueError(f"{text!r}: {name!r} is a list, which is not one piece of text")
    return Placeholder(name, fields[name])
