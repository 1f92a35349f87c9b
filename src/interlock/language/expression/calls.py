"""Calls: which function is meant, and whether its arguments fit."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language.diagnostics import nearest
from interlock.language.expression.faults import Faults
from interlock.language.expression.functions import FUNCTIONS, Function, duration_of, timestamp_of
from interlock.language.expression.scope import MOMENT
from interlock.language.expression.syntax import QUANTIFIERS, Call
from interlock.language.expression.typed import Typed, any_unsure
from interlock.language.regex import compile_pattern
from interlock.language.values import ANY, DURATION, TIMESTAMP, Kind, Unknown


def called(node: Call, parts: tuple[Typed, ...], faults: Faults, *, has_moment: bool) -> Typed:
    """Return a call, checked.

    Args:
        node: the call.
        parts: its checked arguments; of a method, the receiver first.
        faults: where faults are noted.
        has_moment: whether ``ago`` may count from the moment of reading.
    """
    function = FUNCTIONS.get(node.function)
    if function is None:
        message, known = f"unknown function {node.function!r}", [*FUNCTIONS, "has", *QUANTIFIERS]
        hint = nearest(node.function, sorted(known))
        if node.function in QUANTIFIERS:
            hint = f"write list.{node.function}(item, item > 1)"
        return faults.report(node, "RV203", message, hint)
    if not _fits(node, function, parts, faults):
        return Typed(operation="read", node=node, type=ANY)
    if function.name == "matches":
        _check_pattern(parts[1], faults)
    if function.unsure and parts[0].is_constant:
        return _written_time(node, function, str(parts[0].value), faults)
    if function.name == "ago" and parts[0].type.kind is Kind.TIMESTAMP:
        if not has_moment:
            message = "ago has no moment to count from here"
            hint = "give it a duration, such as err.at - dep.at"
            return faults.report(node, "RV203", message, hint)
        parts = (_elapsed(node, parts[0]),)
    return Typed(
        operation="call",
        node=node,
        type=function.result,
        parts=parts,
        function=function,
        unsure=function.unsure or any_unsure(parts),
    )


def _fits(node: Call, function: Function, parts: Sequence[Typed], faults: Faults) -> bool:
    """Return whether a call matches the signature, noting where it does not."""
    form = "function" if node.receiver is None else "method"
    if function.form not in {form, "either"}:
        written = f"x.{function.name}(y)" if form == "function" else f"{function.name}(x)"
        message = f"{function.name!r} is not called as a {form}"
        faults.report(node, "RV203", message, f"write {written}")
        return False
    if len(parts) != len(function.parameters):
        count = len(function.parameters) - (form == "method")
        message = f"{function.name!r} takes {count} argument{'s'[: count != 1]}"
        faults.report(node, "RV202", f"{message}, found {len(node.arguments)}")
        return False
    before = len(faults.found)
    for part, kinds in zip(parts, function.parameters, strict=True):
        wanted = " or ".join(sorted(kind.value for kind in kinds))
        faults.need(part, kinds, f"{function.name!r} needs {wanted}")
    return len(faults.found) == before


def _check_pattern(pattern: Typed, faults: Faults) -> None:
    if not pattern.is_constant:
        faults.report(pattern.node, "RE105", "a pattern must be text in quotes")
        return
    try:
        compile_pattern(str(pattern.value))
    except ValueError as fault:
        foreign = "perl" in str(fault) or "escape" in str(fault)
        hint = "RE2 has no look-around and no back-references" if foreign else None
        faults.report(pattern.node, "RE105", str(fault), hint)


def _written_time(node: Call, function: Function, text: str, faults: Faults) -> Typed:
    """Return ``duration("…")`` or ``timestamp("…")`` as the constant it is."""
    is_duration = function.result is DURATION
    value = duration_of(text) if is_duration else timestamp_of(text)
    if isinstance(value, Unknown):
        hint = f"write for example {'1h30m' if is_duration else '2026-03-02T09:00:00Z'}"
        return faults.report(node.arguments[0], "RV202", f"{text!r} is no {function.result}", hint)
    return Typed(operation="constant", node=node, type=function.result, value=value)


def _elapsed(node: Call, since: Typed) -> Typed:
    """Return the time from an instant to the moment of reading."""
    moment = Typed(operation="read", node=node, type=TIMESTAMP, alias=MOMENT, name="at")
    parts = (moment, since)
    return Typed(operation="-", node=node, type=DURATION, parts=parts, unsure=since.unsure)
