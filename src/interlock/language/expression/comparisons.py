"""Comparisons and membership: which types meet, and constants a field can never be near."""

from __future__ import annotations

from interlock.language.expression.constants import impossible
from interlock.language.expression.faults import Faults
from interlock.language.expression.operators import clash_hint, common, is_ordered
from interlock.language.expression.syntax import Binary
from interlock.language.expression.typed import Typed, any_unsure
from interlock.language.values import ANY, BOOL, Kind


def comparison(node: Binary, left: Typed, right: Typed, faults: Faults) -> Typed:
    """Return ``left == right`` or another comparison, checked."""
    both = common(left.type, right.type)
    if both is None:
        message = f"cannot compare {left.type} with {right.type}"
        hint = clash_hint(left, right) or "compare values of one type, or declare the field so"
        faults.report(node, "RV202", message, hint)
    elif node.operator not in {"==", "!="} and not is_ordered(both):
        faults.report(node, "RV202", f"{both} has no order", "compare with == or !=")
    else:
        _weigh(left, right, node.operator, faults)
        _weigh(right, left, node.operator, faults)
    return Typed(
        operation="compare",
        node=node,
        type=BOOL,
        parts=(left, right),
        name=node.operator,
        unsure=any_unsure((left, right)),
    )


def membership(node: Binary, left: Typed, right: Typed, faults: Faults) -> Typed:
    """Return ``left in right``, checked."""
    items = right.parts if right.operation == "list" else ()
    if right.type.kind not in {Kind.LIST, Kind.ANY}:
        faults.need(right, {Kind.LIST}, "'in' needs a list on its right")
    elif common(left.type, right.type.item or ANY) is None:
        message = f"a {left.type} is never in a {right.type}"
        faults.report(node, "RV202", message, clash_hint(left, items[0] if items else right))
    else:
        for item in items:
            _weigh(left, item, "in", faults)
        _weigh(right, left, "in", faults)
    return Typed(
        operation="in",
        node=node,
        type=BOOL,
        parts=(left, right),
        unsure=any_unsure((left, right)),
    )


def _weigh(read: Typed, constant: Typed, operator: str, faults: Faults) -> None:
    """Note a constant that the field can never be near."""
    if read.operation in {"read", "each"} and constant.is_constant:
        fault = impossible(read, constant, operator)
        if fault:
            faults.found.append(fault)
