"""Where a condition is true, false and unknown: a checked expression read as three regions.

Guarantees: for every row that the declarations admit, the region of the condition's value holds
the row.  So a condition whose region of truth is empty is never true, whatever comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import Final

from interlock.language.expression.compile import compile_typed
from interlock.language.expression.printer import print_expression
from interlock.language.expression.syntax import walk
from interlock.language.expression.typed import Typed
from interlock.language.regions.owner import owned
from interlock.language.regions.region import (
    EVERYWHERE,
    NOWHERE,
    Region,
    Variable,
    join,
    meet,
    only,
)
from interlock.language.regions.sums import COMPARE, Sum, measure, sum_of, wanted
from interlock.language.regions.values import (
    MOST_PRODUCTS,
    TRUTH,
    Numbers,
    Values,
    Words,
    all_of,
    between,
    declared,
)
from interlock.language.values import UNKNOWN, Kind, Value


@dataclass(frozen=True, slots=True)
class Truth:
    """The regions in which a condition is true, false, and neither."""

    true: Region
    false: Region
    unknown: Region = NOWHERE

    @property
    def not_true(self) -> Region:
        """Where it does not hold."""
        return join(self.false, self.unknown)

    @property
    def not_false(self) -> Region:
        """Where it may hold, for all that is known."""
        return join(self.true, self.unknown)

    def negated(self) -> Truth:
        """Return the truth of its negation."""
        return Truth(self.false, self.true, self.unknown)


ALWAYS: Final = Truth(EVERYWHERE, NOWHERE)
NEVER: Final = Truth(NOWHERE, EVERYWHERE)


def truth_of(typed: Typed, names: Mapping[str, str] | None = None) -> Truth:
    """Return where a checked condition is true, false and unknown.

    Args:
        typed: the condition, of type bool.
        names: what each alias it reads is to be called, that of its bare names under ``""``,
            so that conditions of several elements can be put together.
    """
    return _Reading(names or {}).truth(typed)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One condition being read."""

    names: Mapping[str, str]

    def truth(self, typed: Typed) -> Truth:
        read = _READERS.get(typed.operation)
        return self.opaque(typed) if read is None else read(self, typed)

    def constant(self, typed: Typed) -> Truth:
        return ALWAYS if typed.value else NEVER

    def bare(self, typed: Typed) -> Truth:
        return _split(*self.field(typed), Words(frozenset({True})))

    def has(self, typed: Typed) -> Truth:
        variable, ever = self.field(typed)
        if not ever.missing:
            return ALWAYS
        nothing = replace(ever, held=_nothing(ever))
        return Truth(only(variable, ever.known), only(variable, nothing))

    def negation(self, typed: Typed) -> Truth:
        return self.truth(typed.parts[0]).negated()

    def conjunction(self, typed: Typed) -> Truth:
        parts = [self.truth(part) for part in typed.parts]
        return all_true(parts)

    def disjunction(self, typed: Typed) -> Truth:
        return all_true([self.truth(part).negated() for part in typed.parts]).negated()

    def choice(self, typed: Typed) -> Truth:
        test, then, otherwise = (self.truth(part) for part in typed.parts)
        return Truth(
            join(meet(test.true, then.true), meet(test.false, otherwise.true)),
            join(meet(test.true, then.false), meet(test.false, otherwise.false)),
            join(test.unknown, meet(test.true, then.unknown), meet(test.false, otherwise.unknown)),
        )

    def comparison(self, typed: Typed) -> Truth:
        left, right = typed.parts
        if left.type.kind in _NUMERIC and right.type.kind in _NUMERIC:
            return self._measured(typed)
        for one, other in ((left, right), (right, left)):
            if other.is_constant and typed.name in {"==", "!="}:
                truth = _split(*self.variable(one), Words(frozenset({other.value})))
                return truth if typed.name == "==" else truth.negated()
        return self._side_by_side(typed)

    def membership(self, typed: Typed) -> Truth:
        value, among = typed.parts
        if among.operation != "list" or not all(one.is_constant for one in among.parts):
            return self.opaque(typed)
        if value.type.kind in _NUMERIC:
            same = replace(typed, operation="compare", name="==")
            each = [self.truth(replace(same, parts=(value, one))) for one in among.parts]
            return all_true([one.negated() for one in each]).negated()
        wanted = frozenset(one.value for one in among.parts)
        return _split(*self.variable(value), Words(wanted))

    def opaque(self, typed: Typed) -> Truth:
        """Read a condition that is not looked into: only equal ones are told to be equal."""
        known = self._tabled(typed)
        if known is not None:
            return known
        return _test(Variable("test", "", self.text(typed)), unsure=self._unsure(typed))

    def field(self, typed: Typed) -> tuple[Variable, Values]:
        """Return the field that a part reads."""
        variable = Variable("field", self.names.get(typed.alias, typed.alias), typed.name)
        ever = Values(all_of(typed.type)) if typed.field is None else declared(typed.field)
        return variable, ever

    def variable(self, typed: Typed) -> tuple[Variable, Values]:
        """Return what a part is that is not a condition of several."""
        if typed.operation == "read":
            return self.field(typed)
        ever = Values(all_of(typed.type, computed=True), missing=self._unsure(typed))
        return Variable("term", "", self.text(typed)), ever

    def text(self, typed: Typed) -> str:
        """Return the canonical text of a part, its fields with their owner."""
        return print_expression(owned(typed.node, self.names))

    def _unsure(self, typed: Typed) -> bool:
        # A read that a condition before has made sure of is unsure when looked at alone.
        return typed.unsure or any(self.field(one)[1].missing for one in _reads(typed))

    def _measured(self, typed: Typed) -> Truth:
        if sum(getattr(node, "operator", "") == "*" for node in walk(typed.node)) > MOST_PRODUCTS:
            return self.opaque(typed)
        left, right = (sum_of(part, self.variable) for part in typed.parts)
        difference = left.plus(right, Fraction(-1))
        gone = _missing(difference)
        if not difference.parts:
            holds = COMPARE[typed.name](difference.constant)
            return Truth(EVERYWHERE, NOWHERE, gone) if holds else Truth(NOWHERE, EVERYWHERE, gone)
        if any(variable.sort == "term" for variable in difference.parts):
            known = self._tabled(typed)
            if known is not None:
                return known
        measured = measure(difference)
        sought = wanted(typed.name, difference, measured)
        truth = _split(measured.variable, measured.ever, sought)
        return Truth(truth.true, truth.false, gone)

    def _side_by_side(self, typed: Typed) -> Truth:
        """Read a comparison of two things that are no numbers."""
        if (known := self._tabled(typed)) is not None:
            return known
        left, right = (self.text(part) for part in typed.parts)
        sign, turned, negated = _RELATIONS[typed.name]
        if turned or (sign == "==" and right < left):
            left, right = right, left
        test = Variable("test", "", f"{left} {sign} {right}")
        truth = _test(test, unsure=self._unsure(typed))
        return truth.negated() if negated else truth

    def _tabled(self, typed: Typed) -> Truth | None:
        """Read a condition over one field of few values by trying them all."""
        fields = {self.field(one) for one in _reads(typed)}
        if len(fields) != 1:
            return None
        ((variable, ever),) = fields
        listed = ever.held.listed()
        if listed is None or typed.type.kind is not Kind.BOOL:
            return None
        alias = next(one.alias for one in _reads(typed))
        test = compile_typed(_asking(typed))
        found: dict[object, list[Value]] = {True: [], False: [], UNKNOWN: []}
        for value in listed:
            row = {variable.name: value}
            found[test(row, {alias: row})].append(value)
        gone = Values(_nothing(ever), missing=ever.missing)
        lost = test({}, {alias: {}}) if ever.missing else None
        truth, lie, unknown = (
            join(only(variable, _listed(ever, values)), only(variable, gone) if lost is key else ())
            for key, values in found.items()
        )
        return Truth(truth, lie, unknown)


