"""R1, R2, R3 on the whole service: kill -9 under load, begin again, and nothing is lost or doubled.

A client sends batches one after another; the service is killed in the middle of it, more than once.
Afterwards every batch is sent again.  Negative controls, on the same store: the check catches an
acknowledged signal the journal does not have, and an effect that happened twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from interlock.engine.journal.reader import Reader
from interlock.engine.replay import verify
from interlock.errors import InterlockError
from tests.failure.living import Living, eventually, living, noise, talking, wanted
from tests.scale import count

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

BATCHES = 20
ITEMS = [f"item-{number}" for number in range(BATCHES)]


def batch(number: int) -> list[object]:
    """Return a batch: one item that is wanted among signals nobody asks for."""
    return [wanted(ITEMS[number]), *(noise(number * 20 + n) for n in range(20))]


async def send(service: Living, first: int, *, kill_after: int | None = None) -> set[str]:
    """Send batches in order; return the items acknowledged before the service was killed."""
    acked: set[str] = set()

    async def kill() -> None:
        while len(acked) < (kill_after or 0):  # noqa: ASYNC110  # a life's end is no event
            await asyncio.sleep(0.001)
        service.end()

    async with asyncio.TaskGroup() as group, talking(service) as client:
        if kill_after is not None:
            group.create_task(kill())
        for number in range(first, BATCHES):
            try:
                async with asyncio.timeout(5):
                    await client.signals.ingest(batch(number))
            except (InterlockError, TimeoutError):
                break
            acked.add(ITEMS[number])
    return acked


def kinds(service: Living) -> Counter[str]:
    """Return how many entries of each kind the journal holds."""
    with Reader(service.store) as reader:
        return Counter(row.kind for row in reader.read(0, 100_000))


def broken_promises(service: Living, acked: set[str]) -> list[str]:
    """Return what does not hold once everything has been sent and has ended."""
    found = []
    incidents, effects = service.incidents(), service.effects()
    if not acked <= incidents.keys():
        found.append("an acked signal was lost")
    if kinds(service)["signal"] != BATCHES * 21:
        found.append("a signal does not count exactly once")
    if len(set(effects)) != len(effects):
        found.append("an effect was doubled")
    if set(effects) != set(ITEMS) or set(incidents.values()) != {"resolved"}:
        found.append("an incident did not end as it should")
    if not verify(service.store).is_sound:
        found.append("the history does not verify")
    return found


def is_done(service: Living) -> bool:
    outcomes = service.incidents()
    return len(outcomes) == BATCHES and None not in outcomes.values()


def epoch(service: Living) -> int:
    """Return which opening of the store the last life was."""
    with contextlib.closing(sqlite3.connect(service.store)) as database:
        return int(database.execute("SELECT epoch FROM cursor").fetchone()[0])


@pytest.mark.parametrize("seed", range(count(sample=1, full=25)))
def test_kills_under_load_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    acked: set[str] = set()
    with living(tmp_path) as service:
        for kill_after in (1 + seed % 7, 5):
            acked |= asyncio.run(send(service, len(acked), kill_after=kill_after))
            service.start()
        before = asyncio.run(send(service, 0))
        eventually(lambda: is_done(service), "every incident has ended")
        assert service.end(signal.SIGTERM) == 0

        assert broken_promises(service, acked | before) == []
        assert len(acked) >= 2
        assert epoch(service) == 3

        (tmp_path / "effects" / f"{ITEMS[0]}.another-key").touch()
        assert broken_promises(service, {*acked, "never-sent"}) == [
            "an acked signal was lost",
            "an effect was doubled",
        ]


def test_incidents_go_on_where_they_were_after_a_kill(tmp_path: Path) -> None:
    """Killed while their actions run; no new incident, one effect, the same idempotency key."""
    with living(tmp_path) as service:
        service.slow(30)
        asyncio.run(send(service, BATCHES - 3))
        eventually(lambda: len(service.incidents()) == 3, "three incidents are open")
        service.end()
        service.slow(None)
        service.start()
        eventually(lambda: set(service.incidents().values()) == {"resolved"}, "they end resolved")
        service.end(signal.SIGTERM)

        assert sorted(service.effects()) == sorted(ITEMS[-3:])
        assert len(service.incidents()) == 3
