"""What rules looked at in a run: each conjunct, true or false, and each negation.

Elements are bound in written order, and a conjunct is looked at when all before it hold; the
functions are those the rules are compiled to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.language import expression
from interlock.language.expression import Evaluate
from interlock.rules.checks import Written
from interlock.rules.draft import Stated
from interlock.rules.model import Row
from interlock.rules.temporal.watches import SINCE, Absence, Hold, TimedPattern
from interlock.testing.coverage.absences import Listened
from interlock.testing.coverage.elements import Lived
from interlock.testing.coverage.model import FALSE, HIT, TRUE, Item, Seen, Sort

MOST_CANDIDATES = 200
"""Elements tried for one pattern, newest first."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One pattern, or negation: the conjuncts as items and functions."""

    type: str
    alias: str
    tests: tuple[tuple[Item, Evaluate], ...]
    negation: Item | None = None
    lasts: bool = False

    def holds(self, row: Row, env: Mapping[str, Row], seen: Seen) -> bool:
        """Look at the conjuncts in order, up to the first that does not hold."""
        for item, test in self.tests:
            verdict = test(row, env)
            if isinstance(verdict, bool):
                seen[item].add(TRUE if verdict else FALSE)
            if verdict is not True:
                return False
        return True


@dataclass(frozen=True, slots=True)
class RuleLook:
    """One rule as it is looked at."""

    rule: Item
    id: str
    patterns: tuple[Looked, ...]
    negations: tuple[Looked, ...]
    exceptions: Mapping[str, Item]
    absences: tuple[Listened, ...] = ()

    @classmethod
    def of(cls, written: Written) -> RuleLook:
        """Return what there is to look at in a rule.

        What follows a ``count`` or an ``absent`` is not looked at: how many there are, and what
        is missed, is known to the fold alone.
        """
        document, conditions = written.document, written.conditions
        span = document.span((*written.loc, "id"))
        rule = Item(Sort.RULE, document.path, span, f"rule {written.rule.id}")
        patterns: list[Looked] = []
        for pattern, stated in zip(written.rule.patterns, conditions.stated, strict=True):
            if isinstance(pattern, TimedPattern) and not isinstance(pattern.watch, Hold):
                return cls(
                    rule,
                    written.rule.id,
                    tuple(patterns),
                    (),
                    _exceptions(written),
                    _absences(written),
                )
            lasts = isinstance(pattern, TimedPattern)
            tests = _tests(written, stated)
            patterns.append(Looked(pattern.declared, pattern.alias, tests, lasts=lasts))
        negations: list[Looked] = []
        for pattern, stated in zip(written.rule.negations, conditions.forbidden, strict=True):
            loc = stated[0].loc[:-2] if stated else written.loc
            item = Item(Sort.NEGATION, document.path, document.span(loc), f"not {pattern.type}")
            negations.append(Looked(pattern.type, "", _tests(written, stated), item))
        exceptions = _exceptions(written)
        return cls(rule, written.rule.id, tuple(patterns), tuple(negations), exceptions)

    @property
    def items(self) -> Iterator[Item]:
        """Everything there is to cover in it."""
        yield self.rule
        yield from self.exceptions.values()
        for listened in self.absences:
            yield listened.item
            yield from (item for item, _ in listened.tests)
        for one in (*self.patterns, *self.negations):
            yield from (item for item, _ in one.tests)
            if one.negation is not None:
                yield one.negation

    def look(self, new: Lived, live: Mapping[str, Sequence[Lived]], seen: Seen) -> None:
        """Look at every way to bind an element that came, with those live beside it."""
        for place, pattern in enumerate(self.patterns):
            if pattern.type == new.type:
                self._bind(0, {}, [], {place: new}, live, seen)
        if any(one.type == new.type for one in self.negations):
            self._bind(0, {}, [], {}, live, seen)

    def _bind(  # one step of a search: where, with what, among what
        self,
        place: int,
        env: Mapping[str, Row],
        taken: Sequence[Lived],
        fixed: Mapping[int, Lived],
        live: Mapping[str, Sequence[Lived]],
        seen: Seen,
    ) -> None:
        if place == len(self.patterns):
            self._negate(env, taken, live, seen)
            return
        pattern = self.patterns[place]
        candidates = [fixed[place]] if place in fixed else live.get(pattern.type, ())
        for one in candidates[-MOST_CANDIDATES:]:
            if not any(one is other for other in taken) and pattern.holds(one.row, env, seen):
                # Whether it has lasted is the rule's business; since when is of no account here.
                row = {**one.row, SINCE: one.at} if pattern.lasts else one.row
                bound = {**env, pattern.alias: row}
                self._bind(place + 1, bound, [*taken, one], fixed, live, seen)

    def _negate(
        self,
        env: Mapping[str, Row],
        taken: Sequence[Lived],
        live: Mapping[str, Sequence[Lived]],
        seen: Seen,
    ) -> None:
        for negation in self.negations:
            for one in live.get(negation.type, ())[-MOST_CANDIDATES:]:
                mine = any(one is other for other in taken)
                if not mine and negation.holds(one.row, env, seen) and negation.negation:
                    seen[negation.negation].add(HIT)


def _absences(written: Written) -> tuple[Listened, ...]:
    """Return the absences of a rule."""
    conditions = written.conditions
    return tuple(
        Listened.of(written.document, (*at, "absent"), pattern.watch, _tests(written, stated))
        for pattern, at, stated in zip(
            written.rule.patterns, conditions.places, conditions.heard, strict=True
        )
        if isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Absence)
    )


def _exceptions(written: Written) -> dict[str, Item]:
    """Return the exceptions of a rule by their ids."""
    document, found = written.document, {}
    for number, one in enumerate(written.rule.exceptions):
        span = document.span((*written.loc, "except", number, "id"))
        found[one.id] = Item(Sort.EXCEPTION, document.path, span, f"except {one.id}")
    return found


def _tests(written: Written, stated: Sequence[Stated]) -> tuple[tuple[Item, Evaluate], ...]:
    return tuple(_test(written, one) for one in stated)


def _test(written: Written, stated: Stated) -> tuple[Item, Evaluate]:
    item = conjunct_item(written, stated)
    return item, expression.compile_expression(stated.node, stated.scope)


def conjunct_item(written: Written, stated: Stated) -> Item:
    """Return the item of one conjunct of a rule."""
    document, node = written.document, stated.node
    span = document.expression_span(stated.loc, node.start, node.end)
    said = expression.print_expression(node)
    return Item(Sort.CONJUNCT, document.path, span, said, (TRUE, FALSE))
