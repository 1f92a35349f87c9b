"""The signals and facts of a run, each with the time it was live: read from its journal.

Working memory keeps only what may still matter to a rule; coverage asks about what does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock import digest
from interlock.engine.fold.state import NEVER
from interlock.engine.journal.forms import Row as Entry
from interlock.engine.model import Kind
from interlock.errors import SignalRejected
from interlock.language.values import Value, admit
from interlock.rules.declarations import SignalType
from interlock.rules.model import Row, SignalElement
from interlock.rules.signals import readable
from interlock.testing.scenario.recording import Recording
from interlock.testing.scenario.subjects import plain


@dataclass(slots=True)
class Lived:
    """An element: its readable fields, since when it was live and until when, ms.

    Attributes:
        before: the element of the same key that it took the place of, if there was one.
    """

    type: str
    row: Row
    at: int
    until: int
    before: Lived | None = None


def lived(
    entries: Iterable[Entry], recording: Recording, signal_types: Mapping[str, SignalType]
) -> list[Lived]:
    """Return every element of a run, in the order they came."""
    found = [*_signals(entries, signal_types), *_facts(recording)]
    return sorted(found, key=lambda one: one.at)


def _facts(recording: Recording) -> Iterator[Lived]:
    for one in recording.facts.values():
        row = {**plain(one.fields), "at": one.at, "name": one.fact}
        # One that went as it came was there for the rules all the same.
        until = NEVER if one.until is None else max(one.until, one.at + 1)
        yield Lived(one.fact, row, one.at, until)


def _signals(entries: Iterable[Entry], signal_types: Mapping[str, SignalType]) -> list[Lived]:
    found: list[Lived] = []
    live: dict[tuple[object, ...], list[Lived]] = {}
    for entry in entries:
        if entry.kind != Kind.SIGNAL:
            continue
        body = digest.decode(entry.body)
        declared = signal_types.get(body["signal"]["name"])
        element = None if declared is None else _element(declared, body["signal"], body["at"])
        if declared is None or element is None:
            continue
        row = readable(element)
        key = (declared.name, *(row[name] for name in declared.key))
        before = None
        if declared.keep_latest or element.status == "resolved":
            before = _end(live.pop(key, ()), body["at"])
        if element.status != "resolved":
            one = Lived(declared.name, row, body["at"], body["at"] + declared.ttl_ms, before)
            live.setdefault(key, []).append(one)
            found.append(one)
    return found


def _end(ended: Sequence[Lived], at: int) -> Lived | None:
    """End some elements; return the one that was still there."""
    there = next((one for one in ended if one.until > at), None)
    for one in ended:
        one.until = min(one.until, at)
    return there


def _element(declared: SignalType, signal: Mapping[str, object], at: int) -> SignalElement | None:
    values, labels, observed = signal["values"], signal["labels"], signal["observed_at"]
    assert isinstance(values, Mapping)
    assert isinstance(labels, Mapping)
    try:
        fields: dict[str, Value] = admit(declared.fields, values, labels)
    except SignalRejected:
        return None
    return SignalElement(
        id=str(signal["id"]),
        source=str(signal["source"]),
        name=declared.name,
        subject=str(signal["subject"]),
        severity=str(signal["severity"]),
        status=str(signal["status"]),
        at=min(observed, at) if isinstance(observed, int) else at,
        fields=fields,
    )
