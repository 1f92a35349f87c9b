"""Text → syntax tree."""

from __future__ import annotations

from interlock.language.expression.syntax import Node


def parse(text: str) -> Node:
    """Return the syntax tree of an expression.

    Args:
        text: the expression, at most 40 levels deep and 2,000 nodes.

    Raises:
        ExpressionError: RE100 syntax, RE101 unknown operator word, RE102 too deep or large,
            RE103 chained comparison, RE104 clock.
    """
    raise NotImplementedError
