"""A naive model of ``once_per``, ``cooldown`` and ``except``: who fires now, from who fired before.

It shares no code with `interlock.rules`.  It is asked after every step for each rule, with all
matches there are, and remembers two things: who fired last for each key, and who fires now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.oracle.forms import Row
from tests.oracle.naive import Found, NaiveRule, identity
from tests.oracle.past import Live

Identity = tuple[object, ...]


@dataclass
class Restraints:
    """What is remembered between steps."""

    now: int = 0
    fires: dict[object, tuple[Identity, object]] = field(default_factory=dict)
    """Who fires for a key, and what they do."""
    fired_at: dict[object, int] = field(default_factory=dict)
    """When somebody last began to fire for a key."""
    held: set[tuple[str, Identity]] = field(default_factory=set)
    _next: dict[tuple, tuple[Identity, object]] = field(default_factory=dict)
    _began: dict[tuple, int] = field(default_factory=dict)

    def __call__(self, rule: NaiveRule, found: Found, signals: Sequence[Live]) -> Found:
        """Return the matches that fire; of all times it is asked in a step the last counts."""
        self._next = {key: one for key, one in self._next.items() if key[0] != rule.id}
        self._began = {key: at for key, at in self._began.items() if key[0] != rule.id}
        free = [one for one in found if not self._is_excepted(*one)]
        chosen = free
        if rule.once_per or rule.cooldown:
            keys = {self._key(*one) for one in free}
            chosen = [self._chosen(rule, key, free, signals) for key in sorted(keys, key=repr)]
        firing = [one for one in chosen if one is not None]
        identities = {_identity(one) for one in firing}
        self.held = {one for one in self.held if one[0] != rule.id}
        self.held |= {(rule.id, _identity(one)) for one in found} - {
            (rule.id, one) for one in identities
        }
        return firing

    def commit(self) -> None:
        """End a step."""
        self.fires, self._next = self._next, {}
        self.fired_at.update(self._began)
        self._began = {}

    def _chosen(self, rule: NaiveRule, key: object, free: Found, signals: Sequence[Live]):
        group = [one for one in free if self._key(*one) == key]
        group.sort(key=lambda one: _age(one, signals))
        before = self.fires.get(key)
        same = [one for one in group if before and _identity(one) == before[0]]
        alike = [one for one in group if before and _acts(*one) == before[1]]
        resting = key in self.fired_at and self.fired_at[key] + rule.cooldown > self.now
        if not same and not alike and resting:
            return None
        one = (same or alike or group)[0]
        if not same and not alike:
            self._began[key] = self.now
        self._next[key] = _identity(one), _acts(*one)
        return one

    def _is_excepted(self, rule: NaiveRule, match: Sequence[Live]) -> bool:
        env = _env(rule, match)
        return any(
            self.now < one.expires
            and all(test.holds(env[one.alias], env) is not False for test in one.tests)
            for one in rule.excepts
        )

    def _key(self, rule: NaiveRule, match: Sequence[Live]) -> object:
        env = _env(rule, match)
        if rule.once_per:
            return rule.id, tuple(give.value(env) for give in rule.once_per)
        if rule.start:
            return rule.id, _acts(rule, match)
        return rule.id, tuple((name, dict(values)["k"].value(env)) for name, values in rule.asserts)


def _identity(one: tuple[NaiveRule, Sequence[Live]]) -> Identity:
    rule, match = one
    return identity(rule, [e.id for e in match])


def _age(one: tuple[NaiveRule, Sequence[Live]], signals: Sequence[Live]) -> object:
    """When each element came, and then the branch."""
    order = {e.id: age for age, e in enumerate(signals)}
    return [order[element] for element in _identity(one)], one[0].branch


def _acts(rule: NaiveRule, match: Sequence[Live]) -> object:
    return rule.start and (rule.start[0], rule.start[1].value(_env(rule, match)))


def _env(rule: NaiveRule, match: Sequence[Live]) -> Mapping[str, Row]:
    return {ask.alias: e.row for ask, e in zip(rule.asks, match, strict=True)}
