"""Types: what every part of an expression yields, and whether it may be unknown.

One walk resolves names, types every part and collects every fault.  A fault gives its part type
ANY, which everything accepts, so one fault is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from interlock.language.expression.calls import called
from interlock.language.expression.comparisons import comparison, membership
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.faults import Faults
from interlock.language.expression.operators import arithmetic, clash_hint, common
from interlock.language.expression.resolve import alias_of, field_of, name_of
from interlock.language.expression.scope import MOMENT, Path, Scope, proven, refuted
from interlock.language.expression.syntax import (
    COMPARE_OPERATORS,
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
)
from interlock.language.expression.typed import Typed, any_unsure
from interlock.language.values import ANY, BOOL, Field, Kind, Type, list_of


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
    return resolve(node, scope, errors).type


def check_condition(node: Node, scope: Scope, errors: list[ExpressionError] | None = None) -> None:
    """Check an expression that must yield a bool; another type is RV202.

    Raises:
        ExpressionError: as ``check``.
    """
    found: list[ExpressionError] = []
    type_ = check(node, scope, found)
    if type_.kind not in {Kind.BOOL, Kind.ANY}:
        message = f"a condition needs a bool, found {type_}"
        found.append(ExpressionError(message, node.start, node.end, "RV202"))
    deliver(found, errors)


def resolve(node: Node, scope: Scope, errors: list[ExpressionError] | None = None) -> Typed:
    """Return the checked form of an expression; arguments and errors as for ``check``.

    Raises:
        ExpressionError: as ``check``.
    """
    known = scope.checked.get(id(node))
    if known is not None:
        return known[1]
    checker = _Checker(scope)
    typed = checker.visit(scope.settled(node), frozenset())
    if checker.faults.found:
        deliver(checker.faults.found, errors)
    else:
        scope.checked[id(node)] = node, typed
    return typed


def deliver(found: Sequence[ExpressionError], errors: list[ExpressionError] | None) -> None:
    """Add faults to ``errors`` in order of place, or raise the first when ``errors`` is None.

    Raises:
        ExpressionError: there is a fault and nowhere to put it.
    """
    if not found:
        return
    in_order = sorted(found, key=lambda one: (one.start, one.end, one.code))
    if errors is not None:
        errors.extend(in_order)
    else:
        raise in_order[0]


_Known = frozenset[Path]
"""Optional fields that are present wherever a part is evaluated."""


class _Checker:
    """One walk over one expression."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.faults = Faults()

    def visit(self, node: Node, known: _Known) -> Typed:
        """Check one part."""
        return _VISITORS[type(node)](self, node, known)

    def literal(self, node: Literal, _known: _Known) -> Typed:
        return Typed(operation="constant", node=node, type=node.type, value=node.value)

    def read(self, node: Name | Select, known: _Known) -> Typed:
        field = self._field(node)
        if isinstance(node, Name) and node.name in self._scope.items:
            return Typed(operation="each", node=node, type=field.type, name=node.name, field=field)
        path = (alias_of(node), name_of(node))
        missable = field.optional and path not in known
        if missable and path not in self._scope.present:
            written = ".".join(filter(None, path))
            message = f"{written!r} is optional and may be missing"
            self.faults.report(node, "RV204", message, f"ask first: has({written}) && …")
        return Typed(
            operation="read",
            node=node,
            type=field.type,
            unsure=missable,
            alias=path[0],
            name=path[1],
            field=field,
        )

    def _field(self, node: Name | Select) -> Field:
        field = field_of(node, self._scope)
        if isinstance(field, Field):
            return field
        self.faults.found.append(field)
        return Field(ANY)

    def index(self, node: Index, known: _Known) -> Typed:
        owner, index = self.visit(node.operand, known), self.visit(node.index, known)
        if owner.type.kind not in {Kind.LIST, Kind.ANY}:
            return self.faults.report(
                node.operand, "RV202", f"only lists have items, found {owner.type}"
            )
        if index.type.kind not in {Kind.INT, Kind.ANY}:
            return self.faults.report(
                node.index, "RV202", f"an index is an int, found {index.type}"
            )
        item = owner.type.item or ANY
        return Typed(operation="item", node=node, type=item, parts=(owner, index), unsure=True)

    def list(self, node: ListLiteral, known: _Known) -> Typed:
        items = tuple(self.visit(one, known) for one in node.items)
        if not items:
            return self.faults.report(node, "RV202", "a list needs one item at least")
        item: Type | None = ANY
        for one in items:
            if (item := common(item or ANY, one.type)) is None:
                message = f"a list holds one type, found {items[0].type} and {one.type}"
                return self.faults.report(one.node, "RV202", message, clash_hint(items[0], one))
        type_ = list_of(item or ANY)
        return Typed(operation="list", node=node, type=type_, parts=items, unsure=any_unsure(items))

    def unary(self, node: Unary, known: _Known) -> Typed:
        part = self.visit(node.operand, known)
        if node.operator == "!":
            self.faults.need(part, {Kind.BOOL}, "'!' needs a bool")
            return Typed(operation="not", node=node, type=BOOL, parts=(part,), unsure=part.unsure)
        self.faults.need(
            part, {Kind.INT, Kind.DOUBLE, Kind.DURATION}, "'-' needs a number or duration"
        )
        return Typed(
            operation="negate", node=node, type=part.type, parts=(part,), unsure=part.unsure
        )

    def logical(self, node: Logical, known: _Known) -> Typed:
        learn = proven if node.operator == "&&" else refuted
        parts = []
        for one in node.operands:
            part = self.visit(one, known)
            self.faults.need(part, {Kind.BOOL}, f"{node.operator!r} needs a bool on both sides")
            known |= learn(one)
            parts.append(part)
        return Typed(
            operation="and" if node.operator == "&&" else "or",
            node=node,
            type=BOOL,
            parts=tuple(parts),
            unsure=any_unsure(parts),
        )

    def conditional(self, node: Conditional, known: _Known) -> Typed:
        test = self.visit(node.test, known)
        self.faults.need(test, {Kind.BOOL}, "'?' needs a bool before it")
        then = self.visit(node.then, known | proven(node.test))
        otherwise = self.visit(node.otherwise, known | refuted(node.test))
        type_ = common(then.type, otherwise.type)
        if type_ is None:
            message = f"both sides of ':' need one type, found {then.type} and {otherwise.type}"
            return self.faults.report(node.otherwise, "RV202", message, clash_hint(then, otherwise))
        parts = (test, then, otherwise)
        return Typed(operation="if", node=node, type=type_, parts=parts, unsure=any_unsure(parts))

    def binary(self, node: Binary, known: _Known) -> Typed:
        left, right = self.visit(node.left, known), self.visit(node.right, known)
        if node.operator == "in":
            return membership(node, left, right, self.faults)
        if node.operator in COMPARE_OPERATORS:
            return comparison(node, left, right, self.faults)
        type_ = arithmetic(node.operator, left.type, right.type)
        if type_ is None:
            message = f"no {node.operator!r} between {left.type} and {right.type}"
            return self.faults.report(node, "RV202", message, clash_hint(left, right))
        by_zero = node.operator in {"/", "%"} and not (right.is_constant and right.value)
        return Typed(
            operation=node.operator,  # type: ignore[arg-type]  # comparisons and `in` are handled above
            node=node,
            type=type_,
            parts=(left, right),
            unsure=by_zero or any_unsure((left, right)),
        )

    def call(self, node: Call, known: _Known) -> Typed:
        if node.function == "has":
            return self._has(node)
        written = node.arguments if node.receiver is None else (node.receiver, *node.arguments)
        parts = tuple(self.visit(one, known) for one in written)
        return called(node, parts, self.faults, has_moment=MOMENT in self._scope.bindings)

    def quantifier(self, node: Quantifier, known: _Known) -> Typed:
        among = self._quantified(node, known)
        if among.type.kind not in {Kind.LIST, Kind.ANY}:
            message = f"only lists have items, found {among.type}"
            return self.faults.report(node.operand, "RV202", message)
        outside = self._scope
        declared = among.field or Field(among.type)  # its enum and range bind each item
        item = replace(declared, type=among.type.item or ANY, optional=False)
        self._scope = outside.over(node.item, item)
        test = self.visit(node.test, known)
        self._scope = outside
        self.faults.need(test, {Kind.BOOL}, f"{node.quantifier!r} needs a bool about each item")
        return Typed(
            operation=node.quantifier,
            node=node,
            type=BOOL,
            parts=(among, test),
            unsure=any_unsure((among, test)),
        )

    def _quantified(self, node: Quantifier, known: _Known) -> Typed:
        """Return the list, and note what would make the test dear or ambiguous."""
        if self._scope.items:
            hint = "test the other list beside this one, or let a rule conclude a fact of it"
            self.faults.report(node, "RE102", "exists and all do not nest", hint)
        if node.item in self._scope.fields or node.item in self._scope.bindings:
            message = f"{node.item!r} is the name of a field or an alias already"
            self.faults.report(node, "RV214", message, "call the item otherwise")
        return self.visit(node.operand, known)

    def _has(self, node: Call) -> Typed:
        match node.receiver, node.arguments:
            case None, (Name() | Select() as asked,):
                field = self._field(asked)
                return Typed(
                    operation="has",
                    node=node,
                    type=BOOL,
                    alias=alias_of(asked),
                    name=name_of(asked),
                    field=field,
                )
            case _:
                return self.faults.report(node, "RV202", "has needs one field", "write has(field)")


_VISITORS: Final[Mapping[type, Callable[[_Checker, Any, _Known], Typed]]] = {
    Literal: _Checker.literal,
    Name: _Checker.read,
    Select: _Checker.read,
    Index: _Checker.index,
    ListLiteral: _Checker.list,
    Call: _Checker.call,
    Unary: _Checker.unary,
    Binary: _Checker.binary,
    Logical: _Checker.logical,
    Conditional: _Checker.conditional,
    Quantifier: _Checker.quantifier,
}
