"""The small changes of an expression, each with the texts before and after.

==================  ===========================================================
threshold           a number moves by one step up and down: a whole number by 1; a decimal by
                    a hundredth of its declared range, without one by its last written digit;
                    a duration by a tenth
comparison          ``<`` becomes ``<=`` and ``>=``, and so on; ``==`` becomes ``!=``
truth               ``!x`` becomes ``x``, a bare ``x`` becomes ``!x``
conjunct            one operand of ``&&`` or ``||`` is dropped
==================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from interlock.language import Field, expression
from interlock.language.expression import (
    Binary,
    Call,
    Literal,
    Logical,
    Name,
    Node,
    Scope,
    Select,
    Unary,
)
from interlock.language.values import format_duration, parse_duration

_FLIPS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}


def variants(node: Node, scope: Scope | None = None) -> Iterator[Node]:
    """Yield every way to change an expression in one place.

    Args:
        node: the expression.
        scope: what it may read, for the ranges of what is compared; None: nothing is known.
    """
    if isinstance(node, Name | Select):
        yield Unary(node.start, node.end, "!", node)
    for one in expression.walk(node):
        for other in _instead(one, scope):
            yield _put(node, one, other)


def _instead(node: Node, scope: Scope | None) -> Iterator[Node]:
    match node:
        case Unary(operator="!", operand=operand):
            yield operand
        case Logical(operands=operands):
            for number in range(len(operands)):
                rest = operands[:number] + operands[number + 1 :]
                yield rest[0] if len(rest) == 1 else replace(node, operands=rest)
        case Binary():
            yield from _flipped(node)
            yield from _shifted(node, scope)
        case Call(function="duration", arguments=(Literal(value=str(text)) as literal,)):
            for other in around(text):
                yield replace(node, arguments=(replace(literal, value=other),))
        case _:
            pass


def _flipped(node: Binary) -> Iterator[Node]:
    if node.operator == "in":
        yield Unary(node.start, node.end, "!", node)
    for other in _FLIPS.get(node.operator, ()):
        yield replace(node, operator=other)  # type: ignore[arg-type]  # a key gives its kind


def around(duration: str) -> list[str]:
    """Return a duration made a tenth shorter and a tenth longer."""
    length = parse_duration(duration)
    step = max(1, length // 10)
    return [format_duration(one) for one in (length - step, length + step) if one > 0]


def _shifted(node: Binary, scope: Scope | None) -> Iterator[Node]:
    """Yield a comparison with its number moved by one step, either way."""
    for literal, other, is_left in ((node.left, node.right, True), (node.right, node.left, False)):
        if not isinstance(literal, Literal) or isinstance(literal.value, str | bool):
            continue
        for moved in _moved(literal, literal.value, _declared(other, scope)):
            yield replace(node, left=moved) if is_left else replace(node, right=moved)


def _declared(node: Node, scope: Scope | None) -> Field | None:
    match node:
        case Name(name=name) if scope is not None:
            return scope.fields.get(name)
        case Select(operand=Name(name=alias), field=name) if scope is not None:
            return scope.bindings.get(alias, {}).get(name)
        case _:
            return None


def _moved(literal: Literal, units: int, declared: Field | None) -> list[Literal]:
    """Return a number one step lower and one step higher."""
    scale, step = literal.type.scale, 1
    if declared and declared.min is not None and declared.max is not None and scale:
        wide = max(scale, declared.type.scale)
        units *= int(10 ** (wide - scale))
        spread = (declared.max - declared.min) * int(10 ** (wide - declared.type.scale))
        scale, step = wide, max(1, spread // 100)
    return [_number(literal, units + by, scale) for by in (-step, step)]


def _number(literal: Literal, units: int, scale: int) -> Literal:
    """Return a number literal with no more digits than it needs."""
    while scale > 1 and units % 10 == 0:
        units, scale = units // 10, scale - 1
    return replace(literal, type=replace(literal.type, scale=scale), value=units)


def _put(node: Node, old: Node, new: Node) -> Node:
    """Return an expression with one node, told by identity, replaced."""
    if node is old:
        return new
    changes: dict[str, object] = {}
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, tuple):
            items = tuple(_put(item, old, new) if _is_node(item) else item for item in value)
            changes[each.name] = items
        elif _is_node(value):
            changes[each.name] = _put(value, old, new)
    return replace(node, **changes)  # type: ignore[arg-type]


def _is_node(value: object) -> bool:
    return is_dataclass(value) and hasattr(value, "start")
