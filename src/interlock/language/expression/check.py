"""Types: what every part of an expression yields, and whether it may be unknown."""

from __future__ import annotations

from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Node
from interlock.language.values import Type


def check(node: Node, scope: Scope, errors: list[ExpressionError] | None = None) -> Type:
    """Return the type of an expression.

    Args:
        node: the parsed expression.
        scope: the names it may use.
        errors: where faults are collected, in order of place; an unknown name then has type
            ANY and causes no further fault.  None: the first fault is raised.

    Raises:
        ExpressionError: RV201 unknown name, RV202 type clash, RV203 unknown function, RV204
            optional read without ``has``, RV205 constant outside the declared range, RV206 value
            never possible, RE105 unsafe pattern; only when ``errors`` is None.
    """
    raise NotImplementedError


def check_condition(
    node: Node, scope: Scope, errors: list[ExpressionError] | None = None
) -> None:
    """Check an expression that must yield a bool; another type is RV202.

    Raises:
        ExpressionError: as ``check``.
    """
    raise NotImplementedError
