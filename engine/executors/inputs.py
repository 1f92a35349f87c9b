"""Refuses runtime values that are not what an operation declares.

The core checks inputs against the contract already; an executor checks again, because it is
what stands between a mistake and the world.  Outputs of plugins are checked the same way
before they may enter the journal.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.digest import MAX_INTEGER
from interlock.errors import ExecutionRefused
from interlock.language.values import Field, Kind, Type, Value, violation


def check_inputs(fields: Mapping[str, Field], values: Mapping[str, Value]) -> None:
    """Check the inputs of an operation.

    Raises:
        ExecutionRefused: one is missing, undeclared, or not what is declared.
    """
    fault = first_fault(fields, values)
    if fault is not None:
        raise ExecutionRefused(f"nothing was done: {fault}", reason="bad_input")


def first_fault(fields: Mapping[str, Field], values: Mapping[str, Value]) -> str | None:
    """Return what is wrong with values for declared fields; None when nothing is."""
    for name in sorted(values.keys() - fields.keys()):
        return f"{name!r} is not declared"
    for name, field in fields.items():
        if name not in values:
            if not field.optional:
                return f"{name!r} is missing"
            continue
        value = values[name]
        if not fits(field.type, value):
            return f"{name!r}: expected {field.type}, found {type(value).__name__}"
        broken = violation(field, value)
        if broken is not None:
            return f"{name!r}: expected {broken}"
    return None


def fits(type_: Type, value: object) -> bool:
    """Return whether a value has the runtime form of a type."""
    match type_.kind:
        case Kind.STRING:
            return isinstance(value, str) and _is_text(value)
        case Kind.BOOL:
            return isinstance(value, bool)
        case Kind.LIST:
            item = type_.item
            return (
                item is not None and isinstance(value, tuple) and all(fits(item, v) for v in value)
            )
        case Kind.ANY:
            return False
        case _:
            return type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER


def _is_text(value: str) -> bool:
    """Return whether it has a UTF-8 form without NUL."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False
