"""Whether what follows from the entries says what the entries say: the second half of ``verify``.

Every message among the entries must be in the dedup index under its key, with its seq and
digest; as there are as many messages as keys, nothing else can be in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from interlock.digest import digest_bytes
from interlock.engine.journal.report import Fault
from interlock.engine.journal.seen import find, records_of
from interlock.engine.journal.tree import CompactRange
from interlock.engine.model import PARTITION

DedupOf = Callable[[Mapping[str, Any]], tuple[bytes, bytes] | None]
"""Returns the dedup key and digest of a message's body, None for other entries.

May trip over a body that is not one of its kind: that is a fault of the entry.
"""


class Bookkeeping:
    """Checks one store's bookkeeping while its entries go by."""

    def __init__(
        self,
        database: sqlite3.Connection,
        dedup_of: DedupOf | None,
        add: Callable[[Fault], None],
    ) -> None:
        self._database = database
        self._dedup_of = dedup_of
        self._add = add
        self._messages = 0
        self._recent = dict(_recent(database)) if dedup_of else {}

    def follow(self, entries: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Look the messages among these entries (seq, value) up in the dedup index."""
        if self._dedup_of is None:
            return
        expected = {}
        for seq, value in entries:
            message = self._message(seq, value)
            if message is not None:
                self._messages += 1
                expected[message[0]] = seq.to_bytes(8) + message[1]
        found = self._find(list(expected))
        for key, record in expected.items():
            if found.get(key) != record:
                seq = int.from_bytes(record[:8])
                self._add(Fault("dedup", seq, _show(record), _show(found.get(key))))

    def finish(self, tree: CompactRange) -> None:
        """Check the rest, once every entry has gone by."""
        self._check_cursor(tree)
        self._check_dedup_holds_no_more()
        for digest, content in self._database.execute("SELECT digest, content FROM blob"):
            if digest_bytes(_bytes(content)) != digest:
                found = digest_bytes(_bytes(content))
                self._add(Fault("blob", None, f"content of digest {digest}", found))
        for seq, state, digest in self._database.execute("SELECT * FROM snapshot"):
            if digest_bytes(_bytes(state)) != digest or not -1 <= seq < tree.size:
                expected = f"the state after one of {tree.size} entries, of digest {digest}"
                self._add(Fault("snapshot", seq, expected, digest_bytes(_bytes(state))))

    def _message(self, seq: int, value: Mapping[str, Any]) -> tuple[bytes, bytes] | None:
        try:
            return None if self._dedup_of is None else self._dedup_of(value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._add(Fault("entry", seq, "a body of its kind", f"{type(error).__name__} {error}"))
            return None

    def _check_cursor(self, tree: CompactRange) -> None:
        rows = self._database.execute(
            "SELECT partition, tree, decided_through, epoch FROM cursor"
        ).fetchall()
        expected = (PARTITION, tree.to_bytes())
        if [row[:2] for row in rows] != [expected]:
            found = ", ".join(f"partition {row[0]}, tree {_hex(row[1])}" for row in rows)
            text = f"partition {PARTITION}, tree {_hex(tree.to_bytes())}"
            self._add(Fault("cursor", None, text, found or "none"))
        elif not -1 <= rows[0][2] < tree.size or rows[0][3] < 1:
            text = f"a decided entry of {tree.size}, and an epoch"
            self._add(Fault("cursor", None, text, f"entry {rows[0][2]}, epoch {rows[0][3]}"))

    def _check_dedup_holds_no_more(self) -> None:
        if self._dedup_of is None:
            return
        (total,) = self._database.execute("SELECT count(*) FROM dedup").fetchone()
        total += len(self._recent)
        for key, seq, digest in find(self._database, list(self._recent)):
            total -= 1  # sorted in, and its block not dropped yet
            expected = self._recent.get(key)  # a damaged index gives keys nobody asked for
            if _record(seq, digest) != expected:
                found = _show(_record(seq, digest))
                self._add(Fault("dedup", None, _show(expected), found))
        if total != self._messages:
            self._add(Fault("dedup", None, f"{self._messages} messages", f"{total}"))

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found = {key: self._recent[key] for key in keys if key in self._recent}
        others = [key for key in keys if key not in self._recent]
        for key, seq, digest in find(self._database, others):
            found[key] = _record(seq, digest)
        return found


def _recent(database: sqlite3.Connection) -> Iterator[tuple[bytes, bytes]]:
    for first_seq, block in database.execute("SELECT first_seq, records FROM dedup_recent"):
        yield from records_of(first_seq, _bytes(block))


def _record(seq: object, digest: object) -> bytes:
    place = seq.to_bytes(8) if isinstance(seq, int) and seq >= 0 else _bytes(seq)
    return place + _bytes(digest)


def _bytes(value: object) -> bytes:
    """Return a blob; what a damaged file gives instead differs from every blob."""
    return value if isinstance(value, bytes) else repr(value).encode()


def _show(record: bytes | None) -> str:
    if record is None:
        return "no record"
    return f"seq {int.from_bytes(record[:8])}, digest {record[8:].hex()}"


def _hex(value: object) -> str:
    return _bytes(value).hex()
