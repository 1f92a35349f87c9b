"""The alerts of one post go in: a bad one is quarantined, the rest are accepted.

A 4xx for one bad alert would make Alertmanager drop the whole group until the next flush,
so a post that could be read at all is answered 200, with what became of each alert.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

from interlock.errors import SignalRejected
from interlock.server.core import Intake
from interlock.server.signals import Incoming, Quarantined, Receipt

CHUNK = 500
"""Alerts handed to the core at a time; between chunks other calls get their turn."""

MAX_PROBLEMS = 100
"""Bad alerts of one post that are quarantined and answered one by one; the rest are counted."""

_EXCERPT = 512


class Problem(NamedTuple):
    """Why an alert was not accepted."""

    place: int
    """Index of the alert in the post."""
    outcome: str
    reason: str


class Outcome:
    """What became of the alerts of one post."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.counts: Counter[str] = Counter(accepted=0, duplicate=0, conflict=0, quarantined=0)
        self.problems: list[Problem] = []
        """The first ``MAX_PROBLEMS`` conflicts and bad alerts."""
        self.bad: list[Quarantined] = []
        """What is kept of the first ``MAX_PROBLEMS`` bad alerts."""

    def settle(self, index: int, item: object, receipt: Receipt) -> None:
        """Count what became of one alert the core was given."""
        if receipt.status == "rejected":
            self.refuse(index, item, receipt.reason)
            return
        self.counts[receipt.status] += 1
        if receipt.status == "conflict":
            self._add(Problem(index, "conflict", receipt.reason))

    def refuse(self, index: int, item: object, reason: str) -> None:
        """Count one alert that no signal could be made of."""
        self.counts["quarantined"] += 1
        self._add(Problem(index, "quarantined", reason))
        if len(self.bad) < MAX_PROBLEMS:
            self.bad.append(quarantined(orjson.dumps(item, default=repr), reason))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def answer(self) -> dict[str, object]:
        """Return the JSON object the sender is answered with."""
        return {**self.counts, "problems": [problem._asdict() for problem in self.problems]}


async def take(
    core: Intake, items: Sequence[object], read: Callable[[object], Incoming], *, door: str
) -> Outcome:
    """Journal every item that can be read and quarantine the others; return when all are on disk.

    Chunk after chunk waits for the disk, so that a post of thousands needs room for one
    chunk only and its order is kept.

    Raises:
        Overloaded, NotReady, JournalError: some may be journalled; sending all of them again
            is safe.
    """
    outcome = Outcome()
    for start in range(0, len(items), CHUNK):
        incoming, places = [], []
        for index, item in enumerate(items[start : start + CHUNK], start):
            try:
                incoming.append(read(item))
                places.append(index)
            except SignalRejected as error:
                outcome.refuse(index, item, str(error))
        if incoming:
            receipts = await core.submit(incoming, door=door)
            for index, receipt in zip(places, receipts, strict=True):
                outcome.settle(index, items[index], receipt)
        await asyncio.sleep(0)
    if outcome.bad:
        await core.quarantine(_with_rest(outcome), door=door)
    return outcome


def quarantined(data: bytes, reason: str) -> Quarantined:
    """Return what is kept of bytes that no signal could be made of."""
    excerpt = data[: 4 * _EXCERPT].decode(errors="backslashreplace").replace("\0", "\\0")
    return Quarantined(reason, hashlib.sha256(data).hexdigest(), excerpt[:_EXCERPT])


def _with_rest(outcome: Outcome) -> list[Quarantined]:
    rest = outcome.counts["quarantined"] - len(outcome.bad)
    if not rest:
        return outcome.bad
    return [*outcome.bad, quarantined(b"", f"{rest} more bad alerts in the same post, not kept")]
