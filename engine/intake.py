"""Signals become drafts of journal entries, once each.

A signal counts once per (source, id), however often it is sent.  The same id with another
body is refused and that is recorded; nothing is dropped in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from interlock import digest
from interlock.engine.model import Admitted, Kind


class Arrival(NamedTuple):
    """A signal that passed a door.

    Attributes:
        signal: the ``signal`` object of the entry to be.
        encoded: its canonical bytes.
        admitted: its fields, if the door has looked.
    """

    signal: Mapping[str, Any]
    encoded: bytes
    admitted: Admitted | None = None


class Proposal(NamedTuple):
    """An entry to be: everything but its position.

    Attributes:
        body: the decoded body, for the fold.
        encoded: its canonical bytes, for the journal.
        dedup: 16-byte key of (source, id) and 8-byte digest of the signal, for a signal.
        admitted: a signal's fields, if the door has looked.
    """

    body: Mapping[str, Any]
    encoded: bytes
    dedup: tuple[bytes, bytes] | None = None
    admitted: Admitted | None = None

    @property
    def kind(self) -> str:
        """The entry's kind."""
        return str(self.body["kind"])


class Sorted(NamedTuple):
    """What became of one arrival.

    Attributes:
        word: ``accepted``, ``duplicate`` or ``conflict``.
        proposal: index among the group's proposals of the entry that holds the id.
        seq: its position, where the journal held it before.
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


class Group:
    """The entries of one commit in the making.

    Args:
        at: time stamped on them, ms.
        known: looks messages up in the journal.
    """

    def __init__(self, at: int, known: Known) -> None:
        self.at = at
        self.proposals: list[Proposal] = []
        self._known = known
        self._fresh: dict[bytes, tuple[int, bytes]] = {}

    def add(self, body: Mapping[str, Any]) -> int:
        """Add an entry of any kind but a signal; return its index among the proposals."""
        self.proposals.append(propose(self.at, body))
        return len(self.proposals) - 1

    def add_signals(self, arrivals: Sequence[Arrival]) -> list[Sorted]:
        """Tell new signals from repeated ones and add what is to be journalled of them."""
        keys = [dedup_key(arrival.signal) for arrival in arrivals]
        held = self._known(keys)
        return [
            self._sort(arrival, key, held.get(key))
            for arrival, key in zip(arrivals, keys, strict=True)
        ]

    def _sort(self, arrival: Arrival, key: bytes, held: tuple[int, bytes] | None) -> Sorted:
        mark = hashlib.sha256(arrival.encoded).digest()[:8]
        if held is not None:
            if mark != held[1]:
                return self._conflict(arrival, Sorted("conflict", None, held[0]))
            return Sorted("duplicate", None, held[0])
        first = self._fresh.get(key)
        if first is not None:
            if mark != first[1]:
                return self._conflict(arrival, Sorted("conflict", first[0], None))
            return Sorted("duplicate", first[0], None)
        self._fresh[key] = (len(self.proposals), mark)
        self.proposals.append(_signal(arrival, self.at, key, mark))
        return Sorted("accepted", len(self.proposals) - 1, None)

    def _conflict(self, arrival: Arrival, fate: Sorted) -> Sorted:
        """Refuse another body under a known id, and say so in the journal."""
        self.add(
            {
                "kind": str(Kind.CONFLICT),
                "source": arrival.signal["source"],
                "id": arrival.signal["id"],
                "first": fate.seq,
                "digest": digest.digest_bytes(arrival.encoded),
            }
        )
        return fate


def dedup_key(signal: Mapping[str, Any]) -> bytes:
    """Return what a signal counts once by: 16 bytes of a digest of (source, id)."""
    return hashlib.sha256(f"{signal['source']}\0{signal['id']}".encode()).digest()[:16]


def _signal(arrival: Arrival, at: int, key: bytes, mark: bytes) -> Proposal:
    """Wrap the signal's bytes; ``at`` < ``kind`` < ``signal``, so the whole stays canonical."""
    body = {"at": at, "kind": "signal", "signal": arrival.signal}
    encoded = b'{"at":%d,"kind":"signal","signal":%b}' % (at, arrival.encoded)
    return Proposal(body, encoded, (key, mark), arrival.admitted)
