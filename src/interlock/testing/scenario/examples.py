"""The inline examples of rules, as scenarios: played like any other, and only about firing."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.bundle import Bundle
from interlock.language.values import parse_timestamp
from interlock.rules.declarations import SignalType
from interlock.rules.examples import Example, GivenSignal
from interlock.testing.scenario.givens import wire
from interlock.testing.scenario.model import Expectation, Scenario, SignalGiven
from interlock.testing.scenario.schema import START
from interlock.testing.scenario.subjects import RuleFired


def examples_of(bundle: Bundle) -> tuple[Scenario, ...]:
    """Return the examples of a bundle's rules as scenarios, in the order of the rules.

    An example ends with its last signal, and whatever machines do in it is allowed.
    """
    rulebase = bundle.rulebase
    allow = frozenset((*bundle.machinebase.machines, *bundle.machinebase.actions))
    return tuple(
        _scenario(one, rulebase.signal_types, allow)
        for examples in rulebase.examples.values()
        for one in examples
    )


def _scenario(one: Example, types: Mapping[str, SignalType], allow: frozenset[str]) -> Scenario:
    last = max((signal.at_ms for signal in one.given), default=0)
    subject = RuleFired(f"rule {one.rule} to fire", frozenset({one.rule}))
    return Scenario(
        name=f"{one.rule}: {one.name}",
        path=one.path,
        span=one.span,
        covers=(one.rule,),
        start=parse_timestamp(START),
        until=last,
        given=tuple(_given(signal, types[signal.name]) for signal in one.given),
        fakes=(),
        humans=(),
        expectations=(Expectation(one.span, subject, by=last, times=None if one.fires else 0),),
        quiet=None,
        allow=allow,
        is_example=True,
    )


def _given(one: GivenSignal, declared: SignalType) -> SignalGiven:
    values = {name: wire(declared.fields[name].type, value) for name, value in one.values.items()}
    told = {
        "name": one.name,
        "subject": one.subject,
        "severity": one.severity,
        "status": one.status,
        "source": one.source,
        "values": values,
    }
    return SignalGiven(one.at_ms, told)
