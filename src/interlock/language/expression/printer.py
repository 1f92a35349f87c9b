"""Syntax tree → text."""

from __future__ import annotations

from interlock.language.expression.syntax import Node


def print_expression(node: Node) -> str:
    """Return the canonical text of an expression; ``parse`` gives back an equal tree."""
    raise NotImplementedError
