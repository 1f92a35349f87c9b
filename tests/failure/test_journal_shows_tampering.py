"""R8: whatever in the file is changed, by decay or by an insider, verification finds it.

``PRAGMA integrity_check`` is the negative control: it looks at the form of the file, not at what
it says, and must miss most of what verification finds.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock.digest import canonical, decode
from interlock.engine.journal import seen
from interlock.engine.journal.tree import CompactRange, leaf_hashes
from interlock.engine.journal.verify import verify
from interlock.engine.rows import Derived
from interlock.errors import JournalError
from tests.scale import count
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    drafts,
    message_key,
    new_store,
    other,
)

pytestmark = pytest.mark.timeout(600)

ENTRIES = 1_000
VISIBLE = [
    "SELECT * FROM entry ORDER BY position",
    "SELECT * FROM checkpoint ORDER BY size",
    "SELECT * FROM blob ORDER BY digest",
    "SELECT * FROM dedup ORDER BY key",
    "SELECT * FROM dedup_recent ORDER BY first_seq",
    "SELECT * FROM snapshot ORDER BY seq",
    "SELECT * FROM meta ORDER BY name",
    "SELECT partition, tree FROM cursor",
]
"""What the file says, as far as the entries alone can prove it wrong."""


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed store with something in every table, part of its dedup index sorted in."""
    monkeypatch.setattr(seen, "_MOST_WAITING", 200)
    (tmp_path / "sound").mkdir()
    with new_store(tmp_path / "sound") as store:
        for start in range(0, ENTRIES, 20):
            rows = Derived(snapshot=(start, b"state %d" % start * 20))
            new = [*drafts(start, start + 19), other(start)]
            store.append(new, rows, now_ms=NOON + start * 10, blobs=[b"blob %d" % start * 9])
    assert is_sound(store.path)
    return store.path


def is_sound(path: Path, external: str | None = None) -> bool:
    try:
        report = verify(path, verifier=SIGNER.verifier, external=external, dedup_of=message_key)
    except JournalError:
        return False
    return report.is_sound


def said(path: Path) -> object:
    """Return everything a reader can read; an error counts as something else being said."""
    try:
        with closing(sqlite3.connect(path)) as database:
            database.text_factory = bytes
            return [database.execute(sql).fetchall() for sql in VISIBLE]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)


def integrity_check_finds_it(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as database:
            return database.execute("PRAGMA integrity_check").fetchone() != ("ok",)
    except (sqlite3.Error, UnicodeDecodeError):
        return True


def flipped(content: bytes, wanted: int) -> Iterator[bytes]:
    """Give the content with one random bit changed, behind the header of the file."""
    choose = random.Random(5)
    for _ in range(wanted):
        at = choose.randrange(100, len(content))
        yield content[:at] + bytes([content[at] ^ 1 << choose.randrange(8)]) + content[at + 1 :]


def test_every_flipped_bit_that_changes_what_the_store_says_is_found(
    sound: Path, tmp_path: Path
) -> None:
    before = said(sound)
    copy = tmp_path / "flipped.db"
    missed, visible, by_form = [], 0, 0

    for number, content in enumerate(flipped(sound.read_bytes(), count(sample=150, full=3_000))):
        copy.write_bytes(content)
        if said(copy) == before:
            continue
        visible += 1
        by_form += integrity_check_finds_it(copy)
        if is_sound(copy):
            missed.append(number)

    assert missed == []
    assert visible >= count(sample=60, full=1_200)
    assert by_form < visible / 2


Attack = Callable[[sqlite3.Connection], None]


def edit(database: sqlite3.Connection) -> None:
    value = {"at": NOON, "kind": "signal", "signal": {"id": "forged", "source": "test"}}
    database.execute("UPDATE entry SET body = ? WHERE position = 77", (canonical(value),))


def insert(database: sqlite3.Connection) -> None:
    database.execute("UPDATE entry SET position = -position WHERE position >= 77")
    database.execute("UPDATE entry SET position = 1 - position WHERE position < 0")
    database.execute("INSERT INTO entry VALUES (77, 'timer', ?)", (other(1).body,))


def delete(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM entry WHERE position = 77")
    database.execute("UPDATE entry SET position = -position WHERE position > 77")
    database.execute("UPDATE entry SET position = -position - 1 WHERE position < 0")


def swap(database: sqlite3.Connection) -> None:
    rows = dict(database.execute("SELECT position, body FROM entry WHERE position IN (77, 78)"))
    for key, body in ((77, rows[78]), (78, rows[77])):
        database.execute("UPDATE entry SET body = ? WHERE position = ?", (body, key))


def cut_off(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM entry WHERE position >= 900")
    database.execute("DELETE FROM checkpoint WHERE size > 900")


def cut_off_all(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM entry")
    database.execute("DELETE FROM checkpoint")
    database.execute("DELETE FROM snapshot")


def refit(database: sqlite3.Connection) -> None:
    """Make tree, dedup index and cursor fit the entries, as an insider without the key can."""
    rows = [body for (body,) in database.execute("SELECT body FROM entry ORDER BY position")]
    tree = CompactRange()
    tree.extend(leaf_hashes(rows))
    database.execute("UPDATE cursor SET tree = ?, decided_through = -1", (tree.to_bytes(),))
    database.execute("DELETE FROM dedup_recent")
    database.execute("DELETE FROM dedup")
    database.execute("DELETE FROM snapshot WHERE seq >= ?", (len(rows),))
    for seq, body in enumerate(rows):
        message = message_key(decode(body))
        if message is not None:
            database.execute("INSERT INTO dedup VALUES (?, ?, ?)", (message[0], seq, message[1]))


ATTACKS = [edit, insert, delete, swap, cut_off, cut_off_all]


@pytest.fixture
def kept(sound: Path) -> str:
    """The checkpoint an auditor took away."""
    with closing(sqlite3.connect(sound)) as database:
        return str(database.execute("SELECT note FROM checkpoint ORDER BY size DESC").fetchone()[0])


def attacked(sound: Path, attack: Attack) -> Path:
    copy = sound.with_name("attacked.db")
    shutil.copyfile(sound, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("BEGIN")
        attack(database)
        refit(database)
        database.execute("COMMIT")
    return copy


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_insider_who_makes_everything_fit_is_found_by_the_kept_checkpoint(
    sound: Path, kept: str, attack: Attack
) -> None:
    assert not is_sound(attacked(sound, attack), kept)


@pytest.mark.parametrize("attack", [edit, insert, delete, swap], ids=lambda attack: attack.__name__)
def test_without_the_key_no_change_before_a_checkpoint_can_be_made_to_fit(
    sound: Path, attack: Attack
) -> None:
    assert not is_sound(attacked(sound, attack))


def test_a_refitted_store_that_nobody_changed_is_sound(sound: Path, kept: str) -> None:
    """The attacks are found for what they change, not for the refitting."""
    assert is_sound(attacked(sound, lambda _: None), kept)


def test_only_a_kept_checkpoint_shows_that_a_store_was_set_back(tmp_path: Path) -> None:
    """Negative control: the whole file as it was yesterday is sound in itself."""
    with new_store(tmp_path) as store:
        store.append(drafts(0, 50), now_ms=NOON)
    backup = tmp_path / "backup.db"
    shutil.copyfile(store.path, backup)
    with new_store(tmp_path) as store:
        store.append(drafts(50, 60), now_ms=NOON)
        kept = store.reader.checkpoint()

    assert is_sound(backup)
    assert not is_sound(backup, kept)
    assert is_sound(store.path, kept)
