"""What a real node answers when it is asked about incidents."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.server.live.queries import LiveQueries
from interlock.server.views import Incident, IncidentFilter, Page
from tests.unit.engine.given_node import Hands, running, until, wanted


async def asked(folder: Path, item: str) -> tuple[Incident, Incident]:
    """Return an incident as the list and as the watch show it."""
    async with running(folder, Hands()) as node:
        history = History(reading_engine(folder / "interlock.db"))
        queries = LiveQueries(node, history)
        watch = queries.watch()
        change = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        await node.runtime.submit([wanted(item)])
        seen = (await asyncio.wait_for(change, 20)).incident
        await until(node, lambda s: not s.intents)
        (listed,) = (await queries.list_incidents(IncidentFilter(), Page(10))).items
        await watch.aclose()
        history.close()
        return listed, seen


@pytest.mark.parametrize(
    ("item", "title"), [("a", "a is wanted"), (2_000 * "a", "Write a line and see it written")]
)
def test_an_incident_tells_the_rule_that_began_it_and_why(
    tmp_path: Path, item: str, title: str
) -> None:
    listed, seen = asyncio.run(asked(tmp_path, item))

    assert (listed.rule, listed.title) == ("ledger/do-it", title)
    assert (seen.rule, seen.title) == (listed.rule, listed.title)
