"""Signals become drafts of journal entries, once each.

A signal counts once per (source, id), however often it is sent.  The same id with another
body is refused and that is recorded; nothing is dropped in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from interlock import digest
from interlock.engine.model import Kind


class Arrival(NamedTuple):
    """A signal that passed a door.

    Attributes:
        signal: the ``signal`` object of the entry to be.
        encoded: its canonical bytes.
    """

    signal: Mapping[str, Any]
    encoded: bytes


class Proposal(NamedTuple):
    """An entry to be: everything but its position.

    Attributes:
        body: the decoded body, for the fold.
        encoded: its canonical bytes, for the journal.
        dedup: 16-byte key of (source, id) and 8-byte digest of the signal, for a signal.
    """

    body: Mapping[str, Any]
    encoded: bytes
    dedup: tuple[bytes, bytes] | None = None

    @property
    def kind(self) -> str:
        """The entry's kind."""
        return str(self.body["kind"])


class Sorted(NamedTuple):
    """What became of one arrival.

    Attributes:
        word: ``accepted``, ``duplicate`` or ``conflict``.
        proposal: index among the proposals made, for an entry of this batch.
        seq: position of the entry that already holds the id, else None.
    """

    word: str
    proposal: int | None
    seq: int | None


Known = Callable[[Sequence[bytes]], Mapping[bytes, tuple[int, bytes]]]
"""Returns position and signal digest of the dedup keys the journal holds."""


def propose(at: int, body: Mapping[str, Any]) -> Proposal:
    """Return the proposal of any entry but a signal, stamped with its time."""
    stamped = {**body, "at": at}
    return Proposal(stamped, digest.canonical(stamped))


def sort_arrivals(
    arrivals: Sequence[Arrival], at: int, known: Known
) -> tuple[list[Sorted], list[Proposal]]:
    """Tell new signals from repeated ones and return both, in order of arrival."""
    keys = [dedup_key(a.signal) for a in arrivals]
    held = known(keys)
    fresh: dict[bytes, tuple[int, bytes]] = {}
    results: list[Sorted] = []
    proposals: list[Proposal] = []
    for arrival, key in zip(arrivals, keys, strict=True):
        mark = hashlib.sha256(arrival.encoded).digest()[:8]
        if key in held:
            first, other = held[key]
            same = Sorted("duplicate", None, first)
            results.append(same if mark == other else _conflict(arrival, at, first, proposals))
        elif key in fresh:
            index, other = fresh[key]
            same = Sorted("duplicate", index, None)
            results.append(same if mark == other else _conflict(arrival, at, None, proposals))
        else:
            fresh[key] = (len(proposals), mark)
            results.append(Sorted("accepted", len(proposals), None))
            proposals.append(_signal(arrival, at, key, mark))
    return results, proposals


def dedup_key(signal: Mapping[str, Any]) -> bytes:
    """Return what a signal counts once by: 16 bytes of a digest of (source, id)."""
    return hashlib.sha256(f"{signal['source']}\0{signal['id']}".encode()).digest()[:16]


def _signal(arrival: Arrival, at: int, key: bytes, mark: bytes) -> Proposal:
    """Wrap the signal's bytes; ``at`` < ``kind`` < ``signal``, so the whole stays canonical."""
    body = {"at": at, "kind": "signal", "signal": arrival.signal}
    encoded = b'{"at":%d,"kind":"signal","signal":%b}' % (at, arrival.encoded)
    return Proposal(body, encoded, (key, mark))


def _conflict(arrival: Arrival, at: int, seq: int | None, proposals: list[Proposal]) -> Sorted:
    """Refuse another body under a known id, and propose the record of it."""
    signal = arrival.signal
    first = "of this batch" if seq is None else f"{seq}"
    proposals.append(
        propose(
            at,
            {
                "kind": str(Kind.CONFLICT),
                "source": signal["source"],
                "id": signal["id"],
                "first": first,
                "digest": digest.digest_bytes(arrival.encoded),
            },
        )
    )
    return Sorted("conflict", len(proposals) - 1, None)
