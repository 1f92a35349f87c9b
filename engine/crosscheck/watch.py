"""Keeps a worker answering: starts it, asks it, blames what ends it, starts the next.

Whatever happens to the worker, every evaluation submitted is reported on, in order and once.  One
that ends workers is given up and reported as a fault; everything else is only delayed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

import orjson

from interlock.engine.crosscheck.docket import Case, Docket, NoOpinion
from interlock.engine.crosscheck.process import (
    How,
    Terms,
    WorkerEnded,
    WorkerProcess,
    WorkerUnavailable,
)
from interlock.engine.crosscheck.question import Answer, Question, opinions, put
from interlock.engine.crosscheck.reports import Agreement, Disagreement, EngineFault, Report
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation

_BLAME: Final = {How.CRASHED: 3, How.HUNG: 3, How.KILLED: 1, How.STARVED: 1}
_BATCH_BYTES: Final = 4 * 1024 * 1024
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


@dataclass(slots=True)
class Counts:
    """What has happened since the start, for telemetry; each only grows."""

    agreed: int = 0
    disagreed: int = 0
    faulted: int = 0
    workers_started: int = 0
    workers_crashed: int = 0
    workers_hung: int = 0
    workers_killed: int = 0
    workers_recycled: int = 0


class Crosscheck:
    """The watched second engine.

    Attributes:
        counts: for telemetry.
        problem: why no worker can be started just now, or None.
    """

    def __init__(
        self,
        report: Callable[[Report], None],
        *,
        terms: Terms | None = None,
        capacity: int = 10_000,
        batch: int = 256,
    ) -> None:
        """Prepare; nothing runs before :meth:`run`.

        Args:
            report: called on the event loop with each report, in order of evaluation.
            terms: what a worker may take.
            capacity: evaluations held at most.
            batch: evaluations in one request at most.
        """
        self.counts = Counts()
        self.problem: str | None = None
        self._report = report
        self._terms = terms or Terms()
        self._docket = Docket(capacity=capacity, batch=batch)
        self._packs: dict[str, CagedPack] = {}
        self._worker: WorkerProcess | None = None
        self._failures = 0
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        """Evaluations not reported on yet."""
        return len(self._docket)

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, when there is one."""
        return self._worker.pid if self._worker else None

    def use(self, packs: Iterable[CagedPack]) -> None:
        """Take the packs of the rule base that decides from now on.  Thread-safe.

        Evaluations submitted before keep theirs.
        """
        self._packs = {pack.id: pack for pack in packs}

    def submit(self, evaluations: Sequence[Evaluation]) -> bool:
        """Take evaluations to be checked, or say no when there is no room.  Thread-safe.

        Args:
            evaluations: all of one or more positions, in ascending order.

        Returns:
            False when nothing was taken: keep them and come again, see :meth:`wait_for_room`.
        """
        packs = self._packs
        taken = self._docket.file([Case(e, packs.get(e.pack)) for e in evaluations])
        if taken and self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)
        return taken

    def wait_for_room(self, timeout_s: float) -> bool:
        """Block until half of the room is free; False after ``timeout_s``.  Not on the loop."""
        return self._docket.wait_for_room(timeout_s)

    async def run(self) -> None:
        """Check what is submitted until cancelled; then the worker is ended."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                while len(self._docket):
                    await self._check_some()
                self._wake.clear()
                if not len(self._docket):
                    await self._wake.wait()
        finally:
            self._loop = None
            await self._end_worker()

    async def _check_some(self) -> None:
        """Ask the next batch and report on as much of it as was answered."""
        questions = self._next_questions()
        asked = [question for question in questions if isinstance(question, Question)]
        answers = await self._ask(asked) if asked else []
        for report in self._docket.close(list(opinions(questions, answers))):
            self._count(report)
            self._report(report)

    def _next_questions(self) -> list[Question | NoOpinion]:
        questions: list[Question | NoOpinion] = []
        room = _BATCH_BYTES
        for case in self._docket.next_batch():
            question = put(case)
            if isinstance(question, Question):
                room -= len(question.request)
            if room < 0 and questions:
                break
            questions.append(question)
        return questions

    async def _ask(self, asked: Sequence[Question]) -> list[Answer]:
        """Return answers to the first so many of the questions; none when the worker ended."""
        plans = {question.pack.digest: question.pack.plan for question in asked}
        worker = await self._ready_worker(plans.keys())
        if worker is None:
            return []
        new = {name: plan.to_json() for name, plan in plans.items() if name not in worker.plans}
        evaluations = [orjson.Fragment(question.request) for question in asked]
        try:
            reply = await worker.ask(orjson.dumps({"plans": new, "evaluations": evaluations}))
        except WorkerEnded as ended:
            self._worker = None
            self._failures += 1
            self._blame(asked[ended.place].case, ended)
            return []
        worker.plans |= plans.keys()
        self._failures = 0
        said: dict[str, Any] = orjson.loads(reply)
        if said["leaving"] is not None:
            self.counts.workers_recycled += 1
            await self._end_worker()
        answers: list[Answer] = said["answers"]
        return answers

    async def _ready_worker(self, needed: AbstractSet[str]) -> WorkerProcess | None:
        """Return a worker that may be given the plans needed; None when none can be started."""
        current = {pack.digest for pack in self._packs.values()}
        if self._worker is not None and needed <= current and not self._worker.plans <= current:
            await self._end_worker()  # or the plans of an old rule base would stay for ever
        if self._worker is None:
            await self._pause()
            try:
                self._worker = await WorkerProcess.start(self._terms)
            except WorkerUnavailable as reason:
                self._failures += 1
                self.problem = str(reason)
                return None
            self.counts.workers_started += 1
            self.problem = None
        return self._worker

    def _blame(self, case: Case, ended: WorkerEnded) -> None:
        case.blame += _BLAME[ended.how]
        case.suspicion = str(ended)
        match ended.how:
            case How.CRASHED:
                self.counts.workers_crashed += 1
            case How.HUNG:
                self.counts.workers_hung += 1
            case How.KILLED | How.STARVED:
                self.counts.workers_killed += 1

    async def _pause(self) -> None:
        """Wait before a start, the longer the more often it has gone wrong; not the first time."""
        if self._failures > 1:
            pause = _FIRST_PAUSE_S * 2 ** min(self._failures - 2, 10)
            await asyncio.sleep(min(pause, _LONGEST_PAUSE_S))

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    def _count(self, report: Report) -> None:
        match report:
            case Agreement():
                self.counts.agreed += report.count
            case Disagreement():
                self.counts.disagreed += 1
            case EngineFault():
                self.counts.faulted += 1
