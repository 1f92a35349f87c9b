"""The small changes of a condition that stands alone: a guard, an expectation, one of a wait."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language import Loc, expression
from interlock.language.expression import ExpressionError, Scope
from interlock.language.regions import EVERYWHERE
from interlock.testing.mutation.expressions import is_same, variants
from interlock.testing.mutation.model import Edit, Mutant, Site


def condition_mutants(site: Site, loc: Loc, scope: Scope | None = None) -> Iterator[Mutant]:
    """Yield every small change of the condition at a place; none of what is no expression.

    Unknown is not met, like false, wherever such a condition stands.

    Args:
        site: where it is.
        loc: its place.
        scope: what it may read, to know which changes change nothing; None: nothing is known.
    """
    try:
        node = expression.parse(str(site.read(loc)))
    except ExpressionError:
        return
    said = expression.print_expression(node)
    for operator, other in variants(node, scope):
        after = expression.print_expression(other)
        same = scope is not None and is_same(node, other, scope, EVERYWHERE)
        yield site.mutant(operator, f"{said} → {after}", Edit(loc, after), is_same=same)
