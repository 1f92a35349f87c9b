"""Syntax tree → canonical text: single spaces, fewest parentheses, double quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from interlock.language.expression.parser import POWER, UNARY_POWER
from interlock.language.expression.syntax import (
    Binary,
    Call,
    Conditional,
    Index,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Node,
    Quantifier,
    Select,
    Unary,
)
from interlock.language.values import Kind

_ATOM: Final = UNARY_POWER + 1


def print_expression(node: Node) -> str:
    """Return the canonical text of an expression; ``parse`` gives back an equal tree."""
    match node:
        case Literal():
            return _literal(node)
        case Name(name=name):
            return name
        case Unary():
            return node.operator + _within(node.operand, UNARY_POWER)
        case Binary() | Logical() | Conditional():
            return _infix(node)
        case _:
            return _postfix(node)


def _infix(node: Binary | Logical | Conditional) -> str:
    match node:
        case Conditional():
            test = _within(node.test, POWER["?"] + 1)
            then, otherwise = print_expression(node.then), print_expression(node.otherwise)
            return f"{test} ? {then} : {otherwise}"
        case Logical():
            power = POWER[node.operator] + 1
            return f" {node.operator} ".join(_within(one, power) for one in node.operands)
        case Binary():
            power = POWER[node.operator]
            # Comparisons do not chain; sums and products group to the left.
            left = _within(node.left, power + 1 if power == POWER["=="] else power)
            return f"{left} {node.operator} {_within(node.right, power + 1)}"


def _postfix(node: Select | Index | ListLiteral | Call | Quantifier) -> str:
    match node:
        case Select():
            return f"{_within(node.operand, _ATOM)}.{node.field}"
        case Index():
            return f"{_within(node.operand, _ATOM)}[{print_expression(node.index)}]"
        case ListLiteral():
            return f"[{_listed(node.items)}]"
        case Call():
            receiver = "" if node.receiver is None else _within(node.receiver, _ATOM) + "."
            return f"{receiver}{node.function}({_listed(node.arguments)})"
        case Quantifier():
            owner, test = _within(node.operand, _ATOM), print_expression(node.test)
            return f"{owner}.{node.quantifier}({node.item}, {test})"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(print_expression, nodes))


def _within(node: Node, power: int) -> str:
    text = print_expression(node)
    return text if _power(node) >= power else f"({text})"


def _power(node: Node) -> int:
    match node:
        case Conditional():
            return POWER["?"]
        case Logical() | Binary():
            return POWER[node.operator]
        case Unary():
            return UNARY_POWER
        case Literal(value=int() as number) if not isinstance(number, bool) and number < 0:
            return UNARY_POWER
        case _:
            return _ATOM


def _literal(node: Literal) -> str:
    value = node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if node.type.kind is not Kind.DOUBLE:
        return str(value)
    scale = node.type.scale
    digits = str(abs(value)).rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


_ESCAPED: Final[Mapping[str, str]] = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_UNPRINTABLE = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')


def quote(text: str) -> str:
    """Return a string literal that stands for ``text``, on one line."""
    return f'"{_UNPRINTABLE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return _ESCAPED.get(letter) or f"\\u{ord(letter):04x}"
