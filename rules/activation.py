"""A rule whose conditions hold for given elements, with everything that follows from it.

Consequences are filled in once, when the activation forms.  A value that cannot be decided is
never passed on: an optional field of a fact is left out, anything else voids the activation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from interlock.digest import derive_id
from interlock.language.expression.scope import MOMENT
from interlock.language.values import UNKNOWN, Value
from interlock.rules.declarations import FactType
from interlock.rules.elements import Element
from interlock.rules.model import (
    Advise,
    AssertFact,
    Consequence,
    ElementRef,
    Firing,
    Match,
    Row,
    SendEvent,
    StartMachine,
    UnknownTest,
)
from interlock.rules.network import (
    AdviseSpec,
    AssertSpec,
    ConsequenceSpec,
    Environment,
    Produced,
    Rule,
    SendSpec,
    StartSpec,
)

ActivationKey: TypeAlias = Match
"""Rule id and element ids: what refraction compares."""

FactKey: TypeAlias = tuple[str, tuple[Value, ...]]
"""A fact's name and the values of its key."""

OPERATOR: Final = "operator"
"""The support of a fact that a person set."""

_NO_ROW: Row = {}


@dataclass(frozen=True, slots=True)
class Claim:
    """Someone's word that a fact has these fields.

    Attributes:
        source: the firing's id, or ``operator``.
        priority: the smallest wins: the operator, then salience, rule id, earliest elements.
        fields: what is claimed.
    """

    source: str
    priority: tuple[int, int, str, tuple[tuple[int, int], ...]]
    fields: Row

    @property
    def rule(self) -> str:
        """The rule whose firing claims it; empty for the operator."""
        return self.priority[2]


def operator_claim(fields: Row) -> Claim:
    """Return the claim of a person, which stands before any rule's."""
    return Claim(OPERATOR, (0, 0, "", ()), fields)


class Activation:
    """One rule, one match, in force until an element goes or a negation comes true.

    Attributes:
        key: rule id and element ids.
        id: the firing's id.
        now: when it formed, ms.
        rule: what fired.
        elements: what it fired for.
        consequences: what follows.
        incident: whose exclusive group it competes for; None outside of groups.
        claims: the facts it asserts; none for a shadow.
        effective: False while another rule holds its exclusive group.
    """

    __slots__ = (
        "claims",
        "consequences",
        "effective",
        "elements",
        "id",
        "incident",
        "key",
        "now",
        "rule",
    )

    def __init__(
        self,
        rule: Rule,
        elements: tuple[Element, ...],
        consequences: tuple[Consequence, ...],
        *,
        firing_id: str,
        now: int,
    ) -> None:
        self.key: ActivationKey = key_of(rule, elements)
        self.id = firing_id
        self.now = now
        self.rule = rule
        self.elements = elements
        self.consequences = consequences
        self.incident = incident_of(consequences) if competes(rule) else None
        self.effective = self.incident is None
        self.claims = () if rule.shadow else tuple(self._claims().items())

    @property
    def agenda_order(self) -> tuple[int, str, tuple[tuple[int, int], ...]]:
        """Salience descending, rule id, when its elements entered."""
        return agenda_order(self.rule, self.elements)

    @property
    def acts(self) -> tuple[tuple[str, ...], ...]:
        """What makes two firings of one rule the same in effect: starts and sends, else all.

        Inputs of a start do not count: the machine that runs keeps those it was started with.
        """
        acts = [_identity(c) for c in self.consequences if isinstance(c, StartMachine | SendEvent)]
        return tuple(sorted(acts or [_identity(c) for c in self.consequences]))

    def firing(self, supersedes: str | None) -> Firing:
        """Return it as the engine sees it."""
        return Firing(
            id=self.id,
            rule=self.rule.id,
            elements=tuple(
                ElementRef(pattern.alias, e.id, e.type, e.position)
                for pattern, e in zip(self.rule.patterns, self.elements, strict=True)
            ),
            consequences=self.consequences,
            why=str(self.rule.why.value(_NO_ROW, environment(self.rule, self.elements, self.now))),
            shadow=self.rule.shadow,
            formed_at=max(e.position for e in self.elements),
            supersedes=supersedes,
        )

    def _claims(self) -> dict[FactKey, Claim]:
        """Of two claims about one fact, the one written first counts."""
        priority = (1, *self.agenda_order)
        claims: dict[FactKey, Claim] = {}
        for made in self.consequences:
            if isinstance(made, AssertFact):
                claims.setdefault((made.fact, made.key), Claim(self.id, priority, made.fields))
        return claims


