"""The load client: a process of its own that sends the mix and says how it was answered.

Run as ``python -m tests.bench.load``; reads one job a line as JSON, answers each with one line.
The floor and the service are sent the same bytes by the same code.

``closed``  as fast as answers come, a bounded number of signals in flight: how much is taken.
``open``    at a fixed rate, whatever the answers do: how long one takes.  Latency counts from the
            moment a batch was due, so a stall is not hidden by the sender waiting for it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections import deque
from contextlib import closing
from functools import cache
from typing import NamedTuple, TypedDict

import grpc

from interlock.v1.signal_service_pb2 import StreamResponse
from tests.bench.mix import Shape, shapes
from tests.bench.wire import METHOD, Requests

STREAMS = 2
WINDOW = 16
"""Batches in flight on one stream; the service takes no more."""
IN_FLIGHT = 8_000
"""Signals in flight at most, so that large batches do not pile up in a queue."""
POOL = 20_000
_SETTLE_S = 60.0

OPTIONS = [("grpc.max_receive_message_length", 8 << 20)]


class Job(TypedDict):
    """What is asked.

    Attributes:
        how: ``closed`` or ``open``.
        target: where it is sent.
        batch: signals to a batch.
        seconds: how long it is sent.
        rate: signals a second, for ``open``.
        acting: signals that lead to an action, sent besides and spread evenly, for ``open``.
        store: the service's database, to see when all is decided; None: an answer is all there is.
        sender: 4 characters no other job has.
    """

    how: str
    target: str
    batch: int
    seconds: float
    rate: float
    acting: int
    store: str | None
    sender: str


class Report(TypedDict):
    """How it went.

    Attributes:
        signals: how many were taken.
        acked_s: from the first sending to the last answer, s.
        decided_s: to the decision about the last signal being on disk, s.
        latencies: of each batch, from due to answered, s, in order.
        due: of each signal that leads to an action, when it was due, ns.
    """

    signals: int
    acked_s: float
    decided_s: float
    latencies: list[float]
    due: dict[str, int]


class Answers:
    """What came back."""

    def __init__(self) -> None:
        self.signals = 0
        self.last = -1
        self.latencies: list[float] = []
        self.due: dict[str, int] = {}

    def take(self, data: bytes, sent: Sent) -> None:
        """Take the answer to the oldest batch that has none.

        Raises:
            ValueError: a signal was not accepted, so what is measured is not what is meant.
        """
        receipt = StreamResponse.FromString(data).receipt
        if receipt.accepted != sent.signals:
            said = f"of {sent.signals} signals {receipt.accepted} were accepted: {receipt}"
            raise ValueError(said)
        self.latencies.append((time.monotonic_ns() - sent.due) / 1e9)
        self.signals += sent.signals
        self.last = max(self.last, receipt.position.seq)


class Sent(NamedTuple):
    """A batch on its way: when it was due, ns, and how many signals it has."""

    due: int
    signals: int


class Conversation:
    """One stream: sends within the window, takes answers in turn."""

    def __init__(self, channel: grpc.aio.Channel, answers: Answers, window: int) -> None:
        self._call: grpc.aio.StreamStreamCall[bytes, bytes] = channel.stream_stream(METHOD)()
        self._answers = answers
        self._free = asyncio.Semaphore(window)
        self._sent: deque[Sent] = deque()
        self._reading = asyncio.create_task(self._read())

    async def send(self, request: bytes, signals: int, due: int | None = None) -> None:
        """Send a batch, once the window has room for it."""
        await self._free.acquire()
        if self._reading.done():
            await self._reading  # it broke: raise why
        self._sent.append(Sent(time.monotonic_ns() if due is None else due, signals))
        await self._call.write(request)

    async def finish(self) -> None:
        """Wait until everything is answered."""
        await self._call.done_writing()
        await self._reading

    async def _read(self) -> None:
        try:
            async for data in self._call:
                self._answers.take(data, self._sent.popleft())
                self._free.release()
        finally:
            self._free.release()


@cache
def _pool() -> list[Shape]:
    return shapes(POOL)


_REQUESTS: dict[int, Requests] = {}


def _requests(job: Job) -> Requests:
    """Return the requests of a batch size, encoded once and made new for each job."""
    kept = _REQUESTS.get(job["batch"])
    if kept is None:
        kept = _REQUESTS[job["batch"]] = Requests(_pool(), job["batch"])
    kept.begin(job["sender"])
    return kept


async def run(job: Job) -> Report:
    """Do one job."""
    requests, answers = _requests(job), Answers()
    async with grpc.aio.insecure_channel(job["target"], OPTIONS) as channel:
        began = time.monotonic()
        if job["how"] == "open":
            await _at_a_rate(channel, requests, answers, job)
        else:
            await _all_out(channel, requests, answers, job)
        acked = time.monotonic() - began
        if job["store"] is not None:
            await _decided(job["store"], answers.last)
        decided = time.monotonic() - began
    return {
        "signals": answers.signals,
        "acked_s": acked,
        "decided_s": decided,
        "latencies": answers.latencies,
        "due": answers.due,
    }


async def _all_out(
    channel: grpc.aio.Channel, requests: Requests, answers: Answers, job: Job
) -> None:
    window = max(1, min(WINDOW, IN_FLIGHT // (STREAMS * job["batch"])))
    end = time.monotonic() + job["seconds"]

    async def one() -> None:
        talk = Conversation(channel, answers, window)
        while time.monotonic() < end:
            await talk.send(requests.next(), job["batch"])
        await talk.finish()

    async with asyncio.TaskGroup() as group:
        for _ in range(STREAMS):
            group.create_task(one())
    # The last word touches a rule, so a decision follows it and the cursor passes everything.
    last = Conversation(channel, answers, 1)
    await last.send(requests.closing(), 1)
    await last.finish()


async def _at_a_rate(
    channel: grpc.aio.Channel, requests: Requests, answers: Answers, job: Job
) -> None:
    talks = [Conversation(channel, answers, 1_000) for _ in range(STREAMS)]
    pause_ns = job["batch"] / job["rate"] * 1e9
    count = max(1, int(job["seconds"] * 1e9 / pause_ns))
    every = max(1, count // job["acting"]) if job["acting"] else count
    began = time.monotonic_ns()
    for number in range(count):
        due = began + int(number * pause_ns)
        request = requests.next()
        if (wait := due - time.monotonic_ns()) > 0:
            await asyncio.sleep(wait / 1e9)
        await talks[number % STREAMS].send(request, job["batch"], due)
        if number % every == every // 2 and len(answers.due) < job["acting"]:
            name, acting = requests.acting(number)
            answers.due[name] = due
            await talks[number % STREAMS].send(acting, 1, due)
    for talk in talks:
        await talk.finish()


async def _decided(store: str, last: int) -> None:
    """Return once the decision about an entry is on disk.

    Raises:
        TimeoutError: it is not within a minute.
    """
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        async with asyncio.timeout(_SETTLE_S):
            while True:
                (through,) = database.execute("SELECT decided_through FROM cursor").fetchone()
                if through >= last:
                    return
                await asyncio.sleep(0.002)


def main() -> None:
    """Do jobs until the input ends."""
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
