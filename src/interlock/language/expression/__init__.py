"""Expressions: a strict, typed subset of CEL, compiled to plain Python functions.

The way of a text through this room::

    text ─ lexer ─ parser ─► Node ─ check(scope) ─► Type, ExpressionErrors
                               │
                 params.x ─ settled ─► its value
                               │
                               ├─ classify ─► Comparison | FieldJoin | Predicate   (for matchers)
                               ├─ compile_expression ─► evaluate(row, env)
                               └─ print_expression ─► canonical text
    "…${text}…" ─ Template ─ compile_template ─► evaluate(row, env)
    YAML value for a typed field ─ compile_argument ─► evaluate(row, env)

Guarantees: total and pure, no clock, no floats, no ``eval`` of author text.  Truth has three
values (Kleene): a missing optional field, a division by zero or a failed look-up is UNKNOWN;
``false && UNKNOWN`` is false, ``true || UNKNOWN`` is true, ``x in [a, b]`` is
``x == a || x == b``, ``exists`` is ``||`` and ``all`` is ``&&`` over the items, and
``UNKNOWN ? a : b`` is UNKNOWN.
"""

from interlock.language.expression.argument import check_argument, compile_argument
from interlock.language.expression.check import check, check_condition
from interlock.language.expression.classify import (
    Comparison,
    Conjunct,
    FieldJoin,
    Predicate,
    classify,
)
from interlock.language.expression.compile import Env, Evaluate, Row, compile_expression
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.parameters import NO_PARAMETERS, Parameters
from interlock.language.expression.parser import parse
from interlock.language.expression.printer import print_expression
from interlock.language.expression.scope import MOMENT, OPEN, Path, Scope, proven, refuted
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
    children,
    conjuncts,
    names,
    reads,
    walk,
)
from interlock.language.expression.template import (
    Template,
    canonical_text,
    check_template,
    compile_template,
    settled_text,
)

__all__ = [
    "MOMENT",
    "NO_PARAMETERS",
    "OPEN",
    "Binary",
    "Call",
    "Comparison",
    "Conditional",
    "Conjunct",
    "Env",
    "Evaluate",
    "ExpressionError",
    "FieldJoin",
    "Index",
    "ListLiteral",
    "Literal",
    "Logical",
    "Name",
    "Node",
    "Parameters",
    "Path",
    "Predicate",
    "Quantifier",
    "Row",
    "Scope",
    "Select",
    "Template",
    "Unary",
    "canonical_text",
    "check",
    "check_argument",
    "check_condition",
    "check_template",
    "children",
    "classify",
    "compile_argument",
    "compile_expression",
    "compile_template",
    "conjuncts",
    "names",
    "parse",
    "print_expression",
    "proven",
    "reads",
    "refuted",
    "settled_text",
    "walk",
]
