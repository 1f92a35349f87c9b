"""Checked expression → Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Node
from interlock.language.values import Unknown, Value

Row: TypeAlias = Mapping[str, Value]
"""The fields of one element; optional ones may be absent."""
Env: TypeAlias = Mapping[str, Row]
"""The rows of earlier bindings by alias."""
Evaluate: TypeAlias = Callable[[Row, Env], "Value | Unknown"]
"""A compiled expression: ``evaluate(row, env)``; total, pure, never raises on complete rows."""


def compile_expression(node: Node, scope: Scope) -> Evaluate:
    """Return the function that evaluates a checked expression.

    The result has the type ``check(node, scope)`` tells; a double is units of that type's scale;
    a condition gives True, False or UNKNOWN.  ``row`` must hold every required field of
    ``scope.fields`` that the expression reads, and ``env`` every alias (``names(node)``).

    Raises:
        ExpressionError: the expression does not pass ``check``.
    """
    raise NotImplementedError
