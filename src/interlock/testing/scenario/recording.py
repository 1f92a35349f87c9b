"""What happened in a run, read from the decisions of its journal and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock import digest
from interlock.engine import decisions
from interlock.engine.journal.forms import Row
from interlock.engine.model import Body, Kind

Values = Mapping[str, Any]
"""Runtime values as the journal holds them: lists where there were tuples."""


@dataclass(slots=True)
class Fired:
    """A firing: since when it holds and until when; None while it does."""

    id: str
    rule: str
    why: str
    at: int
    until: int | None = None


@dataclass(slots=True)
class Stood:
    """A fact and the time it stood."""

    id: str
    fact: str
    fields: Values
    at: int
    until: int | None = None


@dataclass(slots=True)
class Move:
    """A transition of an incident: when, where to, on what and why."""

    at: int
    source: str
    trigger: str
    dest: str
    why: str


@dataclass(slots=True)
class Course:
    """What became of an incident.

    Attributes:
        id, key, machine: of the incident.
        context: what it began with.
        at: when it was opened, ms.
        moves: its transitions, in order.
        outcome: how it ended, or None.
        closed_at: when, ms.
        branch: of a branch of a parallel state, its name; else empty.
    """

    id: str
    key: str
    machine: str
    context: Values
    at: int
    branch: str = ""
    moves: list[Move] = field(default_factory=list)
    outcome: str | None = None
    closed_at: int | None = None


@dataclass(slots=True)
class Deed:
    """What became of one action that a machine wanted.

    Attributes:
        id: of the intent.
        action: its name.
        incident: id of the incident.
        state: the state that wanted it.
        inputs: typed values.
        wanted_at: when it was decided, ms.
        sent: when each attempt was let out, ms.
        result: how it ended, or None while it lives.
        ended_at: when, ms.
        detail: why, for people.
    """

    id: str
    action: str
    incident: str
    state: str
    inputs: Values
    wanted_at: int
    sent: list[int] = field(default_factory=list)
    result: str | None = None
    ended_at: int | None = None
    detail: str = ""


@dataclass(slots=True)
class Recording:
    """A run, in the order things were decided."""

    firings: dict[str, Fired] = field(default_factory=dict)
    facts: dict[str, Stood] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    deeds: dict[str, Deed] = field(default_factory=dict)
    inadmissible: list[tuple[int, str, str]] = field(default_factory=list)
    excepted: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Recording:
        """Return what the decisions among journal rows say."""
        bodies = (digest.decode(row.body) for row in rows if row.kind == Kind.DECISION)
        recording = cls()
        for decision in decisions.merge(bodies):
            recording.add(decision)
        return recording

    def add(self, decision: Body) -> None:
        """Take one decision in."""
        at = decision["at"]
        for topic, read in _READERS.items():
            for item in decision.get(topic, ()):
                read(self, at, item)


Item = Mapping[str, Any]


def _fired(recording: Recording, at: int, item: Item) -> None:
    one = Fired(item["id"], item["rule"], item["why"], at)
    recording.firings[one.id] = one


def _withdrawn(recording: Recording, at: int, item: Item) -> None:
    if item["firing"] in recording.firings:
        recording.firings[item["firing"]].until = at


def _asserted(recording: Recording, at: int, item: Item) -> None:
    recording.facts[item["id"]] = Stood(item["id"], item["fact"], item["fields"], at)


def _retracted(recording: Recording, at: int, item: Item) -> None:
    if item["id"] in recording.facts:
        recording.facts[item["id"]].until = at


def _opened(recording: Recording, at: int, item: Item) -> None:
    about = item["incident"], item["key"], item["machine"], item["context"]
    one = Course(*about, at, branch=item.get("branch", ""))
    recording.courses[one.id] = one


def _moved(recording: Recording, at: int, item: Item) -> None:
    move = Move(at, item["source"], item["trigger"], item["dest"], item["why"])
    recording.courses[item["incident"]].moves.append(move)


def _closed(recording: Recording, at: int, item: Item) -> None:
    course = recording.courses[item["incident"]]
    course.outcome, course.closed_at = item["outcome"], at


def _wanted(recording: Recording, at: int, item: Item) -> None:
    one = Deed(item["id"], item["action"], item["incident"], item["state"], item["inputs"], at)
    recording.deeds[one.id] = one


def _judged(recording: Recording, at: int, item: Item) -> None:
    if item["outcome"] == "pass":
        recording.deeds[item["intent"]].sent.append(at)


def _ended(recording: Recording, at: int, item: Item) -> None:
    deed = recording.deeds[item["intent"]]
    deed.result, deed.ended_at, deed.detail = item["result"], at, item["detail"]


def _inadmissible(recording: Recording, at: int, item: Item) -> None:
    recording.inadmissible.append((at, item["name"], item["reason"]))


def _suppressed(recording: Recording, at: int, item: Item) -> None:
    del at
    if item["kind"] == "except":
        recording.excepted.add((item["rule"], item["by"]))


# In this order: bytes sort topics by name, and nothing moves before it is opened.
_READERS = {
    "firings": _fired,
    "withdrawn": _withdrawn,
    "facts_asserted": _asserted,
    "facts_retracted": _retracted,
    "opened": _opened,
    "moves": _moved,
    "closed": _closed,
    "intents": _wanted,
    "verdicts": _judged,
    "ended": _ended,
    "inadmissible": _inadmissible,
    "suppressed": _suppressed,
}