def all_true(parts: list[Truth]) -> Truth:
    """Return the truth of a conjunction: false wins over unknown, and that over true."""
    before = list(accumulate((one.not_false for one in parts), meet, initial=EVERYWHERE))
    after = list(accumulate((one.not_false for one in reversed(parts)), meet, initial=EVERYWHERE))
    unknown = (
        meet(before[place], one.unknown, after[len(parts) - place - 1])
        for place, one in enumerate(parts)
    )
    return Truth(
        meet(*(one.true for one in parts)), join(*(one.false for one in parts)), join(*unknown)
    )


def _split(variable: Variable, ever: Values, wanted: Numbers | Words) -> Truth:
    """Return the truth of a variable being among some values."""
    gone = Values(_nothing(ever), missing=ever.missing)
    if isinstance(ever.held, Numbers):
        spans = wanted if isinstance(wanted, Numbers) else between(1, 0)
        inside, outside = Values(ever.held.both(spans)), Values(ever.held.without(spans))
    else:
        words = wanted if isinstance(wanted, Words) else Words(frozenset())
        inside, outside = Values(ever.held.both(words)), Values(ever.held.without(words))
    return Truth(only(variable, inside), only(variable, outside), only(variable, gone))


def _test(variable: Variable, *, unsure: bool) -> Truth:
    return _split(variable, Values(TRUTH, missing=unsure), Words(frozenset({True})))


