"""Arguments: YAML values (constants, templates, lists of them) given to a declared field.

Used by ``set:``, ``with:`` and every other place where an author fills a typed field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interlock.language.diagnostics import nearest
from interlock.language.expression.check import deliver
from interlock.language.expression.compile import Evaluate, bounded, compile_typed
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Literal
from interlock.language.expression.template import Template, resolve_template
from interlock.language.expression.typed import Typed, any_unsure
from interlock.language.values import (
    STRING,
    Field,
    Kind,
    Type,
    YamlValue,
    constant_of,
    format_value,
    violation,
)


def check_argument(
    value: YamlValue, scope: Scope, target: Field, errors: list[ExpressionError] | None = None
) -> None:
    """Check that a YAML value may fill ``target``.

    Text with ``${…}`` is a template, other text is a constant in the text form of the target's
    type (``5m`` for a duration); numbers and truth values are constants; a list fills a list
    item by item.  int widens to double; a double of more digits than the target's scale is cut
    toward zero, as ``/`` does.  A value of the wrong type is RV202, a constant the declaration
    forbids RV205 or RV206.  Offsets count in the text of ``value``, or of the list item that
    ``ExpressionError.within`` leads to.

    Raises:
        ExpressionError: as ``check``, and RE1xx when a template does not parse; only when
            ``errors`` is None.
    """
    found: list[ExpressionError] = []
    _resolve(value, scope, target, found)
    deliver(found, errors)


def compile_argument(
    value: YamlValue, scope: Scope, target: Field, *, strict: bool = False
) -> Evaluate:
    """Return the function that gives the argument's value in runtime units of ``target``.

    The value is UNKNOWN when its one expression is, or when it leaves ±(2^53-1); in text around
    expressions an unknown value reads ``(unknown)``, unless ``strict``.  Whether the value
    satisfies enum, range and pattern is known only then: ask ``values.violation``.

    Raises:
        ExpressionError: it does not pass ``check_argument``.
    """
    found: list[ExpressionError] = []
    typed = _resolve(value, scope, target, found)
    deliver(found, None)
    if strict and typed.operation == "join":
        typed = replace(typed, strict=True, unsure=any_unsure(typed.parts))
    return compile_typed(typed)


def _resolve(value: YamlValue, scope: Scope, target: Field, found: list[ExpressionError]) -> Typed:
    if isinstance(value, str):
        return _text(value, scope, target, found)
    if isinstance(value, Sequence) and target.type.item is not None:
        return _list(value, scope, target, found)
    return _constant(value, target, found)


def _list(
    values: Sequence[YamlValue], scope: Scope, target: Field, found: list[ExpressionError]
) -> Typed:
    one = replace(target, type=target.type.item or STRING)
    items = []
    for place, value in enumerate(values):
        faults: list[ExpressionError] = []
        items.append(_resolve(value, scope, one, faults))
        for fault in faults:
            fault.within = (place, *fault.within)
        found.extend(faults)
    whole = Literal(0, 0, STRING, "")
    if not items:
        return Typed(operation="constant", node=whole, type=target.type, value=())
    return Typed(
        operation="list",
        node=whole,
        type=target.type,
        parts=tuple(items),
        unsure=any_unsure(items),
    )


def _text(text: str, scope: Scope, target: Field, found: list[ExpressionError]) -> Typed:
    try:
        template = Template(text)
    except ExpressionError as fault:
        found.append(fault)
        return _anything(text)
    if template.constant is not None:
        return _constant(template.constant, target, found, len(text))
    before = len(found)
    typed = resolve_template(template, scope, found)
    if len(found) > before:
        return typed
    return _coerced(typed, target.type, found)


def _coerced(typed: Typed, wanted: Type, found: list[ExpressionError]) -> Typed:
    """Return a template's value in the units of the target."""
    numbers = typed.type.is_number and wanted.is_number
    widens = numbers and not (wanted.kind is Kind.INT and typed.type.kind is Kind.DOUBLE)
    if typed.type == wanted or Kind.ANY in {typed.type.kind, wanted.kind}:
        return bounded(typed)
    if widens:
        return Typed(operation="fit", node=typed.node, type=wanted, parts=(typed,), unsure=True)
    hint = "write ${string(…)}" if wanted.kind is Kind.STRING else None
    message = f"expected {wanted}, found {typed.type}"
    found.append(ExpressionError(message, typed.node.start, typed.node.end, "RV202", hint))
    return typed


def _constant(
    value: YamlValue, target: Field, found: list[ExpressionError], length: int = 1
) -> Typed:
    try:
        units = constant_of(target.type, value)
    except ValueError as fault:
        found.append(ExpressionError(str(fault), 0, length, "RV202"))
        return _anything(str(value))
    complaint = violation(target, units)
    if complaint:
        shown = format_value(units, target.type)
        message = f"expected {complaint}, found {shown}"
        code, hint = ("RV206", _like(shown, target)) if target.enum else ("RV205", None)
        found.append(ExpressionError(message, 0, length, code, hint))
    whole = Literal(0, length, STRING, "")
    return Typed(operation="constant", node=whole, type=target.type, value=units)


def _like(shown: str, target: Field) -> str | None:
    return nearest(shown, [format_value(one, target.type) for one in target.enum])


def _anything(text: str) -> Typed:
    return Typed(operation="constant", node=Literal(0, len(text), STRING, text), type=STRING)
