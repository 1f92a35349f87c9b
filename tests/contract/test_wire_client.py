"""The client against a real server: what is sent, asked, repeated and raised."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from interlock.client import BlockingClient, Client
from interlock.errors import (
    NotFound,
    NotPermitted,
    NotReady,
    Overloaded,
)
from tests.contract.client_talk import ONCE, QUICK, batch, ids, talking
from tests.fakes.core import WATCH_BOUND, MemoryCore
from tests.fakes.serving import serving
from tests.unit.server.given import QUESTION, core_with, incident, transition

pytestmark = pytest.mark.anyio


async def test_a_batch_is_answered_with_its_position() -> None:
    core = MemoryCore()
    async with talking(core) as client:
        receipt = await client.signals.ingest(batch(0))

    assert (10, 9) == (receipt.accepted, receipt.position.seq)
    assert [str(n) for n in range(10)] == ids(core)


async def test_a_watch_that_breaks_says_why() -> None:
    core = core_with(1)
    async with talking(core) as client:
        changes = await client.incidents.watch()
        for _ in range(WATCH_BOUND + 5):
            core.change(incident(1))

        with pytest.raises(Overloaded, match="fell behind"):
            async for _ in changes:
                pass


async def test_moments_of_a_question_reach_the_service() -> None:
    core = MemoryCore()
    core.transitions = [transition(n, incident=f"inc-{n}") for n in range(1, 151)]
    core.incidents = {f"inc-{n}": incident(n) for n in range(1, 4)}
    at = datetime.fromtimestamp
    async with talking(core) as client:
        between = client.audit.transitions(since=at(2, UTC), until=at(149, UTC))
        moves = [one.incident_id async for one in between]
        since = [one.id async for one in client.incidents.list(since=at(2.002, UTC))]

    assert [f"inc-{n}" for n in range(2, 149)] == moves
    assert ["inc-3", "inc-2"] == since


async def test_an_overloaded_service_is_asked_again() -> None:
    core = MemoryCore(capacity=5)
    core.hold()
    async with talking(core, policy=QUICK) as client:
        first = asyncio.create_task(client.signals.ingest(batch(0)))
        while not core._pending:  # noqa: ASYNC110  # until it has arrived
            await asyncio.sleep(0.001)
        second = asyncio.create_task(client.signals.ingest(batch(10)))
        await asyncio.sleep(0.02)
        core.release()
        assert 10 == (await first).accepted
        assert 10 == (await second).accepted


async def test_without_repetition_overload_is_raised() -> None:
    core = MemoryCore(capacity=5)
    core.hold()
    async with talking(core) as client:
        first = asyncio.create_task(client.signals.ingest(batch(0)))
        while not core._pending:  # noqa: ASYNC110  # until it has arrived
            await asyncio.sleep(0.001)
        with pytest.raises(Overloaded):
            await client.signals.ingest(batch(10))
        core.release()
        await first


async def test_a_service_that_does_not_answer_is_not_ready() -> None:
    async with Client("127.0.0.1:1", policy=ONCE) as client:
        with pytest.raises(NotReady):
            await client.signals.ingest(batch(0))


async def test_a_call_ends_by_its_deadline() -> None:
    core = MemoryCore()
    core.hold()
    async with serving(core) as target, Client(target, timeout=0.05, policy=ONCE) as client:
        with pytest.raises(NotReady):
            await client.signals.ingest(batch(0))


async def test_incidents_are_listed_over_all_pages_and_filtered() -> None:
    async with talking(core_with(250)) as client:
        every = [one.id async for one in client.incidents.list()]
        still_open = [one.id async for one in client.incidents.list(open=True)]

    assert [f"inc-{n}" for n in range(250, 0, -1)] == every
    assert [f"inc-{n}" for n in range(249, 0, -2)] == still_open


async def test_a_watch_tells_what_changes_after_it_has_begun() -> None:
    core = core_with(2)
    async with talking(core) as client:
        changes = await client.incidents.watch(incident_id="inc-2")
        core.change(incident(1))
        core.change(incident(2), transition(9))
        change = await anext(changes)
        await changes.aclose()

    assert ("inc-2", 9) == (change.incident.id, change.transition.position.seq)


async def test_commands_and_questions_reach_the_service() -> None:
    core = core_with(2)
    core.change(incident(1, question=QUESTION))
    async with talking(core) as client:
        assert "inc-1" == (await client.incidents.get("inc-1")).id
        await client.incidents.acknowledge("inc-1", actor="ana")
        await client.incidents.annotate("inc-1", actor="ana", text="disk replaced")
        asked = (await client.incidents.get("inc-1")).question.id
        await client.incidents.answer(
            "inc-1", "approve", actor="ana", roles=["keeper"], reason="seen it", question_id=asked
        )
        await client.incidents.abort("inc-1", actor="ana", reason="by hand")
        await client.control.freeze("global", actor="ana", reason="release day")
        frozen = await client.control.gate_status()
        await client.control.thaw("global", actor="ana", reason="done")
        moves = [one.incident_id async for one in client.audit.transitions(incident_id="inc-2")]
        root = await client.audit.explain("inc-1")
        with pytest.raises(NotFound):
            await client.incidents.get("inc-9")
        with pytest.raises(NotPermitted):
            await client.incidents.abort("inc-2", actor="ana", reason="too late")

    words = ["acknowledge", "annotate", "answer", "abort", "freeze", "thaw"]
    assert words == [k for k, _ in core.journal]
    assert ["global"] == [order.scope for order in frozen.freezes]
    assert ["inc-2"] == moves
    assert "incident" == root.kind


@contextmanager
def served_elsewhere(core: MemoryCore) -> Iterator[str]:
    """Serve a core from another thread, as another process would; tell the first watcher."""
    ready, done = threading.Event(), threading.Event()
    address: list[str] = []

    async def serve() -> None:
        async with serving(core) as target:
            address.append(target)
            ready.set()
            while not core.watchers:  # noqa: ASYNC110  # until somebody watches
                await asyncio.sleep(0.001)
            core.change(incident(1))
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield address[0]
    finally:
        done.set()
        thread.join(10)


def test_plain_functions_have_the_same_client() -> None:
    core = core_with(150)
    with served_elsewhere(core) as target, BlockingClient(target, policy=ONCE) as client:
        receipt = client.run(lambda c: c.signals.ingest(batch(0)))
        listed = [one.id for one in client.each(lambda c: c.incidents.list())]
        with pytest.raises(NotFound):
            client.run(lambda c: c.incidents.get("inc-999"))
        watching = client.each(lambda c: c.incidents.watch())
        change = next(watching)
        watching.close()

    assert 10 == receipt.accepted
    assert 150 == len(listed)
    assert "inc-1" == change.incident.id
