"""A bounded queue: signals up to a mark, what is no signal beyond it, questions always."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from interlock.engine.intake import Arrival
from interlock.engine.mailbox import Mailbox, Question, Record, Signals
from interlock.errors import Overloaded

ARRIVAL = Arrival({}, b"{}")


@pytest.fixture
def future() -> Iterator[asyncio.Future[object]]:
    loop = asyncio.new_event_loop()
    yield loop.create_future()
    loop.close()


def test_signals_leave_room_for_what_is_none(future: asyncio.Future[object]) -> None:
    mail = Mailbox(3, reserve=2)
    mail.put(Signals([ARRIVAL] * 3, future))  # type: ignore[arg-type]
    with pytest.raises(Overloaded, match="3 entries wait"):
        mail.put(Signals([ARRIVAL], future))  # type: ignore[arg-type]
    for _ in range(2):
        mail.put(Record({}, future))  # type: ignore[arg-type]
    with pytest.raises(Overloaded, match="5 entries wait"):
        mail.put(Record({}, future))  # type: ignore[arg-type]
    mail.put(Question(len, future))

    assert (mail.waiting, mail.is_empty, mail.has_room()) == (5, False, False)


def test_what_was_collected_makes_room_in_the_order_it_came(
    future: asyncio.Future[object],
) -> None:
    mail = Mailbox(4)
    first, second = Signals([ARRIVAL] * 3, future), Record({}, future)  # type: ignore[arg-type]
    mail.put(first)
    mail.put(second)

    assert mail.collect(2, 0) == [first]
    assert (mail.waiting, mail.has_room(3), mail.has_room(4)) == (1, True, False)
    assert mail.collect(2, 0) == [second]
    assert mail.collect(2, 0) == []
    assert mail.is_empty


def test_a_batch_larger_than_everything_is_refused_whole(future: asyncio.Future[object]) -> None:
    mail = Mailbox(2)
    with pytest.raises(Overloaded):
        mail.put(Signals([ARRIVAL] * 3, future))  # type: ignore[arg-type]

    assert (mail.waiting, mail.is_empty) == (0, True)


def test_whoever_waits_can_be_woken_with_nothing(future: asyncio.Future[object]) -> None:
    mail = Mailbox(2)
    mail.wake()

    assert mail.collect(2, 60) == []
