"""Names: which declared field a bare name or ``alias.field`` means, or what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from interlock.language.diagnostics import nearest
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.parameters import PARAMS
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Name, Select
from interlock.language.values import Field


def field_of(node: Name | Select, scope: Scope) -> Field | ExpressionError:
    """Return the field a name means, or the fault: RV201 unknown, RV202 read from a value."""
    if isinstance(node, Name):
        if node.name in scope.items:
            return scope.items[node.name]
        return scope.fields[node.name] if node.name in scope.fields else _unknown_name(node, scope)
    fields = scope.bindings.get(alias_of(node))
    if fields is None and alias_of(node) == PARAMS:
        known = scope.parameters.broken
        return known[node.field] if node.field in known else _unknown_parameter(node, scope)
    if fields is None:
        return _unknown_alias(node, scope)
    if node.field in fields:
        return fields[node.field]
    message = f"{alias_of(node)!r} has no field {node.field!r}"
    hint = nearest(node.field, fields) or _listing("its fields are", fields)
    return ExpressionError(message, node.end - len(node.field), node.end, "RV201", hint)


def alias_of(node: Name | Select) -> str:
    """Return the alias a name is read from: empty for a bare name, or for ``x.y.z``."""
    return node.operand.name if isinstance(node, Select) and isinstance(node.operand, Name) else ""


def name_of(node: Name | Select) -> str:
    """Return the field a name is read from its alias."""
    return node.field if isinstance(node, Select) else node.name


def _unknown_name(node: Name, scope: Scope) -> ExpressionError:
    name = node.name
    if name in scope.bindings:
        message, hint = f"{name!r} is a whole element, not a value", f"write {name}.<field>"
    else:
        known = [*scope.items, *scope.fields, *scope.bindings]
        message = f"unknown field {name!r}"
        hint = nearest(name, known) or f'quote it if it is text: "{name}"'
    return ExpressionError(message, node.start, node.end, "RV201", hint)


def _unknown_alias(node: Select, scope: Scope) -> ExpressionError:
    owner = node.operand
    if not isinstance(owner, Name):
        return ExpressionError("a value has no fields", owner.start, node.end, "RV202")
    held = scope.items.get(owner.name)
    if held is not None or owner.name in scope.fields:
        type_ = (held or scope.fields[owner.name]).type
        message = f"{owner.name!r} is a {type_} and has no fields"
        return ExpressionError(message, node.start, node.end, "RV202")
    hint = (
        nearest(owner.name, scope.bindings)
        or _listing("there are", scope.bindings)
        or f"a field of the element at hand is read by its bare name: {node.field}"
    )
    message = f"unknown name {owner.name!r}"
    return ExpressionError(message, owner.start, owner.end, "RV201", hint)


def _unknown_parameter(node: Select, scope: Scope) -> ExpressionError:
    known = scope.parameters.values
    hint = nearest(node.field, known) or _listing("there are", known)
    message = f"unknown parameter {node.field!r}"
    start = node.end - len(node.field)
    return ExpressionError(
        message, start, node.end, "RV201", hint or "declare it in a params/v1 document"
    )


def _listing(lead: str, names: Iterable[str]) -> str | None:
    shown = sorted(name for name in names if not name.startswith("$"))[:8]
    return f"{lead} {', '.join(shown)}" if shown else None
