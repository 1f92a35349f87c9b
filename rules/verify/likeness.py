"""How the patterns of one rule can be laid on those of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from interlock.language.expression import print_expression
from interlock.language.regions import join, meet
from interlock.language.regions.owner import owned
from interlock.rules.verify.subject import Statement, Subject

MOST_WAYS = 24
"""So many ways of laying one rule on another are looked at; of a rule with more nothing is told."""


def layings(over: Subject, under: Subject) -> list[Mapping[str, str]]:
    """Return the ways to let every pattern of a rule be another one of the rule under it.

    Each says which alias of ``under`` an alias of ``over`` then is.  Two patterns never bind
    one element, so no two become the same.
    """
    found = list(islice(_layings(over, under, 0, {}), MOST_WAYS + 1))
    return [] if len(found) > MOST_WAYS else found


def _layings(
    over: Subject, under: Subject, place: int, names: dict[str, str]
) -> Iterator[Mapping[str, str]]:
    if place == len(over.rule.patterns):
        yield names
        return
    wanted = over.rule.patterns[place]
    for pattern in under.rule.patterns:
        same = (pattern.kind, pattern.type) == (wanted.kind, wanted.type)
        if same and pattern.alias not in names.values():
            yield from _layings(over, under, place + 1, {**names, wanted.alias: pattern.alias})


def follows(over: Subject, under: Subject, names: Mapping[str, str]) -> bool:
    """Whether ``over`` matches, so laid, whenever ``under`` does."""
    missed = join(*(one.called(names).not_true for one in over.statements))
    return not meet(under.region, missed)


def forbidden_texts(subject: Subject, names: Mapping[str, str]) -> set[tuple[object, ...]]:
    """Return what a rule forbids, in a form equal for negations that say the same."""
    return {
        (negation.kind, negation.type, frozenset(_said(one, names) for one in group))
        for negation, group in zip(subject.rule.negations, subject.negations, strict=True)
    }


def _said(statement: Statement, names: Mapping[str, str]) -> str:
    return print_expression(owned(statement.stated.node, {**names, "": "not"}))
