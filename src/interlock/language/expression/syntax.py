"""The syntax tree of an expression: frozen, comparable, with the offset of every node.

``start`` and ``end`` are offsets into the parsed text and take no part in equality, so
``parse(print_expression(x)) == x``.  Runs of ``&&`` or ``||`` are one flat ``Logical`` node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal as OneOf
from typing import TypeAlias

from interlock.language.values import Type

UnaryOperator: TypeAlias = OneOf["!", "-"]
CompareOperator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">="]
BinaryOperator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]
LogicalOperator: TypeAlias = OneOf["&&", "||"]
QuantifierWord: TypeAlias = OneOf["exists", "all"]

QUANTIFIERS: frozenset[str] = frozenset({"exists", "all"})
"""Methods of a list that test its items one by one."""

COMPARE_OPERATORS: frozenset[str] = frozenset({"==", "!=", "<", "<=", ">", ">="})


class _Keeping:
    """Keeps what `reads` and `names` found of a node, of which they are asked again and again.

    No field of the node: it takes no part in what a node is, nor in copies.
    """

    __slots__ = ("kept",)
    kept: tuple[frozenset[tuple[str, str]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Placed(_Keeping):
    start: int = field(compare=False)
    end: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Literal(_Placed):
    """A constant: text, whole number, exact decimal (units of ``type.scale``) or truth value."""

    type: Type
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Name(_Placed):
    """A bare name: a field of this element."""

    name: str


@dataclass(frozen=True, slots=True)
class Select(_Placed):
    """``operand.field``: a field of an earlier binding such as ``err.service``."""

    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Index(_Placed):
    """``operand[index]``: one item of a list, counted from 0."""

    operand: Node
    index: Node


@dataclass(frozen=True, slots=True)
class ListLiteral(_Placed):
    """``[a, b, c]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(_Placed):
    """``function(arguments)`` or ``receiver.function(arguments)``."""

    function: str
    receiver: Node | None
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary(_Placed):
    """``!operand`` or ``-operand``; a negative number literal is a ``Literal``."""

    operator: UnaryOperator
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(_Placed):
    """A comparison, membership test or sum of two operands."""

    operator: BinaryOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logical(_Placed):
    """``a && b && c`` or ``a || b || c``; two operands or more, none of the same operator."""

    operator: LogicalOperator
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(_Placed):
    """``test ? then : otherwise``."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Quantifier(_Placed):
    """``operand.exists(item, test)`` or ``operand.all(item, test)``: a test of each list item."""

    quantifier: QuantifierWord
    operand: Node
    item: str
    """What the test calls the item at hand."""
    test: Node


Node: TypeAlias = (
    Literal
    | Name
    | Select
    | Index
    | ListLiteral
    | Call
    | Unary
    | Binary
    | Logical
    | Conditional
    | Quantifier
)
"""Any node of the tree."""


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``, left to right."""
    found: list[Node] = []
    for attribute in _BELOW.get(type(node), ()):
        below = getattr(node, attribute)
        found.extend(below if isinstance(below, tuple) else () if below is None else (below,))
    return tuple(found)


def with_children(node: Node, below: tuple[Node, ...]) -> Node:
    """Return ``node`` over other children, as many as `children` gives and in that order."""
    if all(one is other for one, other in zip(children(node), below, strict=True)):
        return node
    left = iter(below)
    changed: dict[str, object] = {}
    for attribute in _BELOW.get(type(node), ()):
        held = getattr(node, attribute)
        if isinstance(held, tuple):
            changed[attribute] = tuple(next(left) for _ in held)
        elif held is not None:
            changed[attribute] = next(left)
    return replace(node, **changed)  # type: ignore[arg-type]  # the same kinds of parts


_BELOW: dict[type, tuple[str, ...]] = {
    Select: ("operand",),
    Index: ("operand", "index"),
    ListLiteral: ("items",),
    Call: ("receiver", "arguments"),
    Unary: ("operand",),
    Binary: ("left", "right"),
    Logical: ("operands",),
    Conditional: ("test", "then", "otherwise"),
    Quantifier: ("operand", "test"),
}


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything below it, parents first, left to right."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(reversed(children(one)))


def conjuncts(node: Node) -> list[Node]:
    """Return the conditions that must all hold: the operands of a top-level ``&&``."""
    if isinstance(node, Logical) and node.operator == "&&":
        return list(node.operands)
    return [node]


def reads(node: Node) -> frozenset[tuple[str, str]]:
    """Return every (alias, field) the expression mentions; the alias of a bare name is ``""``.

    What a quantifier calls its items is no field.
    """
    return _kept(node)[0]


def names(node: Node) -> frozenset[str]:
    """Return the aliases the expression reads; bare names are not among them."""
    return _kept(node)[1]


def _kept(node: Node) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    try:
        return node.kept
    except AttributeError:
        found = frozenset(_reads(node))
        kept = found, frozenset(alias for alias, _ in found if alias)
        object.__setattr__(node, "kept", kept)
        return kept


def _reads(node: Node) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        match one:
            case Literal():
                pass
            case Select(operand=Name(name=alias), field=selected):
                found.add((alias, selected))
            case Name(name=name):
                found.add(("", name))
            case Quantifier(operand=operand, item=item, test=test):
                found |= reads(operand) | (reads(test) - {("", item)})
            case _:
                pending.extend(children(one))
    return found