def _nothing(ever: Values) -> Numbers | Words:
    return between(1, 0) if isinstance(ever.held, Numbers) else Words(frozenset())


def _listed(ever: Values, values: list[Value]) -> Values:
    if isinstance(ever.held, Numbers):
        numbers = between(1, 0)
        for value in values:
            numbers = numbers.either(between(int(value), int(value)))  # type: ignore[arg-type]  # numbers hold nothing else
        return Values(numbers)
    return Values(Words(frozenset(values)))


def _missing(total: Sum) -> Region:
    """Return where one of the parts of a sum is missing."""
    gone = (
        only(variable, Values(_nothing(ever), missing=ever.missing))
        for variable, ever in sorted(total.ever.items(), key=lambda one: one[0])
    )
    return join(*gone)


def _reads(typed: Typed) -> list[Typed]:
    """Return the reads of fields below a part, ``has`` among them."""
    found, pending = [], [typed]
    while pending:
        one = pending.pop()
        if one.operation in {"read", "has"}:
            found.append(one)
        pending.extend(one.parts)
    return found


def _asking(typed: Typed) -> Typed:
    """Return an expression that asks for its optional fields, whatever was known of them."""
    parts = tuple(_asking(part) for part in typed.parts)
    optional = typed.operation == "read" and typed.field is not None and typed.field.optional
    unsure = typed.unsure or optional or any(part.unsure for part in parts)
    return replace(typed, parts=parts, unsure=unsure)


_NUMERIC: Final = frozenset({Kind.INT, Kind.DOUBLE, Kind.TIMESTAMP, Kind.DURATION})

_RELATIONS: Final[Mapping[str, tuple[str, bool, bool]]] = {
    "==": ("==", False, False),
    "!=": ("==", False, True),
    "<": ("<", False, False),
    ">": ("<", True, False),
    ">=": ("<", False, True),
    "<=": ("<", True, True),
}
"""Each comparison as ``==`` or ``<``: its sign, whether the sides are turned, and negated."""

_READERS: Final[Mapping[str, Callable[[_Reading, Typed], Truth]]] = {
    "constant": _Reading.constant,
    "read": _Reading.bare,
    "has": _Reading.has,
    "not": _Reading.negation,
    "and": _Reading.conjunction,
    "or": _Reading.disjunction,
    "if": _Reading.choice,
    "compare": _Reading.comparison,
    "in": _Reading.membership,
}
