"""``any:`` of a rule: one production for each way to choose a branch of every ``any``.

A production is a rule of patterns and negations alone, so whatever joins, compares or checks
rules knows nothing of branches.  All productions of a rule bind the same names; a match that
binds the same elements to them is one match, whichever branches it came through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final, TypeAlias

from interlock.language import Document, Loc
from interlock.rules.condition_schema import AnyPattern, Condition, RuleCondition

MAX_PRODUCTIONS: Final = 16
"""Most ways to choose a branch of every ``any`` of a rule."""

Placed: TypeAlias = tuple[Loc, Condition]
"""A condition and where it is written."""


@dataclass(frozen=True, slots=True)
class Branching:
    """One way to choose a branch of every ``any``.

    Attributes:
        branch: the numbers of the chosen branches, from 1, joined by dots; empty where a rule
            has no ``any``.
        conditions: those that must hold, in written order.
    """

    branch: str
    conditions: tuple[Placed, ...]


def branchings(
    document: Document, loc: Loc, when: Sequence[RuleCondition]
) -> tuple[Branching, ...]:
    """Return the productions of a rule, in order; faults are reported to the document.

    Where branches bind different names or are too many, only the first of each is taken.

    Args:
        document: where the rule stands.
        loc: the rule's ``when``.
        when: its conditions in written order.
    """
    choices = [_choices((*loc, number), one) for number, one in enumerate(when)]
    are_sound = [_bind_alike(document, one) for one in choices]
    ways = prod(len(one) for one in choices)
    if ways > MAX_PRODUCTIONS:
        message = f"has {ways} ways through its branches, {MAX_PRODUCTIONS} is the most"
        document.report(loc, "RV330", message, "make them rules of their own", key=True)
    if not all(are_sound) or ways > MAX_PRODUCTIONS:
        choices = [one[:1] for one in choices]
    return tuple(_branching(choice) for choice in product(*choices))


@dataclass(frozen=True, slots=True)
class _Choice:
    """A branch of an ``any``, numbered from 1, or a condition of every branch, numbered 0."""

    number: int
    loc: Loc
    conditions: tuple[Placed, ...]

    @property
    def names(self) -> frozenset[str]:
        bound = (getattr(condition, "alias", None) for _, condition in self.conditions)
        return frozenset(name for name in bound if name is not None)


def _choices(loc: Loc, condition: RuleCondition) -> list[_Choice]:
    if not isinstance(condition, AnyPattern):
        return [_Choice(0, loc, ((loc, condition),))]
    return [
        _Choice(number, at, tuple(((*at, place), one) for place, one in enumerate(branch)))
        for number, branch in enumerate(condition.branches, 1)
        for at in [(*loc, "any", number - 1)]
    ]


def _bind_alike(document: Document, choices: Sequence[_Choice]) -> bool:
    first, *others = choices
    different = [one for one in others if one.names != first.names]
    for one in different:
        message = f"binds {_listed(one.names)}, the first branch binds {_listed(first.names)}"
        document.report(one.loc, "RV212", message, "give all branches the same names")
    return not different


def _listed(names: frozenset[str]) -> str:
    return " and ".join(sorted(names)) or "nothing"


def _branching(choice: Sequence[_Choice]) -> Branching:
    branch = ".".join(str(one.number) for one in choice if one.number)
    return Branching(branch, tuple(_conditions(choice)))


def _conditions(choice: Sequence[_Choice]) -> Iterator[Placed]:
    for one in choice:
        yield from one.conditions
