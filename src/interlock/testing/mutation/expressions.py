"""The small changes of an expression, each by its operator, and whether one changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace

from interlock.language import Field, expression
from interlock.language.expression import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Logical,
    Name,
    Node,
    Scope,
    Select,
    Unary,
)
from interlock.language.expression.check import resolve
from interlock.language.regions import ALWAYS, EVERYWHERE, Region, Truth, meet, truth_of
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.steps import STEPS, around

Change = tuple[Operator, Node]
"""What was done, and what is there now."""

_FLIPS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}


def variants(node: Node, scope: Scope | None = None) -> Iterator[Change]:
    """Yield every way to change an expression in one place.

    Args:
        node: the expression.
        scope: what it may read, for the ranges of what is compared; None: nothing is known.
    """
    if isinstance(node, Name | Select):
        yield Operator.TRUTH, Unary(node.start, node.end, "!", node)
    for one in expression.walk(node):
        for operator, other in _instead(one, scope):
            yield operator, _put(node, one, other)


def is_same(before: Node, after: Node | None, scope: Scope, beside: Region | None = None) -> bool:
    """Return whether two conditions are certainly equal, whatever comes.

    Args:
        before: the condition as it is.
        after: the condition as it would be; None: no condition.
        scope: what they may read.
        beside: where everything else holds that must, of a condition that only has to be true;
            None: false and unknown are told apart.
    """
    first, second = _truth(before, scope), ALWAYS if after is None else _truth(after, scope)
    if first is None or second is None:
        return False
    if beside is not None:
        apart = [(first.true, second.not_true), (second.true, first.not_true)]
        return not any(meet(beside, *pair) for pair in apart)
    apart = [
        (first.true, second.not_true),
        (first.false, second.not_false),
        (first.unknown, second.true),
        (first.unknown, second.false),
    ]
    return not any(meet(*pair) for pair in apart)


def where_true(nodes: Iterable[Node], scope: Scope) -> Region:
    """Return where some conditions hold together, or more."""
    truths = (_truth(node, scope) for node in nodes)
    return meet(EVERYWHERE, *(one.true for one in truths if one is not None))


def _truth(node: Node, scope: Scope) -> Truth | None:
    faults: list[ExpressionError] = []
    typed = resolve(scope.settled(node), scope, faults)
    return None if faults else truth_of(typed)


def _instead(node: Node, scope: Scope | None) -> Iterator[Change]:
    match node:
        case Unary(operator="!", operand=operand):
            yield Operator.TRUTH, operand
        case Logical(operands=operands):
            for number in range(len(operands)):
                rest = operands[:number] + operands[number + 1 :]
                left = rest[0] if len(rest) == 1 else replace(node, operands=rest)
                yield Operator.OPERAND, left
        case Binary():
            yield from ((Operator.COMPARISON, one) for one in _flipped(node))
            yield from ((Operator.THRESHOLD, one) for one in _shifted(node, scope))
        case Call(function="duration", arguments=(Literal(value=str(text)) as literal,)):
            for other in around(text):
                moved = replace(node, arguments=(replace(literal, value=other),))
                yield Operator.THRESHOLD, moved
        case _:
            pass


def _flipped(node: Binary) -> Iterator[Node]:
    if node.operator == "in":
        yield Unary(node.start, node.end, "!", node)
    for other in _FLIPS.get(node.operator, ()):
        yield replace(node, operator=other)  # type: ignore[arg-type]  # a key gives its kind


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
        scale, step = wide, max(1, spread // STEPS)
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
