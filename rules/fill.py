"""What follows from a match: the consequences and the reason with their values filled in.

Pure: the same match at the same moment gives the same values, so they need not be kept.  A value
that cannot be decided is never passed on: an optional field of a fact is left out, anything
else keeps the rule from firing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interlock.language.expression.scope import MOMENT
from interlock.language.values import UNKNOWN, Unknown, Value
from interlock.rules.elements import Element
from interlock.rules.model import (
    Advise,
    AssertFact,
    Consequence,
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

_NO_ROW: Row = {}


def fill(
    rule: Rule, elements: Sequence[Element], now: int
) -> tuple[Consequence, ...] | UnknownTest:
    """Return the consequences of a match, or the value that cannot be decided.

    Args:
        rule: the rule that matched.
        elements: one for each of its patterns.
        now: when the match formed, ms.
    """
    env = _environment(rule, elements, now)
    try:
        return tuple([_filled(spec, env) for spec in rule.consequences])
    except _Undecided as undecided:
        return UnknownTest(rule.id, "then", undecided.text, elements[-1].id)


def reason(rule: Rule, elements: Sequence[Element], now: int) -> str:
    """Return why a rule fired, in words."""
    return str(rule.why.value(_NO_ROW, _environment(rule, elements, now)))


def effect(consequences: Sequence[Consequence]) -> tuple[tuple[str, ...], ...]:
    """Return what makes two firings of one rule the same: starts and sends, else everything.

    Inputs of a start do not count: the machine that runs keeps those it was started with.
    """
    acts = [_identity(one) for one in consequences if isinstance(one, StartMachine | SendEvent)]
    return tuple(sorted(acts or [_identity(one) for one in consequences]))


def _environment(rule: Rule, elements: Sequence[Element], now: int) -> Environment:
    env: dict[str, Row] = {p.alias: e.row for p, e in zip(rule.patterns, elements, strict=True)}
    env[MOMENT] = {"at": now}
    return env


class _Undecided(Exception):
    """A value a consequence needs is UNKNOWN."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _filled(spec: ConsequenceSpec, env: Environment) -> Consequence:
    match spec:
        case AssertSpec():
            fields = _fields(spec, env)
            return AssertFact(spec.fact, tuple([fields[name] for name in spec.key]), fields)
        case StartSpec(machine, incident, inputs):
            return StartMachine(machine, str(_known(incident, env)), _all_known(inputs, env))
        case SendSpec(event, incident, data):
            return SendEvent(event, str(_known(incident, env)), _all_known(data, env))
        case AdviseSpec(text):
            return Advise(str(_known(text, env)))


def _fields(spec: AssertSpec, env: Environment) -> Row:
    values: dict[str, Value | Unknown] = {
        name: one.value(_NO_ROW, env) if name in spec.optional else _known(one, env)
        for name, one in spec.set.items()
    }
    return {name: value for name, value in values.items() if value is not UNKNOWN}


def _all_known(produced: Mapping[str, Produced], env: Environment) -> Row:
    return {name: _known(one, env) for name, one in produced.items()}


def _known(produced: Produced, env: Environment) -> Value:
    value = produced.value(_NO_ROW, env)
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
