"""A naive evaluator: the meaning of rules by nested loops, everything from scratch every time.

It shares no code with `interlock.rules`: it has its own small form of rules (which
`tests.property.rules_written` can write as YAML), its own three-valued logic and its own
order of strata.  It is slow, short and obviously right; what it says is what the rules mean.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.oracle.forms import Ask, Excepted, Give, Row
from tests.oracle.past import Live, Past


@dataclass(frozen=True)
class NaiveRule:
    """A rule in the naive form."""

    id: str
    asks: tuple[Ask, ...]
    nots: tuple[Ask, ...] = ()
    asserts: tuple[tuple[str, tuple[tuple[str, Give], ...]], ...] = ()
    start: tuple[str, Give] | None = None
    salience: int = 0
    exclusive: str | None = None
    shadow: bool = False
    once_per: tuple[Give, ...] = ()
    cooldown: int = 0
    excepts: tuple[Excepted, ...] = ()
    branch: str = ""
    """Which branch of its ``any`` this is; a rule with branches is several of these."""

    @property
    def name(self) -> str:
        return f"{self.id}#{self.branch}" if self.branch else self.id


Key = tuple[str, tuple[object, ...]]
Found = Sequence[tuple[NaiveRule, Sequence[Live]]]
"""Matches with the branch they came through."""
Restrain = Callable[[NaiveRule, Found, Sequence[Live]], Found]


@dataclass(frozen=True)
class World:
    """What the rules hold of the live elements."""

    facts: Mapping[Key, Row]
    matches: frozenset[tuple[str, tuple[object, ...]]]
    firings: frozenset[tuple[str, tuple[object, ...]]]
    holders: Mapping[tuple[str, object], str]


def evaluate(
    rules: Sequence[NaiveRule],
    keys: Mapping[str, tuple[str, ...]],
    signals: Sequence[Live],
    operator_facts: Mapping[Key, Row],
    holders: Mapping[tuple[str, object], str],
    past: Past,
    *,
    restrain: Restrain = lambda rule, matches, signals: matches,
) -> World:
    """Return what follows from the live signals and the facts people have set.

    Args:
        rules: all rules.
        keys: the key fields of each fact.
        signals: in the order they came.
        operator_facts: facts set by people; they stand before what rules claim.
        holders: who held each exclusive group before.
        past: what was the case before, and what time it is.
        restrain: picks from the matches of a rule's branches those that may fire.
    """
    facts: dict[Key, Row] = {}
    levels = _levels(rules, keys)
    for level in sorted(set(levels.values())):
        names = {name for name in levels if levels[name] == level}
        facts |= _settled(
            rules, keys, signals, operator_facts, facts, names, past, restrain=restrain
        )
    elements = _all_there_is(rules, signals, facts, past)
    matches = {rule.name: list(_matches(rule, elements)) for rule in rules}
    allowed = {
        rule.name: [match for match in matches[rule.name] if not _forbidden(rule, match, elements)]
        for rule in rules
    }
    allowed = _restrained(rules, allowed, signals, restrain)
    now_holding = _hold(rules, allowed, holders)
    firings = {
        (rule.id, identity(rule, [e.id for e in match]))
        for rule in rules
        for match in allowed[rule.name]
        if _may_act(rule, match, now_holding)
    }
    found = {(r, tuple(e.id for e in match)) for r, group in matches.items() for match in group}
    return World(facts, frozenset(found), frozenset(firings), now_holding)


def identity(rule: NaiveRule, ids: Sequence[object]) -> tuple[object, ...]:
    """Return what a match binds: in pattern order or, of a branch, in the order of its names."""
    if not rule.branch:
        return tuple(ids)
    bound = dict(zip([ask.alias for ask in rule.asks], ids, strict=True))
    return tuple(bound[alias] for alias in sorted(bound))


def joins(rules: Iterable[NaiveRule], elements: Sequence[Live], focus: object) -> list:
    """Return the sorted joins, before negation, that contain the focus."""
    return sorted(
        (rule.name, tuple(e.id for e in match))
        for rule in rules
        for match in _matches(rule, elements)
        if focus in [e.id for e in match]
    )


def _matches(rule: NaiveRule, elements: Sequence[Live]) -> Iterator[tuple[Live, ...]]:
    choices = [[e for e in elements if e.type == ask.sought] for ask in rule.asks]
    for match in itertools.product(*choices):
        if len({e.stem for e in match}) == len(match):
            env = _env(rule, match)
            if all(ask.holds(e.row, env) is True for ask, e in zip(rule.asks, match, strict=True)):
                yield match


def _forbidden(rule: NaiveRule, match: Sequence[Live], elements: Sequence[Live]) -> bool:
    env, own = _env(rule, match), {e.stem for e in match}
    return any(
        ask.holds(e.row, env) is not False
        for ask in rule.nots
        for e in elements
        if e.type == ask.type and e.id not in own
    )


def _env(rule: NaiveRule, match: Sequence[Live]) -> dict[str, Row]:
    return {ask.alias: e.row for ask, e in zip(rule.asks, match, strict=True)}


def as_elements(facts: Mapping[Key, Row]) -> list[Live]:
    """Return facts as elements."""
    return [Live(key, key[0], row) for key, row in facts.items()]


def _all_there_is(
    rules: Sequence[NaiveRule], signals: Sequence[Live], facts: Mapping[Key, Row], past: Past
) -> list[Live]:
    elements = [*signals, *as_elements(facts)]
    return elements + past.stretches([ask for rule in rules for ask in rule.asks], elements)


def _settled(  # noqa: PLR0917  # what a level is made from
    rules: Sequence[NaiveRule],
    keys: Mapping[str, tuple[str, ...]],
    signals: Sequence[Live],
    operator_facts: Mapping[Key, Row],
    below: Mapping[Key, Row],
    names: set[str],
    past: Past,
    *,
    restrain: Restrain,
) -> dict[Key, Row]:
    """Derive the facts of one level from nothing, again and again until nothing changes."""
    facts: dict[Key, Row] = {}
    for _ in range(200):
        elements = _all_there_is(rules, signals, {**below, **facts}, past)
        claims: dict[Key, list[tuple[tuple, Row]]] = {}
        for key, row in operator_facts.items():
            claims.setdefault(key, []).append(((0,), row))
        for key, rank, row in _claims(rules, keys, signals, elements, restrain):
            claims.setdefault(key, []).append((rank, row))
        strongest = {
            key: min(some, key=lambda claim: claim[0])[1]
            for key, some in claims.items()
            if key[0] in names
        }
        if strongest == facts:
            return facts
        facts = strongest
    raise AssertionError("the facts of a level never settle; the strategy must not make these")


def _claims(
    rules: Sequence[NaiveRule],
    keys: Mapping[str, tuple[str, ...]],
    signals: Sequence[Live],
    elements: Sequence[Live],
    restrain: Restrain,
) -> Iterator[tuple[Key, tuple, Row]]:
    """Yield what every match that may fire says of which fact, and how strongly."""
    allowed = {
        rule.name: [m for m in _matches(rule, elements) if not _forbidden(rule, m, elements)]
        for rule in rules
    }
    allowed = _restrained(rules, allowed, signals, restrain)
    for rule in rules:
        for match in allowed[rule.name]:
            if not rule.shadow:
                rank = (1, -rule.salience, rule.id, _ages(match, signals))
                for key, row in _claimed(rule, match, keys):
                    yield key, rank, row


def _restrained(
    rules: Sequence[NaiveRule],
    allowed: Mapping[str, Sequence[Sequence[Live]]],
    signals: Sequence[Live],
    restrain: Restrain,
) -> dict[str, list[Sequence[Live]]]:
    """Return of the matches of each branch those that may fire."""
    by_id: dict[str, list[tuple[NaiveRule, Sequence[Live]]]] = {rule.id: [] for rule in rules}
    for rule in rules:
        by_id[rule.id] += [(rule, match) for match in allowed[rule.name]]
    chosen = {rule.id: restrain(rule, by_id[rule.id], signals) for rule in rules}
    return {rule.name: [match for one, match in chosen[rule.id] if one is rule] for rule in rules}


def _ages(match: Sequence[Live], signals: Sequence[Live]) -> tuple[int, ...]:
    """When each element came; facts count as one age, so strategies must not depend on it."""
    order = {e.id: age for age, e in enumerate(signals)}
    return tuple(order.get(e.stem, -1) for e in match)


def _claimed(
    rule: NaiveRule, match: Sequence[Live], keys: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Key, Row]]:
    env = _env(rule, match)
    for name, values in rule.asserts:
        row = {part: give.value(env) for part, give in values}
        yield (name, tuple(row[part] for part in keys[name])), row


def _levels(rules: Sequence[NaiveRule], keys: Iterable[str]) -> dict[str, int]:
    """Give each fact a level above all it depends on, equal within circles."""
    below = {name: set() for name in keys}
    for rule in rules:
        reads = {ask.type for ask in (*rule.asks, *rule.nots) if ask.kind == "fact"}
        for name, _ in rule.asserts:
            below[name] |= reads
    for middle, start in itertools.product(below, below):  # Warshall: middle outermost
        if middle in below[start]:
            below[start] |= below[middle]
    levels = dict.fromkeys(below, 0)
    for _ in below:
        for name, others in below.items():
            for other in others:
                circle = name in below[other]
                levels[name] = max(levels[name], levels[other] + (not circle))
    return levels


def _hold(
    rules: Sequence[NaiveRule],
    allowed: Mapping[str, Sequence[Sequence[Live]]],
    before: Mapping[tuple[str, object], str],
) -> dict[tuple[str, object], str]:
    competing: dict[tuple[str, object], list[NaiveRule]] = {}
    for rule in rules:
        for match in allowed[rule.name]:
            if rule.exclusive and not rule.shadow:
                competing.setdefault(_group(rule, match), []).append(rule)
    return {
        group: before[group]
        if before.get(group) in {rule.id for rule in some}
        else min(some, key=lambda rule: (-rule.salience, rule.id)).id
        for group, some in competing.items()
    }


def _group(rule: NaiveRule, match: Sequence[Live]) -> tuple[str, object]:
    return rule.exclusive, rule.start[1].value(_env(rule, match))


def _may_act(
    rule: NaiveRule, match: Sequence[Live], holders: Mapping[tuple[str, object], str]
) -> bool:
    if not rule.exclusive or rule.shadow:
        return True
    return holders[_group(rule, match)] == rule.id
