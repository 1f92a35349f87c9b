"""What rules looked at in a run: each conjunct, true or false, and each negation.

Elements are bound in written order, and a conjunct is looked at when all before it hold; the
functions are those the rules are compiled to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from interlock.language import Document, expression
from interlock.language.expression import Evaluate, Node
from interlock.rules.checks import Written
from interlock.rules.draft import Stated
from interlock.rules.network import Pattern
from interlock.rules.temporal.watches import COUNT, Absence, Count, TimedPattern
from interlock.testing.coverage.absences import Listened
from interlock.testing.coverage.elements import Lived
from interlock.testing.coverage.looks import (
    MOST_CANDIDATES,
    Awaited,
    Bound,
    Forbidden,
    Live,
    Looked,
    Numbered,
    Tests,
    hold,
)
from interlock.testing.coverage.model import FALSE, TRUE, Item, Seen, Sort

Bindable: TypeAlias = Looked | Numbered
"""What a rule binds."""


@dataclass(frozen=True, slots=True)
class RuleLook:
    """One rule, or one branch of it, as it is looked at."""

    rule: Item
    id: str
    patterns: tuple[Bindable, ...]
    negations: tuple[Forbidden, ...]
    awaited: tuple[Awaited, ...]
    exceptions: Mapping[str, Item]
    absences: tuple[Listened, ...]

    @classmethod
    def of(cls, written: Written) -> RuleLook:
        """Return what there is to look at in a rule.

        What follows an ``absent`` is not looked at: what is missed is known to the fold alone.
        """
        document, absences = written.document, _absences(written)
        span = document.span((*written.loc, "id"))
        patterns = tuple(_bindables(written))
        return cls(
            rule=Item(Sort.RULE, document.path, span, f"rule {written.rule.id}"),
            id=written.rule.id,
            patterns=patterns,
            negations=() if absences else tuple(_forbidden(written)),
            awaited=tuple(_awaited(written, patterns)),
            exceptions=_exceptions(written),
            absences=absences,
        )

    @property
    def items(self) -> Iterator[Item]:
        """Everything there is to cover in it."""
        yield self.rule
        yield from self.exceptions.values()
        for listened in self.absences:
            yield listened.item
            yield from (item for item, _ in listened.tests)
        for pattern in self.patterns:
            counted = pattern.counted if isinstance(pattern, Numbered) else ()
            yield from (item for item, _ in (*counted, *pattern.tests))
        nots: Sequence[Forbidden | Awaited] = (*self.negations, *self.awaited)
        for one in nots:
            yield from (item for item, _ in one.tests)
            yield one.item

    def look(self, new: Lived, live: Live, seen: Seen) -> None:
        """Look at every way to bind an element that came, with those live beside it."""
        binding = _Binding(self, new, live, seen)
        for place, pattern in enumerate(self.patterns):
            if pattern.type == new.type:
                binding.bind(0, {}, [], {} if isinstance(pattern, Numbered) else {place: new})
        if any(one.type == new.type for one in self.negations):
            binding.bind(0, {}, [], {})
        for one in self.awaited:
            if one.type == new.type:
                one.look(new, live, seen)


@dataclass(frozen=True, slots=True)
class _Binding:
    """The search for every way to bind the patterns of a rule, when something has come."""

    look: RuleLook
    new: Lived
    live: Live
    seen: Seen

    def bind(
        self, place: int, env: Bound, taken: Sequence[Lived], fixed: Mapping[int, Lived]
    ) -> None:
        """Bind the patterns from a place on; ``fixed`` says what some of them must be."""
        if place == len(self.look.patterns):
            for negation in self.look.negations:
                negation.look(env, taken, self.live, self.seen)
            return
        pattern = self.look.patterns[place]
        if isinstance(pattern, Numbered):
            number = pattern.number(env, self.live, self.new.at, self.seen)
            row = {pattern.field: number}
            if number and hold(pattern.tests, row, env, self.seen):
                self.bind(place + 1, {**env, pattern.alias: row}, taken, fixed)
            return
        known = [fixed[place]] if place in fixed else self.live.get(pattern.type, ())
        for one in known[-MOST_CANDIDATES:]:
            mine = any(one is other for other in taken)
            if not mine and hold(pattern.tests, one.row, env, self.seen):
                bound = {**env, pattern.alias: pattern.row(one)}
                self.bind(place + 1, bound, [*taken, one], fixed)


def _bindables(written: Written) -> Iterator[Bindable]:
    """Yield the patterns of a rule, up to an absence."""
    for pattern, stated in zip(written.rule.patterns, written.conditions.stated, strict=True):
        if isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Absence):
            return
        yield _bindable(written, pattern, stated)


def _bindable(written: Written, pattern: Pattern, stated: Sequence[Stated]) -> Bindable:
    watch = pattern.watch if isinstance(pattern, TimedPattern) else None
    tests = _tests(written, stated)
    if isinstance(watch, Count):
        counted = _tests(written, written.conditions.counted[pattern.alias])
        over = watch.over_ms, watch.distinct
        return Numbered(pattern.declared, pattern.alias, tests, counted, *over, COUNT)
    alone = [one for one in stated if not expression.names(one.node)]
    lasts = watch is not None
    return Looked(pattern.declared, pattern.alias, tests, _tests(written, alone), lasts)


def _forbidden(written: Written) -> Iterator[Forbidden]:
    document, conditions = written.document, written.conditions
    for pattern, stated in zip(written.rule.negations, conditions.forbidden, strict=True):
        loc = stated[0].loc[:-2] if stated else written.loc
        item = Item(Sort.NEGATION, document.path, document.span(loc), f"not {pattern.type}")
        yield Forbidden(pattern.type, _tests(written, stated), item)


def _awaited(written: Written, patterns: Sequence[Bindable]) -> Iterator[Awaited]:
    by_alias = {one.alias: one for one in patterns if isinstance(one, Looked)}
    for one in written.conditions.awaited:
        if one.alias not in by_alias:
            continue
        span = written.document.span(one.loc)
        item = Item(Sort.NEGATION, written.document.path, span, f"not {one.type} within")
        tests, after = _tests(written, one.stated), by_alias[one.alias]
        yield Awaited(one.type, tests, item, one.within_ms, after)


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


def _tests(written: Written, stated: Sequence[Stated]) -> Tests:
    return tuple(_test(written, one) for one in stated)


def _test(written: Written, stated: Stated) -> tuple[Item, Evaluate]:
    item = conjunct_item(written, stated)
    return item, expression.compile_expression(stated.node, stated.scope)


def conjunct_item(written: Written, stated: Stated) -> Item:
    """Return the item of one conjunct of a rule."""
    document, node = written.document, stated.node
    span = document.expression_span(stated.loc, node.start, node.end)
    parts, number = as_written(document, stated)
    said = expression.print_expression(parts[number])
    return Item(Sort.CONJUNCT, document.path, span, said, (TRUE, FALSE))


def as_written(document: Document, stated: Stated) -> tuple[list[Node], int]:
    """Return the conjuncts of the text that a conjunct stands in, and which of them it is."""
    parts = list(expression.conjuncts(expression.parse(str(document.at(stated.loc)))))
    places = [(one.start, one.end) for one in parts]
    return parts, places.index((stated.node.start, stated.node.end))
