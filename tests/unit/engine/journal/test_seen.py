"""The index answers alike, however its keys are spread over memory, blocks and table."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from interlock.engine.journal import seen
from interlock.engine.journal.connections import engine_of
from interlock.engine.journal.seen import SeenMessages, records_of
from interlock.engine.journal.tables import METADATA
from interlock.errors import InvariantBroken, JournalCorrupt


def key(n: int) -> bytes:
    return hashlib.sha256(b"%d" % n).digest()[:16]


def messages(start: int, stop: int) -> list[tuple[int, bytes, bytes]]:
    return [(n, key(n), b"digest%02d" % (n % 100)) for n in range(start, stop)]


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        METADATA.create_all(engine_of(memory))
        yield memory


@pytest.fixture
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_MOST_WAITING", 100)


def blocks(database: sqlite3.Connection) -> list[int]:
    rows = database.execute("SELECT first_seq FROM dedup_recent ORDER BY first_seq")
    return [first_seq for (first_seq,) in rows]


def sorted_in(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM dedup").fetchone()[0])


def fill(database: sqlite3.Connection, count: int, *, step: int = 10) -> SeenMessages:
    index = SeenMessages(database)
    for start in range(0, count, step):
        index.add(messages(start, start + step))
    return index


def test_a_message_is_found_with_its_seq_and_digest(database: sqlite3.Connection) -> None:
    index = fill(database, 10)

    assert index.find([key(3), key(99)]) == {key(3): (3, b"digest03")}


def test_nothing_is_known_of_an_empty_journal(database: sqlite3.Connection) -> None:
    assert SeenMessages(database).find([key(1)]) == {}


def test_few_messages_wait_in_their_block(database: sqlite3.Connection) -> None:
    fill(database, 20)

    assert (blocks(database), sorted_in(database)) == ([0, 10], 0)


@pytest.mark.usefixtures("_little_memory")
def test_of_many_messages_only_the_newest_wait(database: sqlite3.Connection) -> None:
    index = fill(database, 1_000)

    assert sorted_in(database) >= 900
    assert len(index.find([key(n) for n in range(1_000)])) == 1_000


@pytest.mark.usefixtures("_little_memory")
def test_a_block_goes_when_all_its_messages_are_sorted_in(database: sqlite3.Connection) -> None:
    fill(database, 1_000)

    assert blocks(database)
    assert blocks(database)[0] > 0
    assert len(blocks(database)) <= 40


@pytest.mark.usefixtures("_little_memory")
def test_after_a_restart_all_is_found_again(database: sqlite3.Connection) -> None:
    fill(database, 1_000)

    index = SeenMessages(database)

    expected = {key(n): (n, b"digest%02d" % (n % 100)) for n in range(1_000)}
    assert index.find([key(n) for n in range(2_000)]) == expected


@pytest.mark.usefixtures("_little_memory")
def test_a_restarted_index_sorts_again_what_its_blocks_hold(database: sqlite3.Connection) -> None:
    fill(database, 500)
    index = SeenMessages(database)
    for start in range(500, 1_500, 10):
        index.add(messages(start, start + 10))

    assert len(index.find([key(n) for n in range(1_500)])) == 1_500
    assert blocks(database)[0] >= 500


def test_a_message_that_waits_already_is_refused(database: sqlite3.Connection) -> None:
    index = fill(database, 10)

    with pytest.raises(InvariantBroken, match="already"):
        index.add([(10, key(3), b"digest03")])


def test_a_key_of_another_length_is_refused(database: sqlite3.Connection) -> None:
    with pytest.raises(InvariantBroken, match="16"):
        SeenMessages(database).add([(0, b"short", b"digest00")])


def test_an_append_without_messages_writes_no_block(database: sqlite3.Connection) -> None:
    SeenMessages(database).add([])

    assert blocks(database) == []


def test_more_keys_than_a_statement_takes_are_all_found(database: sqlite3.Connection) -> None:
    rows = [(key(n), n, b"12345678") for n in range(1_300)]
    database.executemany("INSERT INTO dedup VALUES (?, ?, ?)", rows)

    assert len(SeenMessages(database).find([key(n) for n in range(1_400)])) == 1_300


@pytest.mark.parametrize("block", [b"", b"x" * 31, b"x" * 33, b"x" * 32])
def test_a_block_of_broken_records_is_refused(block: bytes) -> None:
    with pytest.raises(JournalCorrupt, match="dedup block 7"):
        records_of(7, block)
