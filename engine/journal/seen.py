"""Which messages the journal holds already: an index of random keys that costs little.

A key is a digest, so putting each into a sorted table at once touches a page a key: measured at
600,000 keys in groups of 500, 35 µs an entry.  Instead an append writes its keys as one block,
in the order they came, and they wait in memory, in 256 buckets by their first byte.  When more
than ``_MOST_WAITING`` wait, bucket after bucket is sorted into the table: neighbours share pages,
and no append pays for more than its share.  A block is dropped once a whole round has passed over
it.  Blocks, table and entries are written in one transaction, so they never disagree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from interlock.engine.journal.forms import Found
from interlock.engine.journal.statements import Insert
from interlock.engine.journal.tables import Dedup, RecentDedup
from interlock.errors import InvariantBroken, JournalCorrupt

KEY_BYTES = 16
DIGEST_BYTES = 8
_RECORD_BYTES = KEY_BYTES + 8 + DIGEST_BYTES  # key, seq, digest
_BUCKETS = 256
_MOST_WAITING = 65_536
_MOST_ASKED = 512

_INSERT_BLOCK = Insert(RecentDedup.__table__)
# After a restart a block may be sorted in again; the same record, so nothing changes.
_INSERT_SORTED = Insert(Dedup.__table__, on_conflict="DO NOTHING")
_FIND = {
    count: "SELECT key, seq, digest FROM dedup WHERE key IN (" + ", ".join("?" * count) + ")"  # noqa: S608  # question marks
    for count in (1 << bit for bit in range(_MOST_ASKED.bit_length()))
}


class SeenMessages:
    """The index of one store; every method is for the thread that writes."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read the blocks that wait.

        Raises:
            JournalCorrupt: a block does not hold whole records.
        """
        self._database = database
        self._buckets: list[dict[bytes, bytes]] = [{} for _ in range(_BUCKETS)]
        self._waiting = 0
        self._next_bucket = 0
        self._round_began_with = -1
        """The block that was the newest when the first bucket's turn came."""
        for first_seq, block in database.execute(
            "SELECT first_seq, records FROM dedup_recent ORDER BY first_seq"
        ):
            self._wait([key + value for key, value in records_of(first_seq, block)])
            self._round_began_with = first_seq
        found = database.execute("SELECT 1 FROM dedup LIMIT 1").fetchone()
        self._has_sorted = found is not None

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Found]:
        """Return what the journal holds of these messages; the others are new."""
        found: dict[bytes, Found] = {}
        unknown = []
        for key in keys:
            value = self._buckets[key[0]].get(key)
            if value is None:
                unknown.append(key)
            else:
                found[key] = (int.from_bytes(value[:8]), value[8:])
        if self._has_sorted:
            found.update((key, (seq, digest)) for key, seq, digest in find(self._database, unknown))
        return found

    def add(self, messages: Sequence[tuple[int, bytes, bytes]]) -> None:
        """Write an append's messages, inside its transaction.

        Args:
            messages: seq, key and digest of each, in the order of seq.

        Raises:
            InvariantBroken: a message of the same key waits already, or a length is wrong.
        """
        if not messages:
            return
        records = [key + seq.to_bytes(8) + digest for seq, key, digest in messages]
        first_seq = messages[0][0]
        self._wait(records)
        _INSERT_BLOCK.run(self._database, [(first_seq, b"".join(records))])
        while self._waiting > _MOST_WAITING:
            self._sort_next_bucket(first_seq)

    def _wait(self, records: Sequence[bytes]) -> None:
        for record in records:
            key = record[:KEY_BYTES]
            bucket = self._buckets[key[0]]
            if key in bucket or len(record) != _RECORD_BYTES:
                raise InvariantBroken(
                    f"message {key.hex()} is in the journal already, or its record is not"
                    f" {KEY_BYTES} + 8 + {DIGEST_BYTES} bytes"
                )
            bucket[key] = record[KEY_BYTES:]
        self._waiting += len(records)

    def _sort_next_bucket(self, first_seq: int) -> None:
        bucket = self._buckets[self._next_bucket]
        rows = [
            (key, int.from_bytes(value[:8]), value[8:]) for key, value in sorted(bucket.items())
        ]
        _INSERT_SORTED.run(self._database, rows)
        self._waiting -= len(bucket)
        self._has_sorted = True
        bucket.clear()
        self._next_bucket = (self._next_bucket + 1) % _BUCKETS
        if self._next_bucket == 0:  # every key that waited a round ago is in the table
            self._database.execute(
                "DELETE FROM dedup_recent WHERE first_seq <= ?", (self._round_began_with,)
            )
            self._round_began_with = first_seq


def find(database: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, int, bytes]]:
    """Give the (key, seq, digest) of those keys that the sorted table holds."""
    for at in range(0, len(keys), _MOST_ASKED):
        asked = list(keys[at : at + _MOST_ASKED])
        size = 1 << (len(asked) - 1).bit_length()
        asked += asked[-1:] * (size - len(asked))  # a key asked for twice is found once
        yield from database.execute(_FIND[size], asked)


def records_of(first_seq: int, block: bytes) -> list[tuple[bytes, bytes]]:
    """Return the (key, seq and digest) of a block's records.

    Raises:
        JournalCorrupt: the block does not hold whole records, or does not begin with that seq.
    """
    if not block or len(block) % _RECORD_BYTES:
        raise JournalCorrupt(
            f"dedup block {first_seq} is {len(block)} bytes, not a multiple of {_RECORD_BYTES}"
        )
    records = [
        (block[at : at + KEY_BYTES], block[at + KEY_BYTES : at + _RECORD_BYTES])
        for at in range(0, len(block), _RECORD_BYTES)
    ]
    found = int.from_bytes(records[0][1][:8])
    if found != first_seq:
        raise JournalCorrupt(f"dedup block {first_seq} begins with seq {found}")
    return records
