"""What kind of test a conjunct is, so that matchers can index it instead of evaluating it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast
from typing import Literal as OneOf

from interlock.digest import MAX_INTEGER
from interlock.language.expression.check import resolve
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import CompareOperator, Node, names
from interlock.language.expression.typed import Typed
from interlock.language.values import Kind, Type, Value


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

    Raises:
        ExpressionError: the conjunct does not pass ``check``.
    """
    typed = resolve(node, scope)
    return _comparison(typed) or _join(typed) or Predicate(names(node))


def _comparison(typed: Typed) -> Comparison | None:
    match typed:
        case Typed(operation="read", alias="", type=Type(kind=Kind.BOOL)):
            return Comparison(typed.name, "==", constant=True)
        case Typed(operation="not", parts=(Typed(operation="read", alias="") as read,)):
            return Comparison(read.name, "==", constant=False)
        case Typed(operation="in", parts=(Typed(operation="read", alias="") as read, among)):
            return _among(read, among)
        case Typed(operation="compare", parts=(left, right)):
            return _against(left, typed.name, right) or _against(right, _TURNED[typed.name], left)
        case _:
            return None


_TURNED: Final[Mapping[str, CompareOperator]] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def _among(read: Typed, among: Typed) -> Comparison | None:
    if among.operation != "list" or not all(one.is_constant for one in among.parts):
        return None
    exact = (_units("==", one, read.type) for one in among.parts)
    return Comparison(read.name, "in", tuple(dict.fromkeys(u for u in exact if u is not None)))


def _against(read: Typed, operator: str, constant: Typed) -> Comparison | None:
    """Return a field against a constant, exactly, in units of the field."""
    if read.operation != "read" or read.alias or not constant.is_constant:
        return None
    if not read.type.is_number:
        return Comparison(read.name, cast("CompareOperator", operator), constant.value)
    units = _units(operator, constant, read.type)
    if units is not None:
        return Comparison(read.name, cast("CompareOperator", operator), units)
    is_above = int(cast("int", constant.value)) > 0
    never = operator == "==" or (operator in {">", ">="} if is_above else operator in {"<", "<="})
    return Comparison(read.name, "in", ()) if never else None


def _units(operator: str, constant: Typed, of: Type) -> Value | None:
    """Return the constant that compares in whole units of ``of`` as the written one does.

    ``value > 0.0000001`` of six digits is ``units > 0``, and ``>=`` is ``units >= 1``.  None: no
    value within bounds compares so; the test then has the same answer for every value.
    """
    if not of.is_number:
        return constant.value
    finer = cast("int", constant.value) * int(10**of.scale)
    units, rest = divmod(finer, int(10**constant.type.scale))
    if rest and operator in {"==", "!="}:
        return None
    if rest and operator in {"<", ">="}:
        units += 1
    return units if abs(units) <= MAX_INTEGER else None


def _join(typed: Typed) -> FieldJoin | None:
    if typed.operation != "compare":
        return None
    for (own, other), operator in (
        (typed.parts, typed.name),
        (typed.parts[::-1], _TURNED[typed.name]),
    ):
        both_read = own.operation == "read" and other.operation == "read"
        if both_read and not own.alias and other.alias and own.type == other.type:
            return FieldJoin(own.name, cast("CompareOperator", operator), other.alias, other.name)
    return None
