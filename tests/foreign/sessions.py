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
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import ElementRef, Evaluation, Firing, Outcome, SignalElement
from interlock.rules.rulebase import RuleBase
from tests.foreign.fields import Fields, Path
from tests.foreign.second import agrees
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


class Bound(NamedTuple):
    """What the peer calls a rule and what each of its conditions binds."""

    rule: str
    names: list[str]
    is_any: bool


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
        self._sent = events
        # What is throttled is used up there and then; a moment is the nearest we have.
        momentary = any("once_within" in rule.get("throttle", {}) for rule in rules)
        self._ttl = "1s" if momentary else "2h"
        self._fields = Fields(events, [*constants(parsed), *variables.values()])
        self._bound: dict[str, Bound] = {}
        written = [
            self._rule(rule, conditions, variables)
            for rule, conditions in zip(rules, parsed, strict=True)
        ]
        self.rulebase = self._compiled(written)
        self._memory = WorkingMemory(self.rulebase, evaluations=True)
        self._events: dict[int, Any] = {}
        self._position = 0
        self.evaluations: list[Evaluation] = []

    def _rule(
        self, rule: Mapping[str, Any], conditions: Sequence[tuple[str | None, Tree]], variables: Any
    ) -> dict[str, Any]:
        """Return a rule of ours that says what one of the peer's does."""
        several = len(conditions) > 1
        bound = [
            name or (f"m_{number}" if several else "m")
            for number, (name, _) in enumerate(conditions)
        ]
        is_any = rule["when"] in {"any", "not_all"}
        # No alias of ours may be called like a field, and all branches bind the same.
        aliases = [f"{ALIAS}{'it' if is_any else name}" for name in bound]
        patterns = []
        for number, (_, tree) in enumerate(conditions):
            before = {} if is_any else dict(zip(bound[:number], aliases, strict=False))
            others = {name: (alias, self._fields) for name, alias in before.items()}
            where = [Translation(self._fields, others, variables).condition(tree)]
            where += [] if is_any else _together(list(before.values()), rule.get("timeout"))
            patterns.append({"signal": SIGNAL, "as": aliases[number], "where": where})
        ways = [[one] for one in patterns]
        if rule["when"] == "not_all":
            ways = _unanswered(patterns, _duration(rule["timeout"]))
        name = f"r{len(self._bound):03}"
        self._bound[name] = Bound(rule["name"], bound, is_any)
        throttle = rule.get("throttle", {})
        groups = [self._group(path) for path in throttle.get("group_by_attributes", ())]
        patterns[0]["where"] += [f"has({name})" for name in groups]
        if "accumulate_within" in throttle:
            patterns.append(_counted(patterns[0], groups, throttle))
        return {
            **_held_back(aliases[0], groups, throttle),
            "id": name,
            "title": name,
            "owner": "team-peer",
            "when": [{"any": ways}] if is_any else patterns,
            "then": [{"advise": "it matches"}],
            "why": " ".join(f"${{{alias}.subject}}" for alias in dict.fromkeys(aliases)),
        }

    def _group(self, text: str) -> str:
        """Return the field of ours that holds what a throttle groups by."""
        _, (_, _, steps) = parse(text)
        for sort in ("text", "number", "truth"):
            name = self._fields.name(Path(steps), sort)
            if any(name in self._fields.row(event) for event in self._sent):
                return name
        raise NotOurs(f"nothing to group by at {text}")

    def _compiled(self, rules: Sequence[Mapping[str, Any]]) -> RuleBase:
        declared = {
            SIGNAL: {
                "keep": "all",
                "key": ["subject"],
                "correlate": ["source"],
                "ttl": self._ttl,
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
        outcomes = list(self._expired(now))
        if step["op"] in {"event", "fact"}:
            outcomes += [self._observe(one, now) for one in parts(step)]
        elif step["op"] in {"retract", "retract_matching"}:
            outcomes += self._retract(step, now)
        for outcome in outcomes:
            self.evaluations += outcome.evaluations
        return [self._fired(firing) for outcome in outcomes for firing in outcome.firings]

    def _expired(self, now: int) -> Iterator[Outcome]:
        """Let what is due come due, each at its time, as the engine does."""
        while (due := self._memory.next_expiry()) is not None and due <= now:
            yield self._memory.expire(now=due, position=self._next())

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
        rule, bound, is_any = self._bound[firing.rule]
        names = [bound[int(firing.branch) - 1]] if is_any else bound
        came = [position for one in firing.elements if (position := _came_at(one)) is not None]
        events = [self._events[position] for position in came]
        return Fired.of(rule, dict(zip(names, events, strict=True)))

    def second_opinion(self) -> bool:
        """Return whether durable-rules, in its cage, gives every evaluation the same matches."""
        return agrees(self.rulebase, self.evaluations)


def _came_at(element: ElementRef) -> int | None:
    """Return where the event came in that an element is or stands for; None of a number."""
    if element.basis is None:
        return element.position
    return element.basis.of[0][2] if element.basis.word == "within" else None


def _unanswered(patterns: Sequence[dict[str, Any]], within: str) -> list[list[dict[str, Any]]]:
    """Return the ways in which one of two events comes and the other does not.

    It came neither within the time after the first one nor within it before.
    """
    if len(patterns) != 2:
        raise NotOurs("not_all of three events or more, told in one firing")
    ways = []
    for one, other in (patterns, patterns[::-1]):
        same = [*other["where"], f"source == {one['as']}.source"]
        before = f'at <= {one["as"]}.at && {one["as"]}.at - at < duration("{within}")'
        late = {"signal": SIGNAL, "where": same, "within": within}
        early = {"signal": SIGNAL, "where": [*same, before]}
        ways.append([one, {"not": late}, {"not": early}])
    return ways


def parts(step: Mapping[str, Any]) -> list[Any]:
    """Return what a step sends: the peer takes several ``events`` or ``facts`` in one object."""
    data, several = step.get("data"), f"{step['op']}s"
    if isinstance(data, Mapping) and list(data) == [several] and isinstance(data[several], list):
        return data[several]
    return [data]


def _counted(
    pattern: Mapping[str, Any], groups: Sequence[str], throttle: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the pattern that asks how many events like this one there were."""
    same = [f"{name} == {pattern['as']}.{name}" for name in ("source", *groups)]
    where = [*pattern["where"], *same]
    over = _duration(throttle["accumulate_within"])
    return {
        "count": {"signal": SIGNAL, "where": where, "over": over},
        "as": "number",
        "where": f"number >= {throttle['threshold']}",
    }


def _held_back(alias: str, groups: Sequence[str], throttle: Mapping[str, Any]) -> dict[str, Any]:
    """Return what keeps a rule from firing again."""
    if "once_after" in throttle:
        raise NotOurs("once_after")
    if "once_within" not in throttle:
        return {}
    cooldown = _duration(throttle["once_within"])
    return {"once_per": [f"{alias}.{name}" for name in groups], "cooldown": cooldown}


def _together(aliases: Sequence[str], timeout: str | None) -> list[str]:
    """Return how a pattern goes with those before it: one source, within the timeout."""
    where = [f"source == {alias}.source" for alias in aliases[:1]]
    if timeout is not None:
        length = f'duration("{_duration(timeout)}")'
        where += [f"at - {alias}.at < {length} && {alias}.at - at < {length}" for alias in aliases]
    return where


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
