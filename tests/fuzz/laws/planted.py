"""A law that a rare input breaks: the negative control of fuzzing.

The seed is ``a``.  Only ``!-!-!-`` before a value breaks it, which chance alone would not write in
ten million tries; each sign on the way is code that was not reached before, and that leads there.
"""

from __future__ import annotations

from interlock.language.expression import ExpressionError, Node, Unary, parse

SIGNS = "!-!-!-"


class Planted(Exception):
    """The fault that is to be found."""


def hold(data: bytes) -> None:
    """Parse a text, and break where all signs stand before one value."""
    try:
        node = parse(data.decode(errors="replace"))
    except ExpressionError:
        return
    signs = _signs(node)
    if signs[:1] != SIGNS[:1]:
        return
    if signs[:2] != SIGNS[:2]:
        return
    if signs[:3] != SIGNS[:3]:
        return
    if signs[:4] != SIGNS[:4]:
        return
    if signs[:5] != SIGNS[:5]:
        return
    if signs[:6] == SIGNS:
        raise Planted


def _signs(node: Node) -> str:
    """Return the signs before a value, from the left."""
    found = ""
    while isinstance(node, Unary):
        found, node = found + node.operator, node.operand
    return found
