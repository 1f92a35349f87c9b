"""A value an author wrote where a declared field says what it may be: read, or reported."""

from __future__ import annotations

from interlock.language.document import Document, Loc
from interlock.language.values import (
    Field,
    Value,
    YamlValue,
    constant_of,
    format_value,
    violation,
)

SHOWN = 80
"""Characters of a wrong value that a message repeats."""


def read_constant(document: Document, loc: Loc, field: Field, value: YamlValue) -> Value | None:
    """Return a value as the field has it, or None after its fault was reported.

    Args:
        document: where it is written.
        loc: where in there.
        field: what it may be.
        value: as YAML has it.
    """
    try:
        units = constant_of(field.type, value)
    except ValueError as fault:
        document.report(loc, "RV202", str(fault))
        return None
    if complaint := violation(field, units):
        found = format_value(_culprit(field, units), field.type.item or field.type)[:SHOWN]
        code = "RV206" if field.enum else "RV205"
        document.report(loc, code, f"expected {complaint}, found {found}")
        return None
    return units


def _culprit(field: Field, units: Value) -> Value:
    """Return the value that is not as declared: of a list the first such item."""
    items = units if isinstance(units, tuple) else (units,)
    return next(one for one in items if violation(field, one))
