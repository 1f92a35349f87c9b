"""``count`` of a rule: from the words to what is counted, with every fault at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from interlock.language import Document, Field, Loc, expression, nearest
from interlock.language.expression import OPEN
from interlock.language.values import INT, format_duration
from interlock.rules.condition_schema import CountPattern
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings, Draft, Stated, draft
from interlock.rules.network import ElementKind, Operator, Pattern
from interlock.rules.temporal.watches import COUNT, TimedPattern, count

NUMBER: Final[Mapping[str, Field]] = {COUNT: Field(INT)}
"""What may be read of a number of signals."""


class Counting:
    """One ``count`` while it is compiled.

    Attributes:
        drafted: what must hold of the number.
    """

    def __init__(
        self,
        document: Document,
        loc: Loc,
        condition: CountPattern,
        declarations: Declarations,
        bindings: Bindings,
    ) -> None:
        """Check a count; faults are reported to the document."""
        self._document = document
        self._loc: Loc = (*loc, "count")
        self._condition = condition
        self._inner = draft(document, self._loc, condition.count, declarations, bindings)
        self._declared = declarations.signals.get(condition.count.signal)
        bindings.scalars[condition.alias] = ("", COUNT)  # its own tests read it as theirs
        fields = OPEN if self._declared is None else NUMBER
        self.drafted = Draft(
            document, loc, ElementKind.SIGNAL, condition.count.signal, fields, bindings
        )
        self.drafted.require(condition.where)
        bindings.scalars[condition.alias] = (condition.alias, COUNT)

    @property
    def stated(self) -> tuple[Stated, ...]:
        """The conjuncts of what is counted."""
        return tuple(self._inner.stated)

    def pattern(self) -> Pattern:
        """Return the pattern of the number; faults are reported to the document."""
        number = self.drafted.compiled(self._condition.alias)
        if self._declared is None:
            return number
        self._check_window()
        self._check_distinct()
        sample = self._inner.compiled("")
        self._check_joins(sample)
        self._check_none(number)
        watch = count(sample, self._condition.count.over, self._condition.count.distinct)
        return TimedPattern(
            alias=number.alias,
            kind=ElementKind.SIGNAL,
            type=watch.name,
            comparisons=number.comparisons,
            predicates=number.predicates,
            joins=(*sample.joins, *number.joins),
            residuals=number.residuals,
            watch=watch,
        )

    def _check_window(self) -> None:
        declared, over = self._declared, self._condition.count.over
        if declared is not None and over > declared.ttl_ms:
            ttl = format_duration(declared.ttl_ms)
            message = f"{declared.name!r} is gone after its ttl of {ttl} and counts no longer"
            hint = "write a shorter over, or raise the ttl"
            self._document.report((*self._loc, "over"), "RV323", message, hint)

    def _check_distinct(self) -> None:
        name, fields = self._condition.count.distinct, self._inner.fields
        at = (*self._loc, "distinct")
        if name is None:
            return
        if name not in fields:
            self._document.report(at, "RV201", f"unknown field {name!r}", nearest(name, fields))
        elif name not in self._inner.certain:
            message, hint = f"{name!r} is optional and may be missing", f"ask first: has({name})"
            self._document.report(at, "RV204", message, hint)

    def _check_joins(self, sample: Pattern) -> None:
        """Refuse tests of what is counted that no group of it could be told by."""
        others = [join.text for join in sample.joins if join.operator is not Operator.EQ]
        others += [residual.text for residual in sample.residuals]
        for stated in self._inner.stated:
            text = expression.print_expression(stated.node)
            if text in others:
                message = f"what is counted is joined by == of sure fields only: '{text}'"
                hint = "equate a field, or test the number"
                self._document.report(stated.loc, "RV326", message, hint)

    def _check_none(self, number: Pattern) -> None:
        """Refuse a number that none would be right for: what is not there is not counted."""
        if number.joins or number.residuals or not self.drafted.stated:
            return
        none = {COUNT: 0}
        if all(_holds(stated.node, self.drafted, none) for stated in self.drafted.stated):
            message = "holds of none, too, and where there is none nothing is counted"
            self._document.report(
                (*self._loc[:-1], "where"), "RV326", message, "write not for none, or ask for more"
            )


def _holds(node: expression.Node, drafted: Draft, row: Mapping[str, int]) -> bool:
    return expression.compile_expression(node, drafted.scope)(row, {}) is True
