"""A match in force, and what it claims.

An activation is kept lean, as there is one for every open incident at least: its consequences
are filled in again when they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from interlock.digest import derive_id
from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.model import AssertFact, Consequence, Row, SendEvent, StartMachine
from interlock.rules.network import ExceptionSpec, Rule

ActivationKey: TypeAlias = tuple[str, ...]
"""Rule id, then element ids: what refraction compares."""

JoinKey: TypeAlias = tuple[str, ...]
"""The name of a production, then element ids: what the engines compare."""

RepeatKey: TypeAlias = tuple[str, tuple[Value, ...]]
"""A rule id and the values by which its firings count as the same."""

FactKey: TypeAlias = tuple[str, tuple[Value, ...]]
"""A fact's name and the values of its key."""

Order: TypeAlias = tuple[int, str, tuple[tuple[int, int], ...]]
"""What the agenda is sorted by: salience descending, rule id, when the elements entered."""

OPERATOR: Final = "operator"
"""The support of a fact that a person set."""


@dataclass(frozen=True, eq=False, slots=True)
class Claim:
    """Someone's word that a fact has these fields.

    Attributes:
        source: the firing's id, or ``operator``.
        rule: the firing's rule, or None.
        elements: what the firing stands on.
        fields: what is claimed.
    """

    source: str
    rule: Rule | None
    elements: tuple[Element, ...]
    fields: Row

    @property
    def priority(self) -> tuple[int, Order]:
        """The smallest wins: the operator, then salience, rule id, earliest elements."""
        if self.rule is None:
            return 0, (0, "", ())
        return 1, agenda_order(self.rule, self.elements)


class Restraint(NamedTuple):
    """What keeps a match from firing.

    Attributes:
        repeat: what its firing would repeat.
        waits: whether its turn has not come.
        exception: what excepts it.
    """

    repeat: RepeatKey | None = None
    waits: bool = False
    exception: ExceptionSpec | None = None


FREE: Final = Restraint()
"""Nothing does."""


class Activation:
    """One rule, one match, in force until an element goes or a negation comes true.

    Attributes:
        key: rule id and element ids.
        id: the firing's id.
        now: when it formed, ms.
        rule: what fired.
        elements: what it fired for.
        incident: whose exclusive group it competes for; None outside of groups.
        claims: the facts it asserts; none for a shadow.
        effective: False while another rule holds its exclusive group, or it is held back.
        repeat: what its firing would repeat; None where its rule may repeat itself.
        waits: whether it is held back until its turn comes.
        exception: what holds it back until that expires; None: nothing.
    """

    __slots__ = (
        "claims",
        "effective",
        "elements",
        "exception",
        "id",
        "incident",
        "key",
        "now",
        "repeat",
        "rule",
        "waits",
    )

    def __init__(
        self,
        rule: Rule,
        elements: tuple[Element, ...],
        consequences: Sequence[Consequence],
        *,
        firing_id: str,
        now: int,
        restraint: Restraint = FREE,
    ) -> None:
        self.repeat, self.waits, self.exception = restraint
        self.key: ActivationKey = key_of(rule, elements)
        self.id = firing_id
        self.now = now
        self.rule = rule
        self.elements = elements
        acts = not rule.shadow and not self.is_held
        self.incident = _incident(consequences) if rule.exclusive and acts else None
        self.effective = self.incident is None and not self.is_held
        self.claims = tuple(self._claims(consequences).items()) if acts else ()

    @property
    def is_held(self) -> bool:
        """Whether it matches without firing."""
        return self.waits or self.exception is not None

    @property
    def expiry(self) -> int | None:
        """When the exception that holds it back expires, ms."""
        return None if self.exception is None else self.exception.expires_ms

    @property
    def agenda_order(self) -> Order:
        """Where it stands on an agenda."""
        return agenda_order(self.rule, self.elements)

    def _claims(self, consequences: Sequence[Consequence]) -> dict[FactKey, Claim]:
        """Of two claims about one fact, the one written first counts."""
        claims: dict[FactKey, Claim] = {}
        for made in consequences:
            if isinstance(made, AssertFact):
                claim = Claim(self.id, self.rule, self.elements, made.fields)
                claims.setdefault((made.fact, made.key), claim)
        return claims


def key_of(rule: Rule, elements: Sequence[Element]) -> ActivationKey:
    """Return what identifies a match: the rule, and the elements it binds to its names.

    Branches of one rule bind the same names, perhaps in another order.
    """
    return (rule.id, *[e.id for e in _by_name(rule, elements)])


def _by_name(rule: Rule, elements: Sequence[Element]) -> Sequence[Element]:
    """Return the elements of a match in an order that all branches of its rule share."""
    if not rule.branch:
        return elements
    names = [pattern.alias for pattern in rule.patterns]
    return [elements[names.index(name)] for name in sorted(names)]


def join_key(rule: Rule, elements: Sequence[Element]) -> JoinKey:
    """Return what identifies a join: the production, and the elements in pattern order."""
    return (rule.name, *[e.id for e in elements])


def derived_id(key: ActivationKey, step: tuple[int, int]) -> str:
    """Return the id of a firing.

    Args:
        key: the rule and the elements.
        step: the journal position, and which of its steps this is, from 0.
    """
    return derive_id("fir", key[0], *step, *key[1:])


def agenda_order(rule: Rule, elements: Sequence[Element]) -> Order:
    """Return where a match stands on an agenda."""
    return -rule.salience, rule.id, tuple([e.order for e in _by_name(rule, elements)])


def _incident(consequences: Sequence[Consequence]) -> str | None:
    """Return the one incident a rule in a group acts on."""
    acts = [one for one in consequences if isinstance(one, StartMachine | SendEvent)]
    return acts[0].incident if acts else None
