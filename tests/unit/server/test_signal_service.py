"""The stream: order, window, room, and errors in their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from interlock.errors import JournalError, NotReady, Overloaded, RequestRejected
from interlock.server.signal_service import WINDOW, SignalService
from interlock.v1.signal_service_pb2 import (
    IngestRequest,
    SignalCode,
    StreamRequest,
    StreamResponse,
)
from tests.fakes.core import MemoryCore
from tests.fakes.signals import signal, signals

pytestmark = pytest.mark.anyio


class Conversation:
    """One stream: what is sent when, and what was answered."""

    def __init__(self, service: SignalService) -> None:
        self.answers: list[StreamResponse] = []
        self.read = 0
        self._requests: asyncio.Queue[StreamRequest | Exception | None] = asyncio.Queue()
        self._answered = asyncio.Condition()
        self._running = asyncio.create_task(service.stream(self._arriving(), self._send))

    async def _arriving(self) -> AsyncIterator[StreamRequest]:
        while (request := await self._requests.get()) is not None:
            if isinstance(request, Exception):
                raise request
            self.read += 1
            yield request

    async def _send(self, response: StreamResponse) -> None:
        self.answers.append(response)

    def say(self, *requests: StreamRequest | Exception) -> None:
        for request in requests:
            self._requests.put_nowait(request)

    async def end(self) -> list[StreamResponse]:
        self._requests.put_nowait(None)
        async with asyncio.timeout(5):
            await self._running
        return self.answers


async def settle() -> None:
    """Let every task run until all wait."""
    for _ in range(50):
        await asyncio.sleep(0)


def batches(count: int, size: int = 1) -> list[StreamRequest]:
    return [
        StreamRequest(batch_id=str(n), signals=[signal(n * size + k) for k in range(size)])
        for n in range(count)
    ]


async def test_a_batch_is_answered_only_after_it_is_on_disk(core: MemoryCore) -> None:
    core.hold()
    talk = Conversation(SignalService(core))
    talk.say(*batches(1))
    await settle()
    assert [] == talk.answers

    core.release()

    (answer,) = await talk.end()
    assert "0" == answer.batch_id
    assert 1 == answer.receipt.accepted
    assert 0 == answer.receipt.position.seq


async def test_batches_are_journalled_and_answered_in_the_order_sent(core: MemoryCore) -> None:
    talk = Conversation(SignalService(core))
    talk.say(*batches(40, size=3))

    answers = await talk.end()

    assert [str(n) for n in range(40)] == [answer.batch_id for answer in answers]
    assert [3 * n + 2 for n in range(40)] == [a.receipt.position.seq for a in answers]
    assert [f"probe-{n}" for n in range(120)] == [s.signal["id"] for s in core.signals]


async def test_no_more_than_a_window_of_batches_is_in_flight(core: MemoryCore) -> None:
    core.hold()
    talk = Conversation(SignalService(core))
    talk.say(*batches(100))
    await settle()

    assert WINDOW == talk.read

    core.release()
    assert 100 == len(await talk.end())


async def test_a_refused_signal_is_reported_and_the_rest_is_accepted(core: MemoryCore) -> None:
    talk = Conversation(SignalService(core))
    talk.say(StreamRequest(batch_id="b", signals=[signal(0), signal(1, id=""), signal(2)]))

    (answer,) = await talk.end()

    assert (2, 0, 1) == (
        answer.receipt.accepted,
        answer.receipt.duplicate,
        answer.receipt.rejected,
    )
    (result,) = answer.receipt.results
    assert (1, SignalCode.SIGNAL_CODE_REJECTED, "id") == (result.index, result.code, result.field)


async def test_a_repeated_signal_is_a_duplicate_and_another_body_a_conflict(
    core: MemoryCore,
) -> None:
    service = SignalService(core)
    await service.ingest(IngestRequest(signals=[signal(1)]))

    again = await service.ingest(IngestRequest(signals=[signal(1), signal(1, subject="other")]))

    assert [SignalCode.SIGNAL_CODE_DUPLICATE, SignalCode.SIGNAL_CODE_CONFLICT] == [
        result.code for result in again.receipt.results
    ]
    assert (0, 1, 1) == (
        again.receipt.accepted,
        again.receipt.duplicate,
        again.receipt.rejected,
    )
    assert ["signal", "conflict"] == [kind for kind, _ in core.journal]


async def test_a_full_core_holds_a_stream_back_and_keeps_its_order() -> None:
    core = MemoryCore(capacity=5)
    core.hold()
    talk = Conversation(SignalService(core))
    talk.say(*batches(20, size=2))
    await settle()
    assert 3 == talk.read

    core.release()

    assert 20 == len(await talk.end())
    assert [f"probe-{n}" for n in range(40)] == [s.signal["id"] for s in core.signals]


async def test_a_stream_that_waits_too_long_for_room_is_refused_after_its_answers() -> None:
    core = MemoryCore(capacity=2)
    core.hold()
    talk = Conversation(SignalService(core, patience_seconds=0.01))
    talk.say(*batches(2, size=2))

    async with asyncio.timeout(5):
        while len(core._moved) == 0 or not core._moved[0].done():  # noqa: ASYNC110  # until it gave up
            await asyncio.sleep(0.001)
    core.release()

    with pytest.raises(Overloaded, match="come again later"):
        await talk.end()
    assert ["0"] == [answer.batch_id for answer in talk.answers]


async def test_a_full_core_refuses_a_unary_batch_at_once() -> None:
    core = MemoryCore(capacity=1)
    core.hold()
    service = SignalService(core)
    waiting = asyncio.create_task(service.ingest(IngestRequest(signals=[signal(0)])))
    await settle()

    with pytest.raises(Overloaded):
        await service.ingest(IngestRequest(signals=[signal(1)]))

    core.release()
    assert 1 == (await waiting).receipt.accepted


async def test_an_error_ends_the_stream_after_the_answers_before_it(core: MemoryCore) -> None:
    core.hold()
    talk = Conversation(SignalService(core))
    talk.say(*batches(3), RequestRejected("request: not one"))
    await settle()
    core.release()

    with pytest.raises(RequestRejected, match="not one"):
        await talk.end()
    assert ["0", "1", "2"] == [answer.batch_id for answer in talk.answers]


async def test_a_journal_that_cannot_be_written_ends_the_stream_unanswered(
    core: MemoryCore,
) -> None:
    core.fails = JournalError("no space left on device")
    talk = Conversation(SignalService(core))
    talk.say(*batches(5))

    with pytest.raises(JournalError):
        await talk.end()
    assert [] == talk.answers
    assert [] == core.journal


async def test_a_core_that_is_not_ready_takes_nothing(core: MemoryCore) -> None:
    core.is_ready = False

    with pytest.raises(NotReady):
        await SignalService(core).ingest(IngestRequest(signals=[signal()]))
    assert [] == core.journal


@pytest.mark.parametrize("sent", [[], signals(1001)])
async def test_a_batch_holds_one_to_a_thousand_signals(
    core: MemoryCore, sent: Sequence[object]
) -> None:
    with pytest.raises(RequestRejected, match="expected 1 to 1000") as refused:
        await SignalService(core).ingest(IngestRequest(signals=sent))  # type: ignore[arg-type]

    assert "signals" == refused.value.details["field"]


async def test_a_batch_of_a_thousand_is_taken(core: MemoryCore) -> None:
    response = await SignalService(core).ingest(IngestRequest(signals=signals(1000)))

    assert 1000 == response.receipt.accepted
    assert 999 == response.receipt.position.seq
    assert [] == list(response.receipt.results)


async def test_a_batch_of_refused_signals_needs_no_disk(core: MemoryCore) -> None:
    core.hold()

    response = await SignalService(core).ingest(IngestRequest(signals=[signal(0, id="")]))

    assert 1 == response.receipt.rejected


async def test_a_batch_id_is_short(core: MemoryCore) -> None:
    talk = Conversation(SignalService(core))
    talk.say(StreamRequest(batch_id="x" * 257, signals=[signal()]))

    with pytest.raises(RequestRejected, match="batch_id"):
        await talk.end()


async def test_a_sender_that_goes_away_takes_nothing_back(core: MemoryCore) -> None:
    core.hold()
    talk = Conversation(SignalService(core))
    talk.say(*batches(3))
    await settle()

    talk._running.cancel()
    await asyncio.gather(talk._running, return_exceptions=True)
    core.release()

    assert 3 == len(core.signals)
