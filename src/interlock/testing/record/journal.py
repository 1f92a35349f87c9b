"""What of a journal belongs to one incident: from the signals behind it to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from interlock import digest
from interlock.engine import decisions
from interlock.engine.bundle import Bundle
from interlock.engine.journal.forms import Row
from interlock.engine.lineage import root_of
from interlock.engine.model import Body, Kind
from interlock.errors import NotFound, SignalRejected
from interlock.language.values import Value, admit
from interlock.testing.scenario.recording import Course, Recording

_CHUNK = 1_000


class Source(Protocol):
    """A journal that can be read."""

    def read(self, start: int, limit: int) -> Sequence[Row]:
        """Return up to ``limit`` entries from a position on."""

    def blob(self, digest: str) -> bytes:
        """Return a stored content."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal, decoded."""

    seq: int
    at: int
    body: Body


@dataclass(frozen=True, slots=True)
class Told:
    """What a journal tells of an incident.

    Attributes:
        bundle: what was active when it was opened.
        recording: everything that was decided.
        course: the incident; of a branch, the one that forked.
        branches: its branches, in the order they began.
        entries: what happened, by position: signals of its correlation, people's doings.
        answers: results, lost leases and observations for its actions, by position.
        probes: probe name by id of the question.
        asked: incident, state and time of each question to people, by its id.
    """

    bundle: Bundle
    recording: Recording
    course: Course
    branches: tuple[Course, ...]
    entries: tuple[Entry, ...]
    answers: tuple[Entry, ...]
    probes: Mapping[str, str]
    asked: Mapping[str, tuple[Course, str, int]]


def read_incident(source: Source, incident: str) -> Told:
    """Return what a journal tells of an incident and its branches; of a branch, of its parent.

    Raises:
        NotFound: the journal knows no such incident.
        JournalCorrupt, DefinitionError: the bundle it began with is not there or not sound.
    """
    entries = list(_entries(source))
    decided = list(decisions.merge(e.body for e in entries if e.body["kind"] == Kind.DECISION))
    recording = Recording()
    for decision in decided:
        recording.add(decision)
    course = recording.courses.get(root_of(incident))
    if course is None or incident not in recording.courses:
        raise NotFound(f"the journal knows no incident {incident}", incident=incident)
    opening = next(d for d in decided if _opens(d, course.id))
    bundle = Bundle.compile(digest.decode(source.blob(opening["bundle"])))
    ground = _ground(decided, opening, course.id)
    family = {one.id: one for one in recording.courses.values() if root_of(one.id) == course.id}
    intents = {deed.id for deed in recording.deeds.values() if deed.incident in family}
    return Told(
        bundle,
        recording,
        course,
        tuple(one for one in family.values() if one is not course),
        tuple(_happened(entries, bundle, course, ground)),
        tuple(e for e in entries if _intent_of(e.body) in intents),
        {p["id"]: p["probe"] for d in decided for p in d.get("probes", ())},
        {
            q["question"]: (asking, asking.moves[q["move"] - 1].dest, d["at"])
            for d in decided
            for q in d.get("asked", ())
            if (asking := family.get(q["incident"])) is not None
        },
    )


def _entries(source: Source) -> Iterator[Entry]:
    start = 0
    while rows := source.read(start, _CHUNK):
        for row in rows:
            body = digest.decode(row.body)
            yield Entry(row.seq, body["at"], body)
        start = rows[-1].seq + 1


def _opens(decision: Body, incident: str) -> bool:
    return any(one["incident"] == incident for one in decision.get("opened", ()))


def _intent_of(body: Body) -> str:
    """Return the intent an executor's or a probe's answer is for; empty for anything else."""
    match body["kind"]:
        case Kind.RESULT | Kind.LEASE_LOST:
            return str(body["intent"])
        case Kind.OBSERVATION:
            return str(body["probe"]).partition("/")[0]
        case _:
            return ""


def _ground(decided: Sequence[Body], opening: Body, incident: str) -> set[int]:
    """Return the positions of the signals that the incident's first firing rests on."""
    firings = {f["id"]: f for d in decided for f in d.get("firings", ())}
    facts = {f["id"]: f for d in decided for f in d.get("facts_asserted", ())}
    opened = next(one for one in opening["opened"] if one["incident"] == incident)
    found, pending, seen = set[int](), [opened["firing"]], set[str]()
    while pending:
        firing = pending.pop()
        if firing in seen or firing not in firings:
            continue
        seen.add(firing)
        for element in firings[firing]["elements"]:
            fact = facts.get(element["id"])
            found |= {element["position"]} if fact is None else set()
            pending += [] if fact is None else fact["supports"]
    return found


def _happened(
    entries: Sequence[Entry], bundle: Bundle, course: Course, ground: set[int]
) -> Iterator[Entry]:
    """Yield signals that belong together with those behind the incident, and people's doings."""
    keys = {_key(bundle, e.body) for e in entries if e.seq in ground}
    longest = max((one.ttl_ms for one in bundle.rulebase.signal_types.values()), default=0)
    first = min([e.at for e in entries if e.seq in ground] or [course.at])
    since = min(first, course.at - longest)
    until = course.closed_at if course.closed_at is not None else entries[-1].at
    for entry in entries:
        if entry.at > until:
            return
        kind = entry.body["kind"]
        if kind == Kind.SIGNAL:
            if entry.seq in ground or (entry.at >= since and _key(bundle, entry.body) in keys):
                yield entry
        elif kind in (Kind.FREEZE, Kind.THAW, Kind.FACT) or (
            kind == Kind.COMMAND and root_of(entry.body["incident"]) == course.id
        ):
            yield entry


def _key(bundle: Bundle, body: Body) -> tuple[Value, ...] | None:
    """Return the values that a signal belongs together by; None for one that rules do not read."""
    fields = fields_of(bundle, body)
    if fields is None:
        return None
    signal = body["signal"]
    row: dict[str, Any] = {**fields, "subject": signal["subject"], "source": signal["source"]}
    return tuple(row[name] for name in bundle.rulebase.signal_types[signal["name"]].correlate)


def fields_of(bundle: Bundle, body: Body) -> Mapping[str, Value] | None:
    """Return a signal's declared fields; None when it is not what is declared."""
    signal = body["signal"]
    declared = bundle.rulebase.signal_types.get(signal["name"])
    if declared is None:
        return None
    try:
        return admit(declared.fields, signal["values"], signal["labels"])
    except SignalRejected:
        return None
