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
    ExceptionSpec,
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


def acts(rule: Rule, elements: Sequence[Element], now: int) -> tuple[tuple[str, ...], ...]:
    """Return what a match starts and which events it sends to whom, whatever they carry."""
    consequences = fill(rule, elements, now)
    if isinstance(consequences, UnknownTest):
        return ()
    return tuple(sorted(_act(one) for one in consequences if isinstance(one, _ACTS)))


def repeat_key(
    rule: Rule, elements: Sequence[Element], consequences: Sequence[Consequence]
) -> tuple[str, tuple[Value, ...]] | UnknownTest | None:
    """Return what a firing would repeat: its rule and values; None where it may repeat itself.

    Without `once_per` these are what it starts and sends to, and the keys of what it asserts.
    """
    if rule.repeats is None:
        return None
    env = _environment(rule, elements, 0)
    try:
        values = tuple([_known(one, env) for one in rule.repeats.once_per])
    except _Undecided as undecided:
        return UnknownTest(rule.id, "once_per", undecided.text, elements[-1].id)
    return rule.id, values or tuple(sorted((_about(one) for one in consequences), key=repr))


def exception_of(
    rule: Rule, elements: Sequence[Element], now: int, unknowns: set[UnknownTest]
) -> ExceptionSpec | None:
    """Return the first exception of a rule that covers a match and has not expired.

    Args:
        rule: the rule.
        elements: what matched.
        now: the journal's time, ms.
        unknowns: where tests are noted that cannot be decided; they count as true.
    """
    env = _environment(rule, elements, now)
    for one in rule.exceptions:
        if now < one.expires_ms:
            verdicts = [(test, test.value(_NO_ROW, env)) for test in one.tests]
            if not any(verdict is False for _, verdict in verdicts):
                unknown = [test.text for test, verdict in verdicts if verdict is UNKNOWN]
                unknowns |= {UnknownTest(rule.id, one.id, t, elements[-1].id) for t in unknown}
                return one
    return None


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


_ACTS = (StartMachine, SendEvent)


def _act(made: Consequence) -> tuple[str, ...]:
    return _identity(made)[:3]


def _about(made: Consequence) -> tuple[Value, ...]:
    match made:
        case AssertFact(fact, key, _):
            return ("assert", fact, *key)
        case Advise():
            return ("advise",)
        case _:
            return _act(made)


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
