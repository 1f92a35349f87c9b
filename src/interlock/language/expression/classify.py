"""What kind of test a conjunct is, so that matchers can index it instead of evaluating it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import CompareOperator, Node
from interlock.language.values import Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field of this element against a constant, e.g. ``env == "prod"`` or ``value > 0.05``."""

    field: str
    operator: CompareOperator | OneOf["in"]
    constant: Value
    """In runtime units of the field, exactly equivalent to what the author wrote; for ``in`` a
    tuple of values without repeats.  ``in ()`` is never true."""


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """A field of this element against one of an earlier binding of the same type and scale."""

    field: str
    operator: CompareOperator
    alias: str
    other_field: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """Any other test; compile it and evaluate."""

    aliases: frozenset[str]
    """The earlier bindings it reads; empty when it reads this element alone."""


Conjunct: TypeAlias = Comparison | FieldJoin | Predicate


def classify(node: Node, scope: Scope) -> Conjunct:
    """Return what kind of test a checked conjunct is.

    A missing optional field makes every kind of test UNKNOWN.  Sides are turned so that this
    element's field stands left; a bare bool field ``f`` is ``f == true``, ``!f`` is ``f == false``.
    """
    raise NotImplementedError
