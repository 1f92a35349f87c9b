"""Sums: numbers and times as exact linear combinations of what they are computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Final

from interlock.language.expression.typed import Typed
from interlock.language.regions.region import Term, Variable
from interlock.language.regions.values import ENDLESS, Numbers, Values, between

Reader = Callable[[Typed], tuple[Variable, Values]]
"""Gives the variable that a part is, and what it ever is."""


@dataclass(frozen=True, slots=True)
class Sum:
    """``constant + coefficient * variable + …``, in whole units of the value itself.

    Attributes:
        constant: what is added.
        parts: coefficients, none of them 0.
        ever: what each variable ever is, in its own units.
    """

    constant: Fraction
    parts: Mapping[Variable, Fraction]
    ever: Mapping[Variable, Values]

    def plus(self, other: Sum, factor: Fraction) -> Sum:
        """Return this sum and so many times another."""
        parts = dict(self.parts)
        for variable, coefficient in other.parts.items():
            parts[variable] = parts.get(variable, Fraction(0)) + coefficient * factor
        return Sum(
            self.constant + other.constant * factor,
            {variable: one for variable, one in parts.items() if one},
            {**self.ever, **other.ever},
        )


def sum_of(typed: Typed, read: Reader) -> Sum:
    """Return a number or time as a sum; what is not linear is a variable of its own."""
    match typed.operation, typed.parts:
        case "constant", _:
            units = Fraction(int(typed.value), int(10**typed.type.scale))  # type: ignore[arg-type]  # a number, by type
            return Sum(units, {}, {})
        case ("+" | "-") as operation, (left, right):
            sign = Fraction(1 if operation == "+" else -1)
            return sum_of(left, read).plus(sum_of(right, read), sign)
        case "negate", (part,):
            return Sum(Fraction(0), {}, {}).plus(sum_of(part, read), Fraction(-1))
        case "*", (left, right) if left.is_constant or right.is_constant:
            factor, part = (left, right) if left.is_constant else (right, left)
            return Sum(Fraction(0), {}, {}).plus(sum_of(part, read), sum_of(factor, read).constant)
        case _:
            variable, ever = read(typed)
            unit = Fraction(1, int(10**typed.type.scale))
            return Sum(Fraction(0), {variable: unit}, {variable: ever})


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum as one whole number, ``scaled = sum of whole multiples``, and its range.

    Attributes:
        variable: itself where there is only one, else a variable of sort ``sum``.
        step: how much the written sum grows when this grows by one.
        ever: what it ever is.
    """

    variable: Variable
    step: Fraction
    ever: Values


def measure(written: Sum) -> Measure:
    """Return the variable part of a sum that has one as a single whole number.

    Equal combinations, whatever their common factor, give the same variable.
    """
    ordered = sorted(written.parts.items())
    first, leading = ordered[0]
    if len(ordered) == 1:
        return Measure(first, leading, written.ever[first])
    shared = lcm(*(one.denominator for _, one in ordered))
    whole = [int(one * shared) for _, one in ordered]
    divisor = gcd(*whole) * (1 if leading > 0 else -1)
    terms = [(variable, one // divisor) for (variable, _), one in zip(ordered, whole, strict=True)]
    name = " + ".join(f"{n}*{v.sort}:{v.alias}.{v.name}" for v, n in terms)
    missing = any(written.ever[variable].missing for variable, _ in terms)
    low, high = _range(terms, written.ever)
    return Measure(
        Variable("sum", "", name, _terms(terms, written.ever)),
        Fraction(divisor, shared),
        Values(between(low, high), missing=missing),
    )


def _terms(terms: list[tuple[Variable, int]], ever: Mapping[Variable, Values]) -> tuple[Term, ...]:
    """Return what a sum is made of, where each part is known to be a number."""
    found = []
    for variable, factor in terms:
        held = ever[variable].held
        if not isinstance(held, Numbers) or held.is_empty:
            return ()
        found.append(Term(variable, factor, held.spans[0][0], held.spans[-1][1]))
    return tuple(found)


def _range(terms: list[tuple[Variable, int]], ever: Mapping[Variable, Values]) -> tuple[int, int]:
    low = high = 0
    for variable, factor in terms:
        held = ever[variable].held
        if not isinstance(held, Numbers) or held.is_empty:
            return -ENDLESS, ENDLESS
        ends = (held.spans[0][0] * factor, held.spans[-1][1] * factor)
        low, high = low + min(ends), high + max(ends)
    return max(low, -ENDLESS), min(high, ENDLESS)


def wanted(operator: str, difference: Sum, measured: Measure) -> Numbers:
    """Return which values of the measured part make ``difference operator 0`` true."""
    edge = -difference.constant / measured.step
    if measured.step < 0:
        operator = _TURNED[operator]
    below, whole = edge.__floor__(), edge.denominator == 1
    exactly = between(below, below) if whole else between(1, 0)
    lesser = between(-ENDLESS, below - 1 if whole else below)
    greater = between(below + 1, ENDLESS)
    match operator:
        case "==":
            return exactly
        case "!=":
            return lesser.either(greater)
        case "<":
            return lesser
        case "<=":
            return lesser.either(exactly)
        case ">":
            return greater
        case _:
            return greater.either(exactly)


_TURNED: Final[Mapping[str, str]] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}

COMPARE: Final[Mapping[str, Callable[[Fraction], bool]]] = {
    "==": lambda one: one == 0,
    "!=": lambda one: one != 0,
    "<": lambda one: one < 0,
    "<=": lambda one: one <= 0,
    ">": lambda one: one > 0,
    ">=": lambda one: one >= 0,
}
