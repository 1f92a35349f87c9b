"""The test document of an incident that a journal tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from interlock.engine.model import Kind
from interlock.language.values import (
    Field,
    Type,
    Value,
    admit,
    format_duration,
    format_timestamp,
)
from interlock.language.values import Kind as Sort
from interlock.testing.record.journal import Entry, Told, fields_of
from interlock.testing.record.redact import Redaction
from interlock.testing.scenario.recording import Deed

Written = dict[str, Any]


def scenario_of(told: Told, redaction: Redaction, *, name: str) -> Written:
    """Return a scenario as it is written in a document, and when it starts.

    Args:
        told: the incident.
        redaction: takes secrets out.
        name: of the scenario.

    Returns:
        The keys ``start`` and ``scenarios`` of a document.
    """
    writer = _Writer(told, redaction)
    fakes = {"executors": writer.executors(), "probes": writer.probes()}
    scenario: Written = {
        "name": name,
        "covers": sorted({told.course.machine, *(d.action for d in writer.deeds)}),
        "given": list(writer.given()),
        **{key: value for key, value in fakes.items() if value},
    }
    humans = list(writer.humans())
    if humans:
        scenario["humans"] = humans
    scenario["expect"] = list(writer.expect())
    return {"start": format_timestamp(writer.start), "scenarios": [scenario]}


class _Writer:
    """One incident being written."""

    def __init__(self, told: Told, redaction: Redaction) -> None:
        self._told = told
        self._redaction = redaction
        signals = [e.at for e in told.entries if e.body["kind"] == Kind.SIGNAL]
        self.start = min([*signals, told.course.at])
        self._branches = {one.id: one for one in told.branches}
        family = {told.course.id, *self._branches}
        self.deeds = [d for d in told.recording.deeds.values() if d.incident in family]

    def given(self) -> Iterator[Written]:
        """Yield what happened; what people had set before stands from the start."""
        for entry in self._told.entries:
            at = {"at": format_duration(max(0, entry.at - self.start))}
            body = entry.body
            match body["kind"]:
                case Kind.SIGNAL:
                    yield from self._signal(entry, at)
                case Kind.FREEZE | Kind.THAW:
                    who = {"by": body["actor"], "reason": self._shown("reason", body["reason"])}
                    yield {**at, body["kind"]: body["scope"], **who}
                case Kind.FACT:
                    yield from self._fact(entry, at)
                case Kind.COMMAND if body["command"] != "answer":
                    text = self._shown("text", body["text"])
                    about = {"incident": self._told.course.key, **self._branch(body["incident"])}
                    who = {"by": body["actor"], "text": text}
                    yield {**at, "command": body["command"], **about, **who}

    def _signal(self, entry: Entry, at: Written) -> Iterator[Written]:
        fields = fields_of(self._told.bundle, entry.body)
        if fields is None:
            return
        signal = entry.body["signal"]
        types = self._told.bundle.rulebase.signal_types[signal["name"]].fields
        usual = {"subject": "", "severity": "", "status": "firing"}
        told = {n: self._shown(n, signal[n]) for n, one in usual.items() if signal[n] != one}
        observed = signal["observed_at"]
        late = 0 if observed is None else max(0, entry.at - observed)
        seen = {"observed": format_duration(late)} if late else {}
        source = {"source": signal["source"]}
        data = self._values(types, fields)
        yield {**at, "signal": signal["name"], **source, **told, **seen, "data": data}

    def _fact(self, entry: Entry, at: Written) -> Iterator[Written]:
        body = entry.body
        declared = self._told.bundle.rulebase.fact_types.get(body["fact"])
        if declared is not None:
            known = {n: f for n, f in declared.fields.items() if n in body["values"]}
            data = self._values(known, admit(known, body["values"], body["labels"]))
            word = "fact" if body["stands"] else "retract"
            yield {**at, word: body["fact"], "by": body["actor"], "data": data}

    def executors(self) -> Written:
        """Return how each attempt was answered, by action, in the order they were sent.

        Branches act side by side, so an answer may come before that to an earlier attempt.
        """
        answered: dict[tuple[str, int], list[Entry]] = {}
        deeds = {deed.id: deed for deed in self.deeds}
        for entry in self._told.answers:
            if entry.body["kind"] in (Kind.RESULT, Kind.LEASE_LOST):
                deed = deeds[entry.body["intent"]]
                answered.setdefault((deed.id, _number(deed, entry)), []).append(entry)
        sent = ((at, n, deed) for deed in self.deeds for n, at in enumerate(deed.sent, 1))
        found: dict[str, list[Written]] = {}
        for _, number, deed in sorted(sent, key=lambda one: one[0]):
            entries = answered.get((deed.id, number), ())
            told = [self._answer(deed, entry) for entry in entries] or [{"hangs": True}]
            found.setdefault(deed.action, []).extend(told)
        actions = self._told.bundle.machinebase.actions
        return {n: some for n, some in found.items() if some and actions[n].kind == "act"}

    def _answer(self, deed: Deed, entry: Entry) -> Written:
        body = entry.body
        took = entry.at - deed.sent[_number(deed, entry) - 1]
        takes = {"takes": format_duration(max(0, took))}
        if body["kind"] == Kind.LEASE_LOST:
            return {**takes, "lost": self._shown("reason", body["reason"])}
        said = self._shown("message", body["message"])
        message = {"message": said} if said else {}
        match body["outcome"]:
            case "ok":
                outputs = self._told.bundle.machinebase.actions[deed.action].outputs
                return {**takes, "returns": self._values(outputs, body["outputs"])}
            case "timeout":
                return {**takes, "times_out": True, **message}
            case "refused":
                return {**takes, "refuses": said or body["code"] or "refused"}
            case _:
                return {**takes, "fails": body["code"] or "UNKNOWN", **message}

    def probes(self) -> Written:
        """Return what each look saw, by probe, in the order they were asked for.

        Looks that saw the same come to one.
        """
        found: dict[str, list[Any]] = {}
        looks = {e.body["probe"]: e.body for e in self._told.answers if "probe" in e.body}
        for name, probe in self._told.probes.items():
            if (body := looks.get(name)) is not None:
                fields = self._told.bundle.machinebase.probes[probe]
                seen = body["data"]
                sight = body["error"] if seen is None else self._values(fields, seen)
                found.setdefault(probe, []).append(sight)
        return {
            n: some[0] if some.count(some[0]) == len(some) else some for n, some in found.items()
        }

    def humans(self) -> Iterator[Written]:
        """Yield who answered what was asked."""
        for entry in self._told.entries:
            body = entry.body
            if body["kind"] == Kind.COMMAND and body["command"] == "answer":
                known = self._told.asked.get(body["question"])
                if known is not None:
                    course, state, asked_at = known
                    after = format_duration(max(0, entry.at - asked_at))
                    who = {"by": body["actor"], "role": list(body["roles"])}
                    text = self._shown("text", body["text"])
                    choice = {"choose": body["choice"], **({"text": text} if text else {})}
                    where = {"on": state, **self._branch(course.id)}
                    yield {**where, "after": after, **who, **choice}

    def expect(self) -> Iterator[Written]:
        """Yield what came of it."""
        course = self._told.course
        whose = {"machine": course.machine, "incident": self._shown("incident", course.key)}
        yield {"started": course.machine, "incident": whose["incident"], "times": 1}
        for deed in self.deeds:
            if deed.sent and deed.result:
                yield {"action": deed.action, "attempts": len(deed.sent), "result": deed.result}
        for one in (course, *self._branches.values()):
            mine = {**whose, **self._branch(one.id)}
            yield {"path": [move.dest for move in one.moves], **mine}
            if one.outcome is not None:
                yield {"outcome": one.outcome, **mine}

    def _branch(self, incident: str) -> Written:
        """Return the branch an incident is, as it is written; nothing for no branch."""
        course = self._branches.get(incident)
        return {} if course is None else {"branch": course.branch}

    def _values(self, fields: Mapping[str, Field], values: Mapping[str, Any]) -> Written:
        return {
            name: self._redaction.of(name, written(fields[name].type, value))
            for name, value in values.items()
            if name in fields
        }

    def _shown(self, name: str, text: str) -> str:
        return str(self._redaction.of(name, text))


def _number(deed: Deed, entry: Entry) -> int:
    """Return which of the attempts that were sent an entry is about."""
    return max(1, min(int(entry.body["attempt"]), len(deed.sent)))


def written(type_: Type, value: Value | list[Value]) -> object:
    """Return a runtime value as authors write it."""
    if isinstance(value, tuple | list):
        return [written(type_.item or type_, one) for one in value]
    if isinstance(value, str | bool):
        return value
    match type_.kind:
        case Sort.DOUBLE:
            return Decimal(value).scaleb(-type_.scale).normalize()
        case Sort.DURATION:
            return format_duration(value)
        case Sort.TIMESTAMP:
            return format_timestamp(value)
        case _:
            return value
