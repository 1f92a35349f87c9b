"""Any text is an expression or its faults lie inside it; one without faults means what it says.

What is without fault is printed, read again, compiled, and evaluated on some rows; where the naive
evaluator of the tests knows all its words, both agree.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from interlock.language.expression import (
    Call,
    ExpressionError,
    Quantifier,
    check,
    compile_expression,
    parse,
    print_expression,
    walk,
)
from interlock.language.values import MAX_TIMESTAMP, MIN_TIMESTAMP, UNKNOWN, Kind
from tests.property.language_strategies import SCOPE
from tests.property.naive_expressions import LIMIT, evaluate, plain

FULL = {
    "s": "ab",
    "t": "",
    "n": 3,
    "m": -5,
    "x": 1_500_000,
    "y": -250,
    "ok": True,
    "up": False,
    "at": 120_000,
    "took": 60_000,
    "tags": ("a", "é"),
    "loads": (5, -15),
}
BARE = {name: FULL[name] for name in ("s", "n", "x", "ok", "at", "took", "tags")}
FAR = {**FULL, "n": LIMIT, "m": -LIMIT, "x": LIMIT, "y": -LIMIT, "at": MAX_TIMESTAMP, "took": LIMIT}
PAIRS = ((FULL, BARE), (BARE, FULL), (FAR, FULL))
"""This element, and the one bound as ``err``."""

_KNOWN = {"has", "size", "startsWith", "endsWith", "contains", "duration", "timestamp"}


def hold(data: bytes) -> None:
    """Parse, check, print, compile and evaluate a text."""
    text = data.decode(errors="replace")
    try:
        node = parse(text)
    except ExpressionError as fault:
        assert 0 <= fault.start < fault.end <= len(text) + 1
        assert str(fault)
        return
    assert parse(print_expression(node)) == node
    faults: list[ExpressionError] = []
    scope = replace(SCOPE)  # one remembers all it was asked
    type_ = check(node, scope, faults)
    for fault in faults:
        assert 0 <= fault.start < fault.end <= len(text)
        assert str(fault)
    if faults:
        return
    compiled = compile_expression(node, scope)
    is_known = all(_is_known(one) for one in walk(node))
    for row, other in PAIRS:
        value = compiled(row, {"err": other})
        if is_known:
            expected = _bounded(evaluate(node, row, {"err": other}), type_)
            found = plain(value, type_)
            assert (found is UNKNOWN) == (expected is UNKNOWN), (text, found, expected)
            assert found == expected, (text, found, expected)


def _is_known(node: object) -> bool:
    """Whether the naive evaluator knows a word."""
    if isinstance(node, Call):
        return node.function in _KNOWN
    return not isinstance(node, Quantifier) or node.item in {"tag", "load"}


def _bounded(value, type_):
    """Return what may leave an expression: numbers and times out of bounds are unknown."""
    if isinstance(value, int | Fraction) and type_.is_number:
        return value if abs(value) * 10**type_.scale <= LIMIT else UNKNOWN
    if type_.kind is Kind.TIMESTAMP and value is not UNKNOWN:
        return value if MIN_TIMESTAMP <= value.ms <= MAX_TIMESTAMP else UNKNOWN
    if type_.kind is Kind.DURATION and value is not UNKNOWN:
        return value if abs(value.ms) <= LIMIT else UNKNOWN
    return value
