"""In which order rules may run, so that a fact is settled before anybody negates it.

Facts depend on the facts read by the rules that assert them.  Facts that depend on each other
form one knot and are settled together; a negation inside a knot has no meaning and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interlock.rules.network import AssertSpec, ElementKind, Rule
from interlock.rules.temporal.watches import Hold, TimedPattern


@dataclass(frozen=True, slots=True)
class Strata:
    """The order of a rule base.

    Attributes:
        of_rule: the stratum each rule runs in, from 0.
        levels: the stratum after whose rules each fact is settled.
        recursive: facts that can support themselves through others.
        unstratified: rules that negate a fact of the knot they assert into, sorted.
    """

    of_rule: Mapping[str, int]
    levels: Mapping[str, int]
    recursive: frozenset[str]
    unstratified: tuple[str, ...]


def stratify(facts: Iterable[str], rules: Sequence[Rule]) -> Strata:
    """Return the order in which facts are settled and rules run."""
    mentioned = {fact for rule in rules for fact in read(rule) | negated(rule)}
    dependencies: dict[str, set[str]] = {fact: set() for fact in sorted({*facts, *mentioned})}
    for rule in rules:
        for fact in asserted(rule):
            dependencies[fact] |= read(rule) | negated(rule)
    knots = _knots(dependencies)
    knot_of = {fact: number for number, knot in enumerate(knots) for fact in knot}
    levels: dict[str, int] = {}
    for knot in knots:  # what a knot depends on comes before it
        outside = [dependencies[fact] - knot for fact in knot]
        level = max((levels[read] + 1 for group in outside for read in group), default=0)
        levels |= dict.fromkeys(sorted(knot), level)
    recursive = {f for knot in knots for f in knot if len(knot) > 1 or f in dependencies[f]}
    return Strata(
        of_rule=_of_rules(rules, levels, knot_of),
        levels=levels,
        recursive=frozenset(recursive),
        unstratified=tuple(sorted({r.id for r in rules if _negates_itself(r, knot_of)})),
    )


def asserted(rule: Rule) -> set[str]:
    """Return the facts a rule asserts."""
    return {spec.fact for spec in rule.consequences if isinstance(spec, AssertSpec)}


def read(rule: Rule) -> set[str]:
    """Return the facts a rule asks for."""
    return {p.declared for p in rule.patterns if p.kind is ElementKind.FACT}


def negated(rule: Rule) -> set[str]:
    """Return the facts a rule forbids."""
    waits = [p.watch for p in rule.patterns if isinstance(p, TimedPattern)]
    answers = [a.pattern for w in waits if isinstance(w, Hold) for a in w.answers]
    return {p.type for p in (*rule.negations, *answers) if p.kind is ElementKind.FACT}


def _of_rules(
    rules: Sequence[Rule], levels: Mapping[str, int], knot_of: Mapping[str, int]
) -> dict[str, int]:
    """Return the stratum of each rule: all its branches run in one."""
    found: dict[str, int] = {}
    for rule in rules:
        found[rule.id] = max(found.get(rule.id, 0), _stratum(rule, levels, knot_of))
    return found


def _stratum(rule: Rule, levels: Mapping[str, int], knot_of: Mapping[str, int]) -> int:
    own = {knot_of[fact] for fact in asserted(rule)}
    return max((levels[f] + (knot_of[f] not in own) for f in read(rule) | negated(rule)), default=0)


def _negates_itself(rule: Rule, knot_of: Mapping[str, int]) -> bool:
    return bool({knot_of[f] for f in negated(rule)} & {knot_of[f] for f in asserted(rule)})


def _knots(dependencies: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """Return the facts in knots, each knot after those it depends on."""
    below = {fact: _below(fact, dependencies) for fact in dependencies}
    knots = {
        frozenset({fact} | {other for other in below[fact] if fact in below[other]})
        for fact in dependencies
    }

    def depth(knot: frozenset[str]) -> tuple[int, str]:
        first = min(knot)  # what a knot depends on has fewer facts at and below it
        return len(below[first] | knot), first

    return sorted(knots, key=depth)


def _below(fact: str, dependencies: Mapping[str, set[str]]) -> set[str]:
    """Return what a fact depends on, however indirectly; itself only in a circle."""
    found: set[str] = set()
    waiting = list(dependencies[fact])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += dependencies[one]
    return found
