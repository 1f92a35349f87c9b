"""One idempotency key, one effect: what was done is remembered and not done again.

::

    same key, same attempt        the recorded result, whatever it was
    same key, while it runs       waits for that run and shares its result
    same key, later attempt       the recorded result if it was ok; otherwise the work is
                                  done again, because the machine decided to retry
    same key, earlier attempt     refused, unless the work is already done
    same key, other request       refused: a key names one effect
    a refusal                     is not remembered, because nothing was done

With a file the record outlives the process: the start of the work is on disk before the
work begins, so after a crash an attempt whose end was not recorded is answered ``timeout``
(its effect is unknown) and not blindly done again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from interlock import digest
from interlock.engine.executors.base import Attempt, AttemptResult
from interlock.engine.executors.ledger_file import LedgerFile, Line
from interlock.errors import ExecutionRefused, Overloaded

RECORDS = 10_000
"""How many keys are remembered."""

UNKNOWN_END = AttemptResult("timeout", "interrupted", "it was interrupted; its effect is unknown")


@dataclass(slots=True)
class _Record:
    attempt: int
    request: str
    result: AttemptResult = UNKNOWN_END
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Ledger:
    """Remembers attempts by idempotency key; for one event loop.

    Args:
        path: file that keeps the record over restarts; None keeps it in memory only.
        bound: how many keys are remembered; the one used longest ago is forgotten first.
    """

    def __init__(self, path: Path | None = None, *, bound: int = RECORDS) -> None:
        self._bound = bound
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._file = None if path is None else LedgerFile(path, bound)
        for line in [] if self._file is None else self._file.lines():
            record = _Record(line.attempt, line.request)
            self._records[line.key] = record
            self._settle(line.key, record, line.result or UNKNOWN_END)

    async def once(
        self, attempt: Attempt, work: Callable[[], Awaitable[AttemptResult]]
    ) -> AttemptResult:
        """Do the work unless the record already answers; return how it ended.

        Raises:
            ExecutionRefused: the key was used for another request or a later attempt.
            Overloaded: as many keys as the ledger holds are all in use at this moment.
        """
        key = attempt.idempotency_key
        known = self._records.get(key)
        if known is not None:
            answer = await self._answer(known, attempt)
            if answer is not None:
                return answer
        self._make_room()
        record = _Record(attempt.attempt, request_digest(attempt))
        self._records[key] = record
        self._records.move_to_end(key)
        return await self._do(key, record, work)

    async def _answer(self, known: _Record, attempt: Attempt) -> AttemptResult | None:
        """Return the recorded result, or None when the work is to be done."""
        if known.request != request_digest(attempt):
            raise ExecutionRefused(
                f"idempotency key {attempt.idempotency_key!r} was used for another request",
                reason="key_reused",
            )
        if not known.ended.is_set():
            await known.ended.wait()
            return None if known.result.outcome == "refused" else known.result
        if known.result.outcome == "ok" or attempt.attempt == known.attempt:
            return known.result
        if attempt.attempt < known.attempt:
            raise ExecutionRefused(
                f"attempt {attempt.attempt} came after attempt {known.attempt}",
                reason="stale_attempt",
            )
        return None

    async def _do(
        self, key: str, record: _Record, work: Callable[[], Awaitable[AttemptResult]]
    ) -> AttemptResult:
        end = UNKNOWN_END  # what stands when the work is cancelled or breaks
        try:
            await self._keep_start(key, record)
            end = await work()
        except ExecutionRefused as refusal:
            end = AttemptResult("refused", message=str(refusal))
            raise
        finally:
            self._settle(key, record, end)
            if end is not UNKNOWN_END:  # which the start on disk says already
                with contextlib.suppress(OSError):
                    await self._keep(key, record)
        return end

    def _settle(self, key: str, record: _Record, end: AttemptResult) -> None:
        record.result = end
        record.ended.set()
        if end.outcome == "refused":  # nothing was done, so there is nothing to remember
            del self._records[key]

    async def _keep_start(self, key: str, record: _Record) -> None:
        try:
            await self._keep(key, record)
        except OSError as error:
            raise ExecutionRefused(
                f"nothing was done: the ledger cannot be written: {error}", reason="ledger"
            ) from error

    async def _keep(self, key: str, record: _Record) -> None:
        if self._file is not None:
            result = record.result if record.ended.is_set() else None
            line = Line(key, record.attempt, record.request, result)
            await asyncio.to_thread(self._file.append, line)

    def _make_room(self) -> None:
        if len(self._records) < self._bound:
            return
        ended = next((k for k, r in self._records.items() if r.ended.is_set()), None)
        if ended is None:
            raise Overloaded(f"all {self._bound} idempotency keys of the ledger are in use")
        del self._records[ended]


def request_digest(attempt: Attempt) -> str:
    """Return the digest of what an attempt asks for; equal for all attempts of an intent."""
    target = None if attempt.target is None else attempt.target.get("id")
    return digest.digest([attempt.action, attempt.operation, dict(attempt.inputs), target])
