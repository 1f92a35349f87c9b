"""R3: an attempt is delivered at least once, and with the SDK's ledger has one effect at most.

A real worker process is killed (``kill -9``) at every moment between taking an attempt and
having it confirmed, or stopped past its lease; the machine's part, to try again with the
same key until it knows, is played by the test.  Negative control: without the ledger's file
the same crash doubles the effect.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.engine.executors.base import Attempt
from interlock.engine.executors.reports import LeaseLostEntry, Report, ResultEntry
from tests.contract.remote_service import Service, remote_service
from tests.scale import count
from tests.unit.engine.executors.given import attempt

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROUNDS = count(sample=1, full=50)
ENDS = {
    "start": (1, "ok"),
    "effect": (0, "timeout"),
    "done": (1, "timeout"),
    "end": (1, "timeout"),
    "report": (1, "ok"),
    "reported": (1, "ok"),
}
"""Where the worker dies; how often the work was done, and what the last attempt says of it."""

Crash = tuple[list[Report], int]


def drain(number: int) -> Attempt:
    return attempt(
        attempt=number,
        action="gpu.drain",
        executor="gpu",
        inputs={"node": "n1"},
        timeout_ms=20_000,
    )


class Workers:
    """Starts worker processes and counts their effects."""

    def __init__(self, service: Service, folder: Path, *, keeps_ledger: bool = True) -> None:
        self._address = service.address
        self._effects = folder / "effects"
        self._ledger = str(folder / "ledger") if keeps_ledger else "-"

    def start(self, moment: str, seconds: str = "0") -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "tests.failure.worker_program", self._address]
        return subprocess.Popen([*program, self._effects, self._ledger, moment, seconds])

    def effects(self) -> int:
        return len(self._effects.read_text().splitlines()) if self._effects.exists() else 0


async def crashed_and_tried_again(folder: Path, moment: str, *, keeps_ledger: bool) -> Crash:
    """Let a worker die at a moment and another take its place; return reports and effects."""
    async with remote_service(lease_ms=1_000) as service:
        workers = Workers(service, folder, keeps_ledger=keeps_ledger)
        dying = workers.start(moment)
        service.send(drain(1))
        await asyncio.to_thread(dying.wait, 30)
        healthy = workers.start("never")
        try:
            reports: list[Report] = [await service.reported()]
            service.executor._ledger._records.clear()  # as after a restart of the service
            for number in (2, 3):
                if _outcome(reports[-1]) == "ok":
                    break
                service.send(drain(number))
                reports.append(await service.reported())
        finally:
            healthy.send_signal(signal.SIGTERM)
            await asyncio.to_thread(healthy.wait, 30)
        return reports, workers.effects()


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Crash]]:
    """Every crash of this file, all at the same time: most of it is waiting."""

    async def main() -> dict[str, list[Crash]]:
        async with asyncio.TaskGroup() as group:
            tasks = {
                moment: group.create_task(
                    crashed_and_tried_again(
                        tmp_path_factory.mktemp(moment),
                        moment.removeprefix("forgetful "),
                        keeps_ledger=not moment.startswith("forgetful "),
                    )
                )
                for moment in (*ENDS, "forgetful done")
            }
        return {moment: [task.result()] for moment, task in tasks.items()}

    found: dict[str, list[Crash]] = {}
    for _ in range(ROUNDS):
        for moment, crash in asyncio.run(main()).items():
            found.setdefault(moment, []).extend(crash)
    return found


@pytest.mark.parametrize("moment", ENDS)
def test_a_worker_killed_at_any_moment_has_at_most_one_effect(
    crashes: dict[str, list[Crash]], moment: str
) -> None:
    """Law: at most one effect a key, and what is not known is never called a success."""
    assert [ENDS[moment]] * ROUNDS == [(effects, _outcome(r[-1])) for r, effects in crashes[moment]]


def test_without_the_ledgers_file_the_same_crash_doubles_the_effect(
    crashes: dict[str, list[Crash]],
) -> None:
    reports, effects = crashes["forgetful done"][0]

    assert isinstance(reports[0], LeaseLostEntry)
    assert effects == 2


def _outcome(report: Report) -> str:
    return report.result.outcome if isinstance(report, ResultEntry) else type(report).__name__


def test_a_worker_stopped_past_its_lease_reports_late_and_is_not_applied(tmp_path: Path) -> None:
    async def main() -> None:
        async with remote_service(lease_ms=1_000) as service:
            workers = Workers(service, tmp_path)
            process = workers.start("never", "1.5")
            try:
                service.send(drain(1))
                async with asyncio.timeout(20):
                    while not service.executor._desk.held:  # noqa: ASYNC110  # another process
                        await asyncio.sleep(0.02)
                process.send_signal(signal.SIGSTOP)
                lost = await service.reported()
                assert isinstance(lost, LeaseLostEntry)
                assert workers.effects() == 0

                process.send_signal(signal.SIGCONT)
                late = await service.reported()
                assert isinstance(late, ResultEntry)
                assert (late.attempt, late.epoch) == (lost.attempt, lost.epoch)

                service.send(drain(2))
                again = await service.reported()
                assert isinstance(again, ResultEntry)
                assert (again.attempt, again.result.outcome) == (2, "ok")
                assert workers.effects() == 1
            finally:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                await asyncio.to_thread(process.wait, 30)

    asyncio.run(main())
