"""One idempotency key, one effect: what was done is remembered and not done again.

::

    same key, same attempt        the recorded result, whatever it was
    same key, while it runs       waits for that run and shares its result
    same key, later attempt       the recorded result if it was ok; otherwise the work is
                                  done again, because the machine decided to retry (when the
                                  end is unknown, only where ``repeats_unknown``)
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
from typing import NamedTuple

from interlock.errors import ExecutionRefused, Overloaded
from interlock.ledger.file import LedgerFile, Line
from interlock.ledger.result import AttemptResult

RECORDS = 10_000
"""How many keys are remembered."""

UNKNOWN_END = AttemptResult("timeout", "interrupted", "it was interrupted; its effect is unknown")


class Claim(NamedTuple):
    """What an attempt claims its key for."""

    key: str
    """The idempotency key; the same over all attempts of one intent."""
    attempt: int
    """Number of the attempt, from 1."""
    request: str
    """Digest of what is asked for; the same over all attempts of one intent."""


@dataclass(slots=True)
class _Record:
    claim: Claim
    result: AttemptResult = UNKNOWN_END
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def answers(self, claim: Claim, *, repeats_unknown: bool) -> bool:
        """Return whether the result answers another claim of the same request.

        Raises:
            ExecutionRefused: a later attempt was made already, and may be made again.
        """
        if self.result.outcome == "ok" or claim.attempt == self.claim.attempt:
            return True
        if claim.attempt < self.claim.attempt:
            raise ExecutionRefused(
                f"attempt {claim.attempt} came after attempt {self.claim.attempt}",
                reason="stale_attempt",
            )
        return self.result.outcome == "timeout" and not repeats_unknown


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
            record = _Record(Claim(line.key, line.attempt, line.request))
            self._records[line.key] = record
            self._settle(record, line.result or UNKNOWN_END)

    async def once(
        self,
        claim: Claim,
        work: Callable[[], Awaitable[AttemptResult]],
        *,
        repeats_unknown: bool = True,
    ) -> AttemptResult:
        """Do the work unless the record already answers; return how it ended.

        Args:
            claim: the key, and what it is used for.
            work: does it; raises ExecutionRefused when nothing was done.
            repeats_unknown: whether a later attempt does the work again after one whose end
                is unknown; when not, it is answered ``timeout`` as well.

        Raises:
            ExecutionRefused: the key was used for another request or a later attempt.
            Overloaded: as many keys as the ledger holds are all in use at this moment.
        """
        while (known := self._records.get(claim.key)) is not None:
            if known.claim.request != claim.request:
                raise ExecutionRefused(
                    f"idempotency key {claim.key!r} was used for another request",
                    reason="key_reused",
                )
            if known.ended.is_set():
                if known.answers(claim, repeats_unknown=repeats_unknown):
                    return known.result
                break
            await known.ended.wait()
            if known.result.outcome != "refused":
                return known.result
        self._make_room()
        record = _Record(claim)
        self._records[claim.key] = record
        self._records.move_to_end(claim.key)
        return await self._do(record, work)

    async def _do(
        self, record: _Record, work: Callable[[], Awaitable[AttemptResult]]
    ) -> AttemptResult:
        end = UNKNOWN_END  # what stands when the work is cancelled or breaks
        try:
            await self._keep_start(record)
            end = await work()
        except ExecutionRefused as refusal:
            end = AttemptResult("refused", message=str(refusal))
            raise
        finally:
            self._settle(record, end)
            if end is not UNKNOWN_END:  # which the start on disk says already
                with contextlib.suppress(OSError):
                    await self._keep(record)
        return end

    def _settle(self, record: _Record, end: AttemptResult) -> None:
        record.result = end
        record.ended.set()
        if end.outcome == "refused":  # nothing was done, so there is nothing to remember
            del self._records[record.claim.key]

    async def _keep_start(self, record: _Record) -> None:
        try:
            await self._keep(record)
        except OSError as error:
            raise ExecutionRefused(
                f"nothing was done: the ledger cannot be written: {error}", reason="ledger"
            ) from error

    async def _keep(self, record: _Record) -> None:
        if self._file is not None:
            result = record.result if record.ended.is_set() else None
            line = Line(*record.claim, result)
            await asyncio.to_thread(self._file.append, line)

    def _make_room(self) -> None:
        if len(self._records) < self._bound:
            return
        ended = next((k for k, r in self._records.items() if r.ended.is_set()), None)
        if ended is None:
            raise Overloaded(f"all {self._bound} idempotency keys of the ledger are in use")
        del self._records[ended]
