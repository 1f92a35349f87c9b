"""A store somebody has been at: what a start would build on is looked at, and the damage named.

Negative control: the same store without the damage starts and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.intake import Arrival
from interlock.engine.replay import verify
from interlock.errors import JournalCorrupt
from tests.unit.engine.given_node import (
    Hands,
    is_quiet,
    ledger_bundle,
    node_in,
    running,
    until,
    wanted,
)

SIGNAL = "(SELECT min(position) FROM entry WHERE kind = 'signal')"
UNASKED = "(SELECT max(position) FROM entry WHERE kind = 'signal')"
DECISION = "(SELECT max(position) FROM entry WHERE kind = 'decision' AND position > 4)"
FIRST_DECISION = "(SELECT min(position) FROM entry WHERE kind = 'decision')"
MOVED = "CAST(replace(CAST(body AS TEXT), '\"of\":4', '\"of\":5') AS BLOB)"
REPLACED = "CAST(replace(CAST(body AS TEXT), 'item-a', 'item-b') AS BLOB)"

DAMAGE = {
    "a signal is gone": (f"DELETE FROM entry WHERE position = {SIGNAL}", "entry 4 is missing"),
    "one nobody asked for is gone": (
        f"DELETE FROM entry WHERE position = {UNASKED}",
        "entry 5 is missing",
    ),
    "the end is gone": (
        "DELETE FROM entry WHERE position = (SELECT max(position) FROM entry)",
        "the journal ends after",
    ),
    "a signal says something else": (
        f"UPDATE entry SET body = {REPLACED} WHERE position = {SIGNAL}",
        "is not what folding entry 4 gives",
    ),
    "a signal says nothing": (
        f"UPDATE entry SET body = x'7b7d' WHERE position = {SIGNAL}",
        "entry 4 makes no sense",
    ),
    "a signal is no text": (
        f"UPDATE entry SET body = x'ff' WHERE position = {SIGNAL}",
        "entry 4 makes no sense",
    ),
    "a signal is called a decision": (
        f"UPDATE entry SET kind = 'decision' WHERE position = {SIGNAL}",
        "entry 4 makes no sense",
    ),
    "a decision is called a timer": (
        f"UPDATE entry SET kind = 'timer' WHERE position = {FIRST_DECISION}",
        "makes no sense",
    ),
    "a decision says something else": (
        f"UPDATE entry SET body = {REPLACED} WHERE position > 5 AND kind = 'decision'",
        "is not what folding entry 4 gives",
    ),
    "a decision is about another entry": (
        f"UPDATE entry SET body = {MOVED} WHERE kind = 'decision'",
        "is not what folding entry 5 gives",
    ),
    "less was decided than is": ("UPDATE cursor SET decided_through = 3", "folding entry 4 gives"),
    "the epoch went back": ("UPDATE cursor SET epoch = 0", "this is opening 1 of the store"),
    "the rules are gone": ("DELETE FROM blob", "the files of bundle"),
}


@pytest.fixture(scope="module")
def healed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which something was healed, without a snapshot, as after a kill."""
    folder = tmp_path_factory.mktemp("healed")

    async def scenario() -> None:
        async with running(folder, Hands()) as node:
            await node.runtime.submit([wanted("item-a"), unasked()])
            await until(node, is_quiet)

    asyncio.run(scenario())
    change(folder, "DELETE FROM snapshot")
    return folder


def unasked() -> Arrival:
    """Return a signal nobody asks for."""
    signal = {**wanted("item-z").signal, "name": "nobody.asks"}
    return Arrival(signal, digest.canonical(signal))


def change(folder: Path, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "interlock.db")) as database, database:
        assert database.execute(sql).rowcount > 0


def start(folder: Path, bundle: Bundle | None = None) -> None:
    """Start a node and stop it again; with a bundle of its own it needs that of the store, too."""

    async def scenario() -> None:
        node = node_in(folder, Hands(), bundle=bundle)
        try:
            await node.start()
        finally:
            await node.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_and_not_built_on(tmp_path: Path, healed: Path, damage: str) -> None:
    sql, named = DAMAGE[damage]
    shutil.copytree(healed, tmp_path, dirs_exist_ok=True)
    change(tmp_path, sql)

    assert not verify(tmp_path / "interlock.db").is_sound
    with pytest.raises(JournalCorrupt, match=named):
        start(tmp_path, ledger_bundle(where='item != "nobody"'))


def test_without_damage_it_starts(tmp_path: Path, healed: Path) -> None:
    shutil.copytree(healed, tmp_path, dirs_exist_ok=True)

    start(tmp_path)

    assert verify(tmp_path / "interlock.db").is_sound


@pytest.mark.parametrize("table", ["incident", "transition", "action"])
def test_what_only_follows_from_the_journal_stops_nobody_and_is_found(
    tmp_path: Path, healed: Path, table: str
) -> None:
    shutil.copytree(healed, tmp_path, dirs_exist_ok=True)
    change(tmp_path, f'DELETE FROM "{table}"')

    start(tmp_path)

    report = verify(tmp_path / "interlock.db")
    assert {fault.where.split()[0] for fault in report.faults} == {table}
