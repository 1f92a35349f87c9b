"""Packs: the portions in which the second engine gets the rules, and what it is offered.

durable-rules holds at most 60 patterns safely, so rules are dealt into packs; rules that look
at the same signals and facts come together, so that one element concerns few packs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.digest import digest
from interlock.rules.network import Operator, Pack, Pattern, Rule
from interlock.rules.plan import Alpha, Fields

MAX_PATTERNS = 60
"""Most patterns in a pack."""

MAX_RULE_PATTERNS = 8
"""Most patterns in a rule; the loader refuses more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Elements to offer with a focus: those of an alpha whose ``index`` equals a focus field.

    Attributes:
        alpha: number of the alpha.
        index: one field of that alpha's elements, or empty: offer all.
        focus_field: the focus's field to look up; empty where ``index`` is.
    """

    alpha: int
    index: Fields
    focus_field: str


def deal(rules: Iterable[Rule]) -> tuple[Pack, ...]:
    """Return the rules dealt into packs; equal rule bases give equal packs.

    Args:
        rules: each with at most 8 patterns.
    """
    dealt: list[list[Rule]] = []
    room = 0
    for rule in sorted(rules, key=_neighbourhood):
        if len(rule.patterns) > room:
            dealt.append([])
            room = MAX_PATTERNS
        dealt[-1].append(rule)
        room -= len(rule.patterns)
    return tuple(_pack(group) for group in dealt)


def _neighbourhood(rule: Rule) -> tuple[tuple[str, ...], str]:
    return tuple(sorted({pattern.type for pattern in rule.patterns})), rule.name


def _pack(rules: Sequence[Rule]) -> Pack:
    ordered = tuple(sorted(rules, key=lambda rule: rule.name))
    content = [[rule.name, *(_content(pattern) for pattern in rule.patterns)] for rule in ordered]
    return Pack(f"pack-{digest(content)[:16]}", ordered)


def _content(pattern: Pattern) -> list[object]:
    tests = (pattern.comparisons, pattern.predicates, pattern.joins, pattern.residuals)
    texts = [[test.text for test in group] for group in tests]
    return [pattern.alias, pattern.kind.value, pattern.type, *texts]


def offers(
    packs: Iterable[Pack], alphas: Sequence[Alpha], correlates: Mapping[str, Fields]
) -> tuple[Mapping[str, tuple[Offer, ...]], ...]:
    """Return by alpha number and pack id what is offered with a focus in that alpha.

    Args:
        packs: all packs.
        alphas: by number.
        correlates: the correlation key of each signal; a link through it is preferred.
    """
    pack_of = {rule.name: pack.id for pack in packs for rule in pack.rules}
    places = {
        (plan.rule.name, plan.start): alpha.number for alpha in alphas for plan in alpha.plans
    }
    found: list[dict[str, dict[Offer, None]]] = [{} for _ in alphas]
    for alpha in alphas:
        for plan in alpha.plans:
            in_pack = found[alpha.number].setdefault(pack_of[plan.rule.name], {})
            for place, own, theirs in links(plan.rule, plan.start, correlates):
                number = places[plan.rule.name, place]
                in_pack[Offer(number, (own,) if own else (), theirs)] = None
    return tuple({pack: tuple(group) for pack, group in one.items()} for one in found)


def links(
    rule: Rule, start: int, correlates: Mapping[str, Fields]
) -> Iterator[tuple[int, str, str]]:
    """Yield for each other pattern its linking field and the one at ``start``, or empty texts."""
    fields = linking_fields(rule, correlates)
    for place in range(len(rule.patterns)):
        if place != start:
            yield (place, fields[place], fields[start]) if fields else (place, "", "")


def linking_fields(rule: Rule, correlates: Mapping[str, Fields]) -> tuple[str, ...]:
    """Return for each pattern the field by which equalities link them all; empty: none does."""
    candidates = [tuple(min(at) for at in by_place) for by_place in _classes(rule) if all(by_place)]

    def rank(fields: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
        pairs = zip(rule.patterns, fields, strict=True)
        return not any(name in correlates.get(p.declared, ()) for p, name in pairs), fields

    return min(candidates, key=rank, default=())


def _classes(rule: Rule) -> Iterator[list[set[str]]]:
    """Yield each class of fields that must be equal, as the fields it has in each pattern."""
    place_of = {pattern.alias: place for place, pattern in enumerate(rule.patterns)}
    classes: list[set[tuple[int, str]]] = []
    for place, pattern in enumerate(rule.patterns):
        for join in pattern.joins:
            if join.operator is Operator.EQ:
                merged = {(place, join.field), (place_of[join.alias], join.other)}
                apart = [known for known in classes if not known & merged]
                for known in classes:
                    if known & merged:
                        merged |= known
                classes = [*apart, merged]
    for members in classes:
        yield [{name for at, name in members if at == p} for p in range(len(rule.patterns))]
