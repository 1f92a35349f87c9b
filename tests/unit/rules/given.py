"""What the tests of rules start from: a small vocabulary, and a world that counts positions."""

from __future__ import annotations

from textwrap import dedent

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Firing, Outcome, SignalElement
from interlock.rules.rulebase import RuleBase

SIGNALS = """\
interlock: signals/v1
signals:
  error:
    key: [service]
    correlate: [service]
    ttl: 5m
    fields: {service: string, value: int, limit: int, previous: {type: string, optional: true}}
  slow:
    key: [service]
    correlate: [service]
    ttl: 5m
    fields: {service: string, value: int}
  deploy:
    keep: all
    key: [service, revision]
    correlate: [service]
    ttl: 1h
    fields: {service: string, revision: string}
facts:
  suspect:
    key: [service]
    fields: {service: string, value: int, note: {type: string, optional: true}}
  blamed:
    key: [service]
    fields: {service: string}
  freeze:
    key: [service]
    ttl: 1h
    fields: {service: string}
  number:
    key: [n]
    fields: {n: int}
"""

START_MS = 1_000_000


def rulebase(rules: str, signals: str = SIGNALS) -> RuleBase:
    """Return a rule base; ``rules`` is the list under ``rules:``."""
    text = "interlock: rules/v1\nrules:\n" + dedent(rules)
    return load_rulebase(
        [*load_documents(signals, "signals.yaml"), *load_documents(text, "rules.yaml")]
    )


def findings(text: str, *, signals: str = SIGNALS) -> list[str]:
    """Return every diagnostic of a rules document, errors and warnings, as text."""
    documents = [*load_documents(signals, "s"), *load_documents(dedent(text), "r")]
    try:
        found = load_rulebase(documents).warnings
    except DefinitionError as refused:
        found = refused.diagnostics
    return [str(one) for one in found]


class World:
    """One partition: every call is the next position; time passes only by `wait`."""

    def __init__(self, rules: str | RuleBase, *, evaluations: bool = False, fuel: int = 1_000):
        self.rulebase = rules if isinstance(rules, RuleBase) else rulebase(rules)
        self.memory = WorkingMemory(self.rulebase, evaluations=evaluations, fuel=fuel)
        self.position = 0
        self.now = START_MS
        self.memory.begin(position=0, now=self.now)

    def signal(
        self, name: str, *, status: str = "firing", at: int | None = None, **fields
    ) -> Outcome:
        self.position += 1
        element = SignalElement(
            id=f"id-{self.position}",
            source=fields.pop("source", "prober"),
            name=name,
            subject=fields.get("service", ""),
            severity=fields.pop("severity", "high"),
            status=status,
            at=self.now if at is None else at,
            fields=fields,
        )
        return self.memory.observe(element, position=self.position, now=self.now)

    def error(self, service: str = "web", value: int = 9, limit: int = 1, **fields) -> Outcome:
        return self.signal("error", service=service, value=value, limit=limit, **fields)

    def resolve(self, name: str, **fields) -> Outcome:
        return self.signal(name, status="resolved", **fields)

    def say(self, fact: str, **fields) -> Outcome:
        self.position += 1
        return self.memory.assert_fact(fact, fields, position=self.position, now=self.now)

    def unsay(self, fact: str, *key) -> Outcome:
        self.position += 1
        return self.memory.retract_fact(fact, key, position=self.position, now=self.now)

    def wait(self, ms: int) -> Outcome:
        self.position += 1
        self.now += ms
        return self.memory.expire(now=self.now, position=self.position)

    def reload(self) -> None:
        self.memory = WorkingMemory.load(self.rulebase, self.memory.dump())

    @property
    def rules(self) -> list[str]:
        """The rules of the firings in force."""
        return [firing.rule for firing in self.memory.firings()]

    @property
    def facts(self) -> list[tuple]:
        """The facts that stand, as (name, fields)."""
        return [(fact.fact, dict(fact.fields)) for fact in self.memory.facts()]


def fired(outcome: Outcome) -> list[str]:
    """Return the rules of new firings, in order."""
    return [firing.rule for firing in outcome.firings]


def only(outcome: Outcome) -> Firing:
    """Return the one new firing."""
    assert len(outcome.firings) == 1
    return outcome.firings[0]
