"""R7: when the journal cannot be written nothing is acknowledged and nothing acts; reads stay up.

The store lies on a file system too small for what comes.  Once there is room again the node
recovers by itself and goes on.  Negative control: with room, the same signals do act.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.history import History, IncidentQuery
from interlock.engine.intake import Arrival
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.engine.probes import MANIFEST, manifest
from interlock.errors import InterlockError
from tests import bundles
from tests.failure.ledger_node import executor

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system"),
]

RESUME_S = 10.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def node_on(disk: Path, tmp_path: Path) -> Node:
    """Return a node whose store lies on the disk and whose ledger does not."""
    commands = executor(tmp_path)
    probes = {f"command.{name}": fields for name, fields in commands.probes.items()}
    bundle = Bundle.compile({**bundles.ledger(), MANIFEST: manifest(probes)})
    return Node(
        lambda: Store.open(disk / "interlock.db", reserve_bytes=0),
        bundle,
        {"command": commands},
        engines="reference",
    )


def wanted(number: int, label: str = "") -> Arrival:
    """Return a signal that wants a line in the ledger."""
    signal = {
        "id": f"{number}",
        "source": "test",
        "name": "work.wanted",
        "subject": f"item-{number}",
        "severity": "",
        "status": "firing",
        "labels": {"ballast": label},
        "values": {"item": f"item-{number}"},
        "observed_at": None,
        "trace": "",
    }
    return Arrival(signal, digest.canonical(signal))


def written(tmp_path: Path) -> int:
    """Return how many effects there are."""
    ledger = tmp_path / "ledger.jsonl"
    return len(ledger.read_text().splitlines()) if ledger.exists() else 0


async def settled(node: Node) -> None:
    """Wait until no incident is open."""
    while await node.runtime.ask(lambda s: any(i.is_open for i in s.incidents.values())):  # noqa: ASYNC110  # the state has no event for "none left"
        await asyncio.sleep(0.02)


async def fill(node: Node) -> InterlockError:
    """Send heavy signals nobody acts on until one is refused; return the refusal."""
    for number in range(1_000, 3_000):
        arrival = wanted(number, "x" * 30_000)
        arrival.signal["name"] = "nobody.asks"
        heavy = Arrival(arrival.signal, digest.canonical(arrival.signal))
        try:
            await node.runtime.submit([heavy])
        except InterlockError as refusal:
            return refusal
    raise AssertionError("6 MiB held 60 MB")


def test_a_full_disk_stops_everything_but_questions_and_ends_by_itself(
    small_disk: Path, tmp_path: Path
) -> None:
    async def scenario() -> None:
        node = node_on(small_disk, tmp_path)
        await node.start()
        await node.runtime.submit([wanted(1)])
        await settled(node)
        before = written(tmp_path)

        await fill(node)
        with pytest.raises(InterlockError):
            await node.runtime.submit([wanted(2)])
        history = History(reading_engine(small_disk / "interlock.db"))
        rows = history.incidents(IncidentQuery(), 10)
        in_outage = written(tmp_path)

        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        async with asyncio.timeout(RESUME_S):
            while not node.runtime.ready:  # noqa: ASYNC110  # how long it takes is the promise
                await asyncio.sleep(0.05)
        await node.runtime.submit([wanted(2)])
        await settled(node)
        history.close()
        await node.stop()

        assert (before, in_outage, written(tmp_path)) == (1, 1, 2)
        assert [row["key"] for row in rows] == ["item-1"]

    asyncio.run(scenario())


def test_with_room_the_same_signals_act(small_disk: Path, tmp_path: Path) -> None:
    """Negative control: what stopped acting above does act where nothing is in its way."""

    async def scenario() -> None:
        node = node_on(small_disk, tmp_path)
        await node.start()
        await node.runtime.submit([wanted(1), wanted(2)])
        await settled(node)
        await node.stop()

    asyncio.run(scenario())

    assert written(tmp_path) == 2
