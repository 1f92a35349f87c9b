"""The cases that wait for a second opinion, in order, and what is reported of them.

Plain bookkeeping without I/O: cases are filed whole positions at a time, asked in batches from the
front, and closed from the front, so reports come in the order of evaluation and nothing is lost
when an asking fails: what is not closed is asked again.  A case under suspicion of having ended a
worker is asked alone, and given up when its blame is full.

The bound: :meth:`Docket.file` says no when the docket is full, and the caller keeps the evaluations
and comes again.  Until then agreement lags, which holds actions back and loses nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from interlock.engine.crosscheck.reports import Agreement, Disagreement, EngineFault, Report
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, Match

FULL_BLAME: Final = 6
"""Blame at which a case is given up: two crashes or hangs of 3 each, or six deaths of 1 each that
may well have had another cause (a kill from outside, a machine too busy to run the worker)."""

_SHOWN: Final = 16


@dataclass(slots=True, eq=False)
class Case:
    """One evaluation on its way.

    Attributes:
        evaluation: what to check.
        pack: the pack it was made with; None when that is no longer known.
        blame: how much it is suspected of having ended workers.
        suspicion: of what, in words.
    """

    evaluation: Evaluation
    pack: CagedPack | None
    blame: int = 0
    suspicion: str = ""


@dataclass(frozen=True, slots=True)
class NoOpinion:
    """The engine does not answer a case."""

    reason: str


Opinion: TypeAlias = tuple[Match, ...] | NoOpinion
"""What the second engine makes of a case."""


class Docket:
    """The queue.  :meth:`file` and :meth:`wait_for_room` may be called from another thread."""

    def __init__(self, *, capacity: int, batch: int) -> None:
        """Make an empty docket for ``capacity`` cases, asked at most ``batch`` at a time."""
        self._capacity = capacity
        self._batch = batch
        self._cases: deque[Case] = deque()
        self._changed = threading.Condition()
        self._agreed = 0

    def __len__(self) -> int:
        return len(self._cases)

    def file(self, cases: Sequence[Case]) -> bool:
        """Take the cases, all of them, or say no because the docket is full.

        Cases of one position come in one call, positions in ascending order.  An empty docket
        takes any number.
        """
        with self._changed:
            if self._cases and len(self._cases) + len(cases) > self._capacity:
                return False
            self._cases.extend(cases)
            return True

    def wait_for_room(self, timeout: float) -> bool:
        """Wait until at least half of the docket is free; False after ``timeout`` seconds.

        Blocking; for a thread that is not the event loop's.
        """
        with self._changed:
            return self._changed.wait_for(lambda: 2 * len(self._cases) <= self._capacity, timeout)

    def next_batch(self) -> list[Case]:
        """Return the cases to ask now, from the front; a suspect comes alone."""
        front = list(islice(self._cases, self._batch))
        if front and front[0].blame:
            return front[:1]
        suspect = next((place for place, case in enumerate(front) if case.blame), len(front))
        return front[:suspect]

    def close(self, opinions: Sequence[Opinion]) -> list[Report]:
        """Close as many cases from the front as there are opinions; return what to report."""
        with self._changed:
            closed = [self._cases.popleft() for _ in opinions]
            following = self._cases[0].evaluation.position if self._cases else None
            self._changed.notify_all()
        positions = [*(case.evaluation.position for case in closed), following]
        reports: list[Report] = []
        agreement: Agreement | None = None
        for case, opinion, after in zip(closed, opinions, positions[1:], strict=True):
            report = _compare(case.evaluation, opinion)
            if report is None:
                self._agreed += 1
            else:
                reports.append(report)
            if after != case.evaluation.position:  # the last case of its position
                agreement = Agreement(case.evaluation.position, self._agreed)
        if agreement is not None:
            reports.append(agreement)
            self._agreed -= agreement.count
        return reports


def _compare(evaluation: Evaluation, opinion: Opinion) -> Report | None:
    if isinstance(opinion, NoOpinion):
        return EngineFault(evaluation.position, evaluation.pack, opinion.reason)
    if opinion == evaluation.matches:
        return None
    expected, found = set(evaluation.matches), set(opinion)
    return Disagreement(
        position=evaluation.position,
        pack=evaluation.pack,
        expected=tuple(sorted(expected - found)[:_SHOWN]),
        found=tuple(sorted(found - expected)[:_SHOWN]),
    )
