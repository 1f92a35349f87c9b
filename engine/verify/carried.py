"""Which fields' own text a template can carry into what it makes."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language.expression import (
    Binary,
    Call,
    Conditional,
    ExpressionError,
    Index,
    ListLiteral,
    Name,
    Node,
    Select,
    Template,
)


def carried(value: object) -> frozenset[tuple[str, str]]:
    """Return (alias, field) of every text that may stand in a value; of bare names ``""``.

    A field that is only asked about (``x == "a" ? "b" : "c"``) is not carried.

    Args:
        value: as authors write it: a template, a list of them, or a constant.
    """
    if isinstance(value, str):
        try:
            nodes = Template(value).nodes
        except ExpressionError:  # what a rule base keeps of a number is no template
            return frozenset()
        return frozenset().union(*map(_carried, nodes))
    if isinstance(value, Sequence):
        return frozenset().union(*map(carried, value))
    return frozenset()


def _carried(node: Node) -> frozenset[tuple[str, str]]:
    match node:
        case Name(name=name):
            return frozenset({("", name)})
        case Select(operand=Name(name=alias), field=name):
            return frozenset({(alias, name)})
        case Conditional(then=then, otherwise=otherwise):
            return _carried(then) | _carried(otherwise)
        case Binary(operator="+", left=left, right=right):
            return _carried(left) | _carried(right)
        case Call(function="string", arguments=parts) | ListLiteral(items=parts):
            return frozenset().union(*map(_carried, parts))
        case Index(operand=operand):
            return _carried(operand)
        case _:
            return frozenset()
