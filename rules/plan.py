"""How a rule base is looked up and joined: made once when it is loaded, never changed.

Equal patterns of different rules share one `Alpha`.  For every place where a new element can
complete a rule there is a `Plan`: the order in which the other patterns are bound, each through
a hash index on the fields it is joined by.  `planner` makes the plans, `matcher` runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from interlock.language.values import Unknown, Value
from interlock.rules.elements import Element
from interlock.rules.network import Comparison, Predicate, Rule
from interlock.rules.temporal.watches import Absence, Count, Hold, Watch

Bound: TypeAlias = Sequence[Element]
"""A partial match: one place for each pattern and a last one for a negated element; places
not bound yet hold `interlock.rules.elements.UNBOUND`."""

Fields: TypeAlias = tuple[str, ...]

NEGATED: Final = "not"
"""What reports call a negation, which has no alias."""


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """A test over several bound elements; ``owner`` is the place of the pattern it stands in."""

    owner: int
    alias: str
    text: str
    holds: Callable[[Bound], Value | Unknown]


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """Bind one more pattern.

    Attributes:
        place: the pattern's place.
        alpha: number of its alpha.
        index: the own fields of the hash index to look into; empty: scan all.
        probe: where each value of the index key is read, as (place, field).
        checks: the tests that can be made once this pattern is bound.
    """

    place: int
    alpha: int
    index: Fields
    probe: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """How to complete a rule from one element at ``start``.

    Attributes:
        rule, start, steps: the rule, the place to start from, and how to go on.
        mixes: an element and one that stands for it could meet two patterns of the rule.
    """

    rule: Rule
    start: int
    steps: tuple[Step, ...]
    mixes: bool = False

    @property
    def revives(self) -> bool:
        """Whether it starts at a negated element that has gone, not at a pattern."""
        return self.start == len(self.rule.patterns)


@dataclass(frozen=True, eq=False, slots=True)
class Blocker:
    """One negation of a rule: what looks for elements that forbid a match.

    Attributes:
        rule: whose negation it is.
        number: which of the rule's negations, from 0.
        alpha: number of the negated pattern's alpha.
        index: its own fields that are joined by equality; empty: every element is a candidate.
        probe: where the other side of each equality is read, as (place, field).
        checks: the other tests; a candidate forbids the match unless one is false.
        revival: the plan that finds what an element forbade when it has gone.
        mixes: an element could meet it that another of the match stands for.
    """

    rule: Rule
    number: int
    alpha: int
    index: Fields
    probe: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]
    revival: Plan
    mixes: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Alpha:
    """The tests one element must pass alone, shared by all patterns that make them.

    Attributes:
        number: its place among all alphas.
        type: the declared name it looks at.
        comparisons, predicates: the tests.
        lenient: it stands where something must not be, and a test that cannot be decided counts
            as met.
        scanned: whether something looks at all its elements, without an index.
        indexes: the hash indexes its memory keeps.
        plans: what a new element here may complete.
        blockers: what an element here may forbid.
        holds, counts, absences: what watches the elements here.
        awaited: the runs an element here may answer, with the number of the answer.
        watchers: the rules that do, with the alias of the pattern.
    """

    number: int
    type: str
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    lenient: bool
    scanned: bool
    indexes: tuple[Fields, ...]
    plans: tuple[Plan, ...]
    blockers: tuple[Blocker, ...]
    holds: tuple[Hold, ...] = ()
    counts: tuple[Count, ...] = ()
    absences: tuple[Absence, ...] = ()
    awaited: tuple[tuple[Hold, int], ...] = ()
    watchers: tuple[tuple[Rule, str], ...] = ()

    @property
    def watches(self) -> tuple[Watch, ...]:
        """All that watches the elements here."""
        return *self.holds, *self.counts, *self.absences

    @property
    def readers(self) -> list[tuple[Rule, str]]:
        """The rules that make these tests, with the alias of the pattern they stand in."""
        patterns = [(plan.rule, plan.rule.patterns[plan.start].alias) for plan in self.plans]
        negated = [(blocker.rule, NEGATED) for blocker in self.blockers]
        return [*patterns, *negated, *self.watchers]


def of_other_branches(rule: Rule, alias: str, element: Element) -> Iterator[Plan]:
    """Yield the plans of a rule's other branches that begin by binding a name to an element."""
    for alpha in element.alphas:
        for plan in alpha.plans:
            other = plan.rule
            is_sibling = other.id == rule.id and other is not rule
            if is_sibling and plan.start == 0 and other.patterns[0].alias == alias:
                yield plan