def key_of(rule: Rule, elements: Sequence[Element]) -> ActivationKey:
    """Return what identifies a match."""
    return rule.id, tuple([e.id for e in elements])


def derived_id(key: ActivationKey, step: tuple[int, int]) -> str:
    """Return the firing's id.

    Args:
        key: the rule and the elements.
        step: the journal position, and which of its steps this is, from 0.
    """
    return derive_id("fir", key[0], *step, *key[1])


def agenda_order(
    rule: Rule, elements: Sequence[Element]
) -> tuple[int, str, tuple[tuple[int, int], ...]]:
    """Return what the agenda is sorted by."""
    return -rule.salience, rule.id, tuple([e.order for e in elements])


def environment(rule: Rule, elements: Sequence[Element], formed_at: int) -> Environment:
    """Return the rows of a match by alias, and the moment it formed, ms."""
    env: dict[str, Row] = {p.alias: e.row for p, e in zip(rule.patterns, elements, strict=True)}
    env[MOMENT] = {"at": formed_at}
    return env


def competes(rule: Rule) -> bool:
    """Return whether a rule's firings compete for an exclusive group; shadows never do."""
    return rule.exclusive is not None and not rule.shadow


def incident_of(consequences: Sequence[Consequence]) -> str | None:
    """Return the incident a firing acts on, or None."""
    for made in consequences:
        if isinstance(made, StartMachine | SendEvent):
            return made.incident
    return None


def activate(
    rule: Rule,
    elements: tuple[Element, ...],
    *,
    firing_id: str,
    now: int,
    fact_types: Mapping[str, FactType],
) -> Activation | UnknownTest:
    """Form the activation of a match, or say which value cannot be decided.

    Args:
        rule: the rule that matched.
        elements: one for each of its patterns.
        firing_id: see `derived_id`.
        now: the journal's time of the step, ms.
        fact_types: the declared facts.
    """
    env = environment(rule, elements, now)
    try:
        consequences = tuple(_fill(spec, env, fact_types) for spec in rule.consequences)
    except _Undecided as undecided:
        return UnknownTest(rule.id, "then", undecided.text, elements[-1].id)
    return Activation(rule, elements, consequences, firing_id=firing_id, now=now)


class _Undecided(Exception):
    """A value a consequence needs is UNKNOWN."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _fill(
    spec: ConsequenceSpec, env: Environment, fact_types: Mapping[str, FactType]
) -> Consequence:
    match spec:
        case AssertSpec(fact, produced):
            declared = fact_types[fact]
            fields = {
                name: value
                for name, field in declared.fields.items()
                if name in produced
                and (value := _value(produced[name], env, optional=field.optional)) is not None
            }
            return AssertFact(fact, tuple([fields[name] for name in declared.key]), fields)
        case StartSpec(machine, incident, inputs):
            return StartMachine(machine, str(_needed(incident, env)), _filled(inputs, env))
        case SendSpec(event, incident, data):
            return SendEvent(event, str(_needed(incident, env)), _filled(data, env))
        case AdviseSpec(text):
            return Advise(str(_needed(text, env)))


def _filled(produced: Mapping[str, Produced], env: Environment) -> Row:
    return {name: _needed(one, env) for name, one in produced.items()}


def _needed(produced: Produced, env: Environment) -> Value:
    value = produced.value(_NO_ROW, env)
    if value is UNKNOWN:
        raise _Undecided(produced.text)
    return value


def _value(produced: Produced, env: Environment, *, optional: bool) -> Value | None:
    value = produced.value(_NO_ROW, env)
    if value is UNKNOWN and optional:
        return None
    if value is UNKNOWN:
        raise _Undecided(produced.text)
    return value


def _identity(made: Consequence) -> tuple[str, ...]:
    match made:
        case StartMachine(machine, incident):
            return ("start", machine, incident)
        case SendEvent(event, incident, data):
            return ("send", event, incident, repr(sorted(data.items())))
        case Advise(text):
            return ("advise", text)
        case AssertFact(fact, _, fields):
            return ("assert", fact, repr(sorted(fields.items())))
