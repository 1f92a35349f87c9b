"""Checked expression → Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType
from typing import Final, TypeAlias

from interlock.language.expression.check import resolve
from interlock.language.expression.emit import Emitter, refuse_undeclared
from interlock.language.expression.functions import RUNTIME
from interlock.language.expression.kleene import KLEENE
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Node
from interlock.language.expression.typed import Typed
from interlock.language.values import UNKNOWN, Kind, Unknown, Value

Row: TypeAlias = Mapping[str, Value]
"""The fields of one element; optional ones may be absent."""
Env: TypeAlias = Mapping[str, Row]
"""The rows of earlier bindings by alias."""
Evaluate: TypeAlias = Callable[[Row, Env], Value | Unknown]
"""A compiled expression: ``evaluate(row, env)``; total and pure."""

_GLOBALS: Final[Mapping[str, object]] = {
    **KLEENE,
    **RUNTIME,
    "U": UNKNOWN,
    "KeyError": KeyError,
    "__builtins__": {},
}

_FUNCTION = """\
def evaluate(row, env):
    try:
        return {}
    except KeyError as missing:
        raise incomplete(missing) from None
"""


def compile_expression(node: Node, scope: Scope) -> Evaluate:
    """Return the function that evaluates a checked expression.

    The result has the type ``check(node, scope)`` tells; a double is units of that type's scale;
    a condition gives True, False or UNKNOWN.  A number outside ±(2^53-1) units is UNKNOWN, too.
    The function raises ``InvariantBroken`` only when ``row`` lacks a required field of
    ``scope.fields`` that it reads, or ``env`` one of the aliases ``names(node)``.

    Raises:
        ExpressionError: the expression does not pass ``check``.
    """
    return compile_typed(bounded(resolve(node, scope)))


def bounded(typed: Typed) -> Typed:
    """Return a checked expression whose computed number or time cannot leave its bounds."""
    is_computed = typed.operation not in {"constant", "read", "item"}
    if typed.type.kind in _BOUNDED and is_computed:
        return Typed(operation="fit", node=typed.node, type=typed.type, parts=(typed,), unsure=True)
    return typed


_BOUNDED = frozenset({Kind.INT, Kind.DOUBLE, Kind.TIMESTAMP, Kind.DURATION})


def compile_typed(typed: Typed) -> Evaluate:
    """Return the function that evaluates a checked expression as it is.

    Its code is made when it is first called: most of a large policy is only ever checked.

    Raises:
        InvariantBroken: a part computes with a value whose type nobody declared.
    """
    refuse_undeclared(typed)
    scope: dict[str, object] = {"__builtins__": {}}
    evaluate = FunctionType(_ON_FIRST_CALL, scope, "evaluate")
    scope["become"] = partial(_become, evaluate, typed)
    return evaluate


def _become(evaluate: FunctionType, typed: Typed) -> FunctionType:
    """Give a function the code of an expression; twice at once does it twice, to the same end."""
    emitter = Emitter()
    source = _FUNCTION.format(emitter.source(typed))
    evaluate.__globals__.update(_GLOBALS)
    evaluate.__globals__.update(emitter.constants)
    made: dict[str, FunctionType] = {}
    exec(compile(source, "<expression>", "exec"), evaluate.__globals__, made)  # noqa: S102  # our own source, see emit
    evaluate.__code__ = made["evaluate"].__code__
    evaluate.__globals__["become"] = partial(_itself, evaluate)  # for whoever is in between
    return evaluate


def _itself(evaluate: FunctionType) -> FunctionType:
    return evaluate


def _first_call(row: Row, env: Env) -> Value | Unknown:
    return become()(row, env)  # type: ignore[name-defined, no-any-return]  # noqa: F821  # a global of each


_ON_FIRST_CALL: Final = _first_call.__code__
