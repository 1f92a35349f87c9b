"""One case of the peer, decided by our rules.

A case is rules, and steps in order.  Its events and facts become signals of one declared type, kept
for two hours as the peer does; a step that takes a fact back resolves its signal.  Rules of several
conditions become rules of several patterns, bound as the peer binds them: ``m_0``, ``m_1`` …
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from interlock.language.document import load_documents
from interlock.language.values import parse_duration
from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Evaluation, Firing, Outcome, SignalElement
from interlock.rules.rulebase import RuleBase
from tests.foreign.fields import Fields
from tests.foreign.syntax import NotOurs, Tree, parse
from tests.foreign.translate import Translation, constants

SIGNAL = "peer.event"
ALIAS = "by_"
START_MS = 1_900_000_000_000


class Fired(NamedTuple):
    """A firing as both tell it: the rule, and what its conditions are bound to."""

    rule: str
    bound: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, rule: str, bindings: Mapping[str, Any]) -> Fired:
        """Return it with what is bound as canonical text."""
        return cls(rule, tuple(sorted((k, as_text(v)) for k, v in bindings.items())))


def as_text(event: Any) -> str:
    """Return an event as text that is equal for equal events."""
    return json.dumps(event, sort_keys=True)


class Session:
    """The rules of a case, and what they make of its steps.

    Raises:
        NotOurs: a rule of the case has no counterpart.
    """

    def __init__(self, case: Mapping[str, Any]) -> None:
        variables = case.get("vars", {})
        rules = [rule for rule in case["rules"] if rule["enabled"]]
        parsed = [[parse(text) for text in rule["conditions"]] for rule in rules]
        events = [step["data"] for step in case["steps"] if isinstance(step.get("data"), Mapping)]
        self._fields = Fields(events, [*constants(parsed), *variables.values()])
        self._names: dict[str, str] = {}
        written = [
            one
            for rule, conditions in zip(rules, parsed, strict=True)
            for one in self._rules(rule, conditions, variables)
        ]
        self.rulebase = self._compiled(written)
        self._memory = WorkingMemory(self.rulebase, evaluations=True)
        self._events: dict[int, Any] = {}
        self._position = 0
        self.evaluations: list[Evaluation] = []

    def _rules(
        self, rule: Mapping[str, Any], conditions: Sequence[tuple[str | None, Tree]], variables: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield the rule, or for ``any`` one for each condition."""
        if "throttle" in rule or rule["when"] == "not_all":
            raise NotOurs("a throttle" if "throttle" in rule else "not_all")
        several = len(conditions) > 1
        names = [  # no alias of ours may be called like a field
            f"{ALIAS}{bound or (f'm_{number}' if several else 'm')}"
            for number, (bound, _) in enumerate(conditions)
        ]
        patterns = []
        for number, (_, tree) in enumerate(conditions):
            before = names[:number] if rule["when"] == "all" else []
            others = {alias.removeprefix(ALIAS): (alias, self._fields) for alias in before}
            where = [Translation(self._fields, others, variables).condition(tree)]
            where += [f"source == {alias}.source" for alias in before[:1]]
            if "timeout" in rule:
                length = f'duration("{_duration(rule["timeout"])}")'
                for alias in before:
                    where.append(f"at - {alias}.at < {length} && {alias}.at - at < {length}")
            patterns.append({"signal": SIGNAL, "as": names[number], "where": where})
        branches = [[one] for one in patterns] if rule["when"] == "any" else [patterns]
        for branch in branches:
            name = f"r{len(self._names):03}"
            self._names[name] = rule["name"]
            yield {
                "id": name,
                "title": name,
                "owner": "team-peer",
                "when": branch,
                "then": [{"advise": "it matches"}],
                "why": " ".join(f"${{{one['as']}.subject}}" for one in branch),
            }

    def _compiled(self, rules: Sequence[Mapping[str, Any]]) -> RuleBase:
        declared = {
            SIGNAL: {
                "keep": "all",
                "key": ["subject"],
                "correlate": ["source"],
                "ttl": "2h",
                "fields": self._fields.declarations(),
            }
        }
        texts = {
            "signals.yaml": {"interlock": "signals/v1", "signals": declared},
            "rules.yaml": {"interlock": "rules/v1", "rules": rules},
        }
        return load_rulebase(
            [
                document
                for name, content in texts.items()
                for document in load_documents(json.dumps(content, ensure_ascii=False), name)
            ]
        )

    def step(self, step: Mapping[str, Any]) -> list[Fired]:
        """Take a step; return what fired."""
        now = START_MS + step["at_ms"]
        outcomes = [self._memory.expire(now=now, position=self._next())]
        if step["op"] in {"event", "fact"}:
            outcomes += [self._observe(one, now) for one in parts(step)]
        elif step["op"] in {"retract", "retract_matching"}:
            outcomes += self._retract(step, now)
        for outcome in outcomes:
            self.evaluations += outcome.evaluations
        return [self._fired(firing) for outcome in outcomes for firing in outcome.firings]

    def _observe(self, event: Any, now: int) -> Outcome:
        position = self._next()
        self._events[position] = event
        row = self._fields.row(event)
        return self._memory.observe(
            _signal(position, "firing", now, row), position=position, now=now
        )

    def _retract(self, step: Mapping[str, Any], now: int) -> Iterator[Outcome]:
        wanted = step["data"]
        for place, event in sorted(self._events.items()):
            whole = step["op"] == "retract"
            if event == wanted if whole else _holds(event, wanted):
                del self._events[place]
                position = self._next()
                signal = _signal(place, "resolved", now, {})
                yield self._memory.observe(signal, position=position, now=now)
                if whole:
                    return

    def _next(self) -> int:
        self._position += 1
        return self._position

    def _fired(self, firing: Firing) -> Fired:
        bound = {
            one.alias.removeprefix(ALIAS): self._events[one.position] for one in firing.elements
        }
        return Fired.of(self._names[firing.rule], bound)

    def second_opinion(self) -> bool:
        """Return whether durable-rules, in its cage, gives every evaluation the same matches."""
        caged = {pack.id: CagedPack(pack) for pack in self.rulebase.packs}
        cages = {name: Cage(pack.plan) for name, pack in caged.items()}
        agreed = all(self._agrees(one, caged, cages) for one in self.evaluations)
        for cage in cages.values():
            cage.close()
        return agreed

    @staticmethod
    def _agrees(
        evaluation: Evaluation, caged: Mapping[str, CagedPack], cages: Mapping[str, Cage]
    ) -> bool:
        pack = caged[evaluation.pack]
        _, focus, rows = json.loads(pack.request(evaluation))
        answer = cages[pack.id].evaluate(rows, focus)
        return pack.matches(evaluation, answer) == evaluation.matches


def parts(step: Mapping[str, Any]) -> list[Any]:
    """Return what a step sends: the peer takes several ``events`` or ``facts`` in one object."""
    data, several = step.get("data"), f"{step['op']}s"
    if isinstance(data, Mapping) and list(data) == [several] and isinstance(data[several], list):
        return data[several]
    return [data]


def _signal(position: int, status: str, now: int, row: Mapping[str, Any]) -> SignalElement:
    return SignalElement(
        id=f"i{position}",
        source="peer",
        name=SIGNAL,
        subject=f"e{position}",
        severity="",
        status=status,
        at=now,
        fields=row,
    )


def _holds(event: Any, wanted: Mapping[str, Any]) -> bool:
    return isinstance(event, Mapping) and all(event.get(k) == v for k, v in wanted.items())


def _duration(text: str) -> str:
    number, unit = text.split()
    short = f"{number}{unit[0]}"
    parse_duration(short)
    return short
