"""What a rule base watches over time: compiled once, shared by the rules that ask for the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeAlias

from typing_extensions import override

from interlock.digest import digest
from interlock.language import expression
from interlock.language.expression.parameters import written
from interlock.language.values import Type, Value
from interlock.rules.elements import Element
from interlock.rules.network import (
    ORDERINGS,
    Comparison,
    ElementKind,
    Join,
    Operator,
    Pattern,
    Predicate,
)

Slot: TypeAlias = tuple[str, tuple[Value, ...]]
"""A watch's name and what tells one thing it watches from another."""


COUNT: Final = "count"
"""The field that holds the number."""

SINCE: Final = "since"
"""The field of what lasts or is absent: since when."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``not … within``: what must not come for so long after a run has begun.

    Attributes:
        pattern: what it is; its joins and residuals read the element of the run.
        within_ms: for how long it must not come.
    """

    pattern: Pattern
    within_ms: int

    @property
    def index(self) -> tuple[str, ...]:
        """Its fields that are equated with the run's element."""
        return tuple(join.field for join in self.equalities)

    @property
    def equalities(self) -> list[Join]:
        """Its joins by equality, by field."""
        joins = (join for join in self.pattern.joins if join.operator is Operator.EQ)
        return sorted(joins, key=lambda join: (join.field, join.other))

    def forbids(self, element: Element, began: Element) -> bool:
        """Return whether an element may be the answer to a run: nothing says that it is not."""
        row, other = element.row, began.row
        return all(
            ORDERINGS[join.operator](row[join.field], other[join.other])
            for join in self.pattern.joins
        ) and not any(
            residual.test(row, dict.fromkeys(residual.aliases, other)) is False
            for residual in self.pattern.residuals
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """``for``: elements of one key pass the same tests without a break for so long.

    Attributes:
        kind: signal or fact.
        subject: the declared name.
        key: fields that tell one run from another; empty: every occurrence is a run of its own.
        comparisons, predicates: the tests of an element alone, which end the run when they fail.
        lasts_ms: how long the run must last.
        answers: what ends the wait when it comes in time.
        name: the type of the elements derived, equal for equal watches alone.
    """

    kind: ElementKind
    subject: str
    key: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    lasts_ms: int
    name: str = field(compare=False)
    answers: tuple[Answer, ...] = ()

    @property
    def sample(self) -> Pattern:
        """The pattern that an element of a run meets."""
        return Pattern("", self.kind, self.subject, self.comparisons, self.predicates)

    def slot(self, element: Element) -> Slot:
        """Return which run an element belongs to."""
        return self.name, element.key if self.key else (element.id,)


def hold(
    pattern: Pattern, key: Sequence[str], lasts_ms: int, answers: Sequence[Answer] = ()
) -> Hold:
    """Return the watch for a pattern that must last.

    Args:
        pattern: what an element must be; its tests of other elements are not watched.
        key: fields that tell one run from another.
        lasts_ms: how long it must last.
        answers: what ends the wait when it comes in time.
    """
    content = ["hold", *map(str, pattern.alpha_key[:2]), *pattern.alpha_key[2:], [*key], lasts_ms]
    content += [_content(answer) for answer in answers]
    return Hold(
        kind=pattern.kind,
        subject=pattern.type,
        key=tuple(key),
        comparisons=pattern.comparisons,
        predicates=pattern.predicates,
        lasts_ms=lasts_ms,
        name=f"{pattern.type}#{digest(content)[:32]}",
        answers=tuple(answers),
    )


def _content(answer: Answer) -> list[object]:
    pattern = answer.pattern
    tests = (pattern.comparisons, pattern.predicates, pattern.joins, pattern.residuals)
    texts = [[test.text for test in group] for group in tests]
    return [pattern.kind.value, pattern.type, *texts, answer.within_ms]


@dataclass(frozen=True, slots=True)
class Count:
    """``count``: how many elements passed the same tests within a window of time.

    Attributes:
        subject: the declared signal.
        comparisons, predicates: the tests of an element alone.
        over_ms: for how long an element counts after its source last said that it holds.
        group: fields whose values are counted apart, as they are joined by.
        distinct: the field whose different values are counted; None: every element counts.
        name: the type of the elements derived, equal for equal watches alone.
    """

    subject: str
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    over_ms: int
    group: tuple[str, ...]
    distinct: str | None
    name: str = field(compare=False)

    @property
    def sample(self) -> Pattern:
        """The pattern that an element meets to count."""
        return Pattern("", ElementKind.SIGNAL, self.subject, self.comparisons, self.predicates)

    def group_of(self, element: Element) -> Slot:
        """Return the group an element counts in."""
        return self.name, tuple([element.row[name] for name in self.group])


def count(pattern: Pattern, over_ms: int, distinct: str | None) -> Count:
    """Return the watch that counts what meets a pattern.

    Args:
        pattern: what counts; its joins say what is counted apart.
        over_ms: the length of the window.
        distinct: the field whose values are counted, or None.
    """
    group = tuple(sorted({join.field for join in pattern.joins}))
    content = ["count", *map(str, pattern.alpha_key[:2]), *pattern.alpha_key[2:]]
    content += [group, over_ms, distinct]
    return Count(
        subject=pattern.type,
        comparisons=pattern.comparisons,
        predicates=pattern.predicates,
        over_ms=over_ms,
        group=group,
        distinct=distinct,
        name=f"{pattern.type}#{digest(content)[:32]}",
    )


@dataclass(frozen=True, slots=True)
class Absence:
    """``absent``: a signal has not been heard for so long, for each of the listed values.

    Attributes:
        subject: the declared signal.
        listed: a test for each key field, that it is among the listed values.
        comparisons, predicates: the author's tests; a signal is heard unless one is false.
        lasts_ms: for how long nothing must have been heard.
        after_start_ms: how long after somebody began to listen nothing is missed.
        name: the type of the elements derived, equal for watches that differ in ``listed`` alone:
            what is known of a value does not depend on which others are listed.
    """

    subject: str
    listed: tuple[Comparison, ...]
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    lasts_ms: int
    after_start_ms: int
    name: str = field(compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """The key fields, in the order of a slot's values."""
        return tuple(test.field for test in self.listed)

    @property
    def sample(self) -> Pattern:
        """The pattern that a signal meets to be heard."""
        tests = (*self.listed, *self.comparisons)
        return Pattern("", ElementKind.SIGNAL, self.subject, tests, self.predicates)

    def slots(self) -> Iterator[Slot]:
        """Yield a slot for each combination of the listed values."""
        for values in product(*[_values(test) for test in self.listed]):
            yield self.name, values

    def slot_of(self, element: Element) -> Slot:
        """Return the slot that a signal is heard in."""
        return self.name, tuple([element.row[name] for name in self.key])


Listed: TypeAlias = tuple[Type, Sequence[Value]]
"""The type of a key field, and the values of it that are watched for: at least one, sorted."""


def absence(
    pattern: Pattern, listed: Mapping[str, Listed], lasts_ms: int, after_start_ms: int
) -> Absence:
    """Return the watch for a signal that must not be absent.

    Args:
        pattern: what a signal must be to be heard; it reads nothing else.
        listed: the values watched for, by key field.
        lasts_ms: for how long nothing must have been heard.
        after_start_ms: how long after somebody began to listen nothing is missed.
    """
    tests = tuple(_is_listed(name, *listed[name]) for name in sorted(listed))
    content = ["absent", *map(str, pattern.alpha_key[:2]), *pattern.alpha_key[2:]]
    content += [[test.field for test in tests], lasts_ms, after_start_ms]
    return Absence(
        subject=pattern.type,
        listed=tests,
        comparisons=pattern.comparisons,
        predicates=pattern.predicates,
        lasts_ms=lasts_ms,
        after_start_ms=after_start_ms,
        name=f"{pattern.type}#{digest(content)[:32]}",
    )


def _is_listed(name: str, type_: Type, values: Sequence[Value]) -> Comparison:
    """Return the test that a field has one of some values."""
    read, texts = expression.Name(0, 0, name), tuple([written(type_, one) for one in values])
    if len(values) == 1:
        said = expression.print_expression(expression.Binary(0, 0, "==", read, texts[0]))
        return Comparison(name, Operator.EQ, values[0], type_, said)
    among = expression.ListLiteral(0, 0, texts)
    said = expression.print_expression(expression.Binary(0, 0, "in", read, among))
    return Comparison(name, Operator.IN, tuple(values), type_, said)


def _values(test: Comparison) -> tuple[Value, ...]:
    if test.operator is Operator.IN and isinstance(test.constant, tuple):
        return test.constant
    return (test.constant,)


Watch: TypeAlias = Hold | Count | Absence
"""What a rule base watches."""


@dataclass(frozen=True, slots=True)
class TimedPattern(Pattern):
    """A pattern that is met by what a watch derives, not by signals and facts themselves.

    Attributes:
        watch: what derives them; ``type`` is its name.
    """

    watch: Watch = field(kw_only=True)

    @property
    @override
    def declared(self) -> str:
        return self.watch.subject
